"""Every guard in the code: the text that is it, the text without it, and the tests that must then fail."""

from dataclasses import dataclass

PUSHES = "xero_sync/operations/pushes"
NAMED = "tests/faults/named"
CONTRACTS = "tests/faults/guards/test_contracts.py"
F03 = f"{NAMED}/test_f03_commit_ten_minutes_late.py"
F24 = f"{NAMED}/test_f24_number_taken.py"


@dataclass(frozen=True)
class Guard:
    """`old` stands exactly once in `file`; with `new` in its place at least one of `tests` fails, and without none."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    why: str


ROWS = (
    Guard(
        "one invoice per source key",
        "billing/models/invoices.py",
        'models.UniqueConstraint("practice", "source_key", name="invoice_source_once"),\n',
        "\n",
        (f"{CONTRACTS}::test_the_database_refuses_a_second_invoice_for_the_same_thing",),
        "Two beats, two clicks and two deliveries meet in one row.",
    ),
    Guard(
        "one invoice per number",
        "billing/models/invoices.py",
        'models.UniqueConstraint("practice", "number", name="invoice_number_once"),\n',
        "\n",
        (f"{CONTRACTS}::test_the_database_refuses_a_number_twice",),
        "The number is the natural key in Xero.",
    ),
    Guard(
        "one push per invoice",
        "xero_sync/models/pushes.py",
        'invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="push", primary_key=True)',
        'invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="push")',
        (f"{CONTRACTS}::test_an_invoice_queued_twice_is_sent_by_one_push",),
        "Queued twice is sent once.",
    ),
    Guard(
        "batches of at most fifty",
        "xero_sync/models/pushes.py",
        'models.CheckConstraint(name="batch_of_at_most_50", condition=Q(item_count__gte=1, item_count__lte=50)),',
        "",
        (f"{CONTRACTS}::test_a_batch_of_fifty_one_is_refused_by_the_database",),
        "What has to be found out again stays small.",
    ),
    Guard(
        "one open batch of contacts",
        "xero_sync/models/pushes.py",
        """            models.UniqueConstraint(
                "practice",
                name="one_open_contact_batch",
                condition=Q(kind="contacts", status__in=["prepared", "sending", "unknown"]),
            ),
""",
        "",
        (f"{CONTRACTS}::test_one_batch_of_contacts_is_open_at_a_time",),
        "Two workers create one contact.",
    ),
    Guard(
        "guarded moves of an invoice",
        "billing/models/invoices.py",
        "filter(wanted, pk=self.pk)",
        "filter(pk=self.pk)",
        (f"{CONTRACTS}::test_a_posted_invoice_keeps_its_reference_and_a_cancelled_one_gets_none",),
        "What was posted or cancelled stays so.",
    ),
    Guard(
        "guarded moves of a plan",
        "billing/models/plans.py",
        "filter(pk=self.pk, status__in=wanted)",
        "filter(pk=self.pk)",
        ("tests/billing/test_plans.py::test_a_plan_whose_invoices_exist_is_not_reopened",),
        "Approved once, raised once.",
    ),
    Guard(
        "version of a plan",
        "billing/models/plans.py",
        "            rows = rows.filter(version=version)\n",
        "            rows = rows.filter()\n",
        (f"{CONTRACTS}::test_a_plan_is_approved_in_the_version_that_was_looked_at",),
        "What is approved is what was looked at.",
    ),
    Guard(
        "checksum of an approved plan",
        "billing/operations/plans/posting.py",
        "if checksum_of(plan) != plan.checksum:",
        "if False:",
        ("tests/billing/test_plans.py::test_nothing_is_raised_from_lines_that_differ_from_those_approved",),
        "Nothing is raised from lines that nobody approved.",
    ),
    Guard(
        "marker is business identity",
        "billing/operations/raising.py",
        "        uid=uuid5(client_uid, want.source_key),\n",
        "",
        (
            f"{NAMED}/test_f20_restored.py::test_f20_invoices_that_were_raised_after_the_backup_are_raised_again_and_known"
            "_by_what_they_are_for[B]",
        ),
        "What a restored database has forgotten is known again in Xero.",
    ),
)

SENDERS = (
    Guard(
        "slot taken by compare-and-swap",
        "xero_sync/operations/lanes.py",
        "mine = slots.free(at).filter(number=number, fence=fence)",
        "mine = slots.filter(number=number)",
        (f"{CONTRACTS}::test_workers_that_ask_at_once_never_hold_one_slot_together",),
        "One sender in a slot.",
    ),
    Guard(
        "fence asked when holding on",
        "xero_sync/operations/lanes.py",
        """    slot = Slot.objects.for_practice(lease.practice).filter(number=lease.slot, fence=lease.fence)
    if not slot.update(lease_until=until):""",
        """    slot = Slot.objects.for_practice(lease.practice).filter(number=lease.slot)
    if not slot.update(lease_until=until):""",
        (f"{CONTRACTS}::test_a_sender_that_was_overtaken_cannot_hold_on",),
        "Whoever slept through its lease sends nothing any more.",
    ),
    Guard(
        "fence asked when finishing",
        f"{PUSHES}/finishing.py",
        "pk=batch.pk, slot=lease.slot, fence=lease.fence, status__in=was",
        "pk=batch.pk, status__in=was",
        (f"{CONTRACTS}::test_a_sender_that_was_overtaken_moves_no_batch",),
        "Whoever was overtaken writes nothing.",
    ),
    Guard(
        "batches of slots in use left alone",
        f"{PUSHES}/unknown.py",
        "left = [batch for batch in open_ones if (batch.slot, batch.fence) not in live]",
        "left = list(open_ones)",
        ("tests/xero_sync/test_slots.py::test_a_slot_leaves_the_open_batch_of_a_slot_in_use_alone",),
        "What another worker is about to send is not taken for dead.",
    ),
    Guard(
        "only the slots of the dead are freed",
        "xero_sync/operations/holders.py",
        "_started(int(pid)) != started",
        "True",
        ("tests/xero_sync/test_holders.py::test_the_slot_of_a_process_that_ended_is_free_with_the_next_sweep",),
        "A worker that is at work keeps its slot.",
    ),
    Guard(
        "nothing again before a dead sender's deadline",
        f"{PUSHES}/unknown.py",
        "if batch.status == Batch.Status.SENDING and batch.deadline_at and batch.deadline_at >= at:",
        "if False:",
        (
            "tests/xero_sync/test_holders.py::test_what_has_not_arrived_is_not_sent_again_while_its_call_may_still_be"
            "_under_way",
        ),
        "What a killed worker sent may still be on its way through Xero.",
    ),
    Guard(
        "refusals told apart by what they carry",
        "xero_sync/translation/replies.py",
        "if hints.items() <= _hints(data).items()]",
        "]",
        (
            "tests/xero_sync/test_translation.py::test_the_last_refusal_of_all_is_not_ours_where_it_is_of_another_contact",
        ),
        "A stranger's refusal does not end one of ours.",
    ),
    Guard(
        "claim by compare-and-swap",
        f"{PUSHES}/claiming.py",
        "ready = Push.objects.for_practice(lease.practice).filter(batch=repeats, status=Push.Status.READY)",
        "ready = Push.objects.for_practice(lease.practice)",
        (f"{CONTRACTS}::test_a_push_that_was_taken_back_between_choosing_and_claiming_is_not_sent",),
        "An invoice is in one batch, or taken back, never both.",
    ),
    Guard(
        "lease on a token's renewal",
        "xero_sync/operations/tokens.py",
        "return bool(free.update(refresh_lease_until=at + LEASE))",
        "return bool(rows.update(refresh_lease_until=at + LEASE))",
        ("tests/xero_sync/test_tokens.py::test_while_one_worker_renews_the_others_do_not_call",),
        "One renews, the others wait.",
    ),
    Guard(
        "tokens stored by compare-and-swap",
        "xero_sync/operations/tokens.py",
        """    rows = Grant.objects.filter(pk=grant.pk, token_version=grant.token_version)
    return bool(
        rows.update(""",
        """    rows = Grant.objects.filter(pk=grant.pk)
    return bool(
        rows.update(""",
        (f"{CONTRACTS}::test_tokens_are_stored_only_over_the_version_that_was_seen",),
        "A late answer never replaces newer tokens.",
    ),
    Guard(
        "clock of the database",
        "socketapp/settings.py",
        'CLOCK = "clients.operations.database_now"',
        'CLOCK = "django.utils.timezone.now"',
        (f"{NAMED}/test_f22_worker_clocks.py",),
        "Leases and due dates of all workers go by one clock.",
    ),
)

SENDING = (
    Guard(
        "written ahead",
        f"{PUSHES}/turns.py",
        "        if _send(lease, batch, gateway, watch) is End.NOTHING:\n",
        """        with transaction.atomic():
            end = _send(lease, batch, gateway, watch)
        if end is End.NOTHING:
""",
        (f"{NAMED}/test_f01_killed_after_the_remote_commit.py",),
        "What may have left is on record before it leaves.",
    ),
    Guard(
        "holds asked before each call",
        f"{PUSHES}/turns.py",
        """    if holds.is_held(lease.practice):
        finishing""",
        """    if False:
        finishing""",
        (f"{CONTRACTS}::test_a_hold_placed_while_the_bytes_are_written_stops_them",),
        "Safe Mode holds what has not left.",
    ),
    Guard(
        "the books are still the practice's",
        f"{PUSHES}/turns.py",
        "if not connections.is_current(batch.connection):",
        "if False:",
        ("tests/faults/named/test_f15_other_books.py::test_f15_a_repeat_for_the_former_books_is_refused_aloud",),
        "A batch written before the practice moved to another organisation would arrive in the former one.",
    ),
    Guard(
        "what may have arrived stays with the books it was sent to",
        "xero_sync/operations/abandoning.py",
        'waits_to_be_repeated = Q(status=Push.Status.READY) & ~Q(element_sha256="")',
        "waits_to_be_repeated = Q(status=Push.Status.READY, pk=0)",
        (
            "tests/xero_sync/test_abandoning.py"
            "::test_what_waits_to_be_repeated_is_refused_aloud_and_never_sent_to_the_new_books",
        ),
        "An invoice whose answer was lost would be sent to the new organisation too.",
    ),
    Guard(
        "looking before the first call",
        f"{PUSHES}/looking.py",
        "if lanes.is_trusted(lease.practice):",
        "if True:",
        (f"{NAMED}/test_f20_restored.py::test_f20_what_xero_has_is_adopted_before_anything_is_sent[B]",),
        "A restored database asks Xero first.",
    ),
    Guard(
        "looking before what follows in a row",
        f"{PUSHES}/turns.py",
        "if lane.is_trusted and not must_wait else None",
        "if not must_wait else None",
        (
            "tests/xero_sync/test_turns.py"
            "::test_where_a_worker_started_meanwhile_the_next_turn_looks_before_anything_follows",
        ),
        "A database restored during a turn asks Xero before the turn's next batch.",
    ),
    Guard(
        "one batch a turn while others wait",
        f"{PUSHES}/turns.py",
        "if Push.objects.across_practices().has_due_elsewhere(lease.practice, at):",
        "if False:",
        ("tests/xero_sync/test_turns.py::test_while_another_practice_waits_a_turn_is_one_batch",),
        "A small practice waits for one batch of a large one, not for three.",
    ),
    Guard(
        "the number is ours",
        "xero_sync/translation/elements.py",
        '"InvoiceNumber": invoice.number,',
        '"InvoiceNumber": "",',
        (f"{F03}::test_f03_each_invoice_is_there_once_at_rest[A-0]",),
        "Xero refuses a late twin by its number.",
    ),
    Guard(
        "the same bytes again",
        f"{PUSHES}/claiming.py",
        "if push.element_sha256 in before:",
        "if False:",
        (f"{CONTRACTS}::test_what_is_sent_again_is_byte_for_byte_what_was_sent_before",),
        "A repeat is the same request, whatever changed here.",
    ),
    Guard(
        "create only",
        "xero_sync/gateway/calls.py",
        'self._create("Invoices", self._api.create_invoices, body',
        'self._create("Invoices", self._api.update_or_create_invoices, body',
        (F24,),
        "A person's invoice of our number is never overwritten.",
    ),
    Guard(
        "errors one by one",
        "xero_sync/gateway/calls.py",
        'summarize_errors="false"',
        'summarize_errors="true"',
        ("tests/xero_sync/test_pushes.py::test_what_leaves_is_what_was_written_down",),
        "One bad invoice does not hide 49 good ones.",
    ),
    Guard(
        "the key travels",
        f"{PUSHES}/turns.py",
        "idempotency_key=batch.idempotency_key)",
        'idempotency_key="")',
        ("tests/xero_sync/test_pushes.py::test_what_leaves_is_what_was_written_down",),
        "Xero recognises the same batch.",
    ),
    Guard(
        "one key per batch",
        "xero_sync/translation/elements.py",
        'f"{tenant_id}|{batch_uid}|{body_sha256}"',
        'f"{tenant_id}|{body_sha256}"',
        (
            f"{NAMED}/test_f05_key_memory.py::test_f05_a_refusal_that_xero_remembers_under_the_key_passes_under_a_new_one"
            "[86400]",
        ),
        "A remembered refusal is not met again for a day.",
    ),
    Guard(
        "bytes stay with their organisation",
        "xero_sync/gateway/calls.py",
        "if tenant_id != self.tenant_id:",
        "if False:",
        ("tests/xero_sync/test_gateway.py::test_bytes_of_one_organisation_never_go_to_another",),
        "A practice's invoices never reach another's books.",
    ),
    Guard(
        "one request per call",
        "xero_sync/gateway/wire.py",
        "retries=False,",
        "retries=urllib3.Retry(3),",
        (
            f"{NAMED}/test_f02_response_lost.py::test_f02_an_attempt_is_one_request_on_the_wire_and_the_invoice_is_one"
            "[A-lose_answer]",
        ),
        "urllib3 would repeat a PUT by itself.",
    ),
    Guard(
        "no redirections",
        "xero_sync/gateway/wire.py",
        "                retries=False,\n                redirect=False,",
        "                retries=urllib3.Retry(connect=0, read=0, redirect=2),\n                redirect=True,",
        (f"{CONTRACTS}::test_a_redirection_is_not_followed",),
        "A redirected call would be a second request, and carry our token away.",
    ),
    Guard(
        "a deadline for the whole reply",
        "xero_sync/gateway/wire.py",
        "self._sock.settimeout(min(READ_SECONDS, self._deadline.left()))",
        "self._sock.settimeout(READ_SECONDS)",
        (f"{CONTRACTS}::test_a_reply_that_never_ends_ends_at_its_deadline",),
        "A dripped reply would outlive the lease.",
    ),
    Guard(
        "limits heeded",
        "xero_sync/operations/lanes.py",
        "lanes.update(next_ok_at=next_ok_at, waiting_for=wait.scope)",
        "lanes.filter(next_ok_at__lt=next_ok_at).update(waiting_for=wait.scope)",
        (f"{NAMED}/test_f08_minute_limit.py",),
        "No call before Xero wants to hear from us.",
    ),
    Guard(
        "calls of a minute counted",
        "xero_sync/operations/budgets.py",
        "if len(calls) >= allowed and left_by_xero(lane, calls, at=at) < 1:",
        "if False:",
        ("tests/xero_sync/test_budgets.py::test_no_sixty_seconds_hold_more_calls_than_we_allow_ourselves",),
        "We stay below the minute's limit by ourselves.",
    ),
    Guard(
        "calls since Xero's last word",
        "xero_sync/operations/budgets.py",
        "lane.minute_left - since -",
        "lane.minute_left -",
        ("tests/xero_sync/test_budgets.py::test_what_left_since_xeros_last_word_is_taken_off_it",),
        "What Xero said is left holds for the moment at which it said so.",
    ),
    Guard(
        "calls of others left alone",
        "xero_sync/operations/budgets.py",
        "max(0, XEROS_MINUTE - limits.minute - len(ours))",
        "0",
        ("tests/xero_sync/test_budgets.py::test_beside_another_app_we_take_what_it_leaves",),
        "Another app of the practice spends the same minute.",
    ),
    Guard(
        "a marker or a number",
        f"{PUSHES}/claiming.py",
        'None if is_recognised else refusal("LINK_REFUSED")',
        "None",
        ("tests/xero_sync/test_unwanted.py::test_what_could_not_be_recognised_is_not_sent",),
        "What could not be found again when an answer is lost does not leave.",
    ),
    Guard(
        "cancelled and live all the same",
        "xero_sync/operations/unwanted.py",
        "return [invoice for chunk in chunks for invoice in cancelled.filter(uid__in=chunk)]",
        "return []",
        ("tests/xero_sync/test_unwanted.py::test_what_arrives_after_it_was_cancelled_is_reported_until_it_is_gone",),
        "A request carried out when nobody wanted it any more is told.",
    ),
    Guard(
        "no writing behind an open cursor",
        f"{PUSHES}/unknown.py",
        "for batch in list(_open_questions(lease, at=at)):",
        "for batch in _open_questions(lease, at=at):",
        ("tests/xero_sync/test_looking.py::test_many_batches_are_recognised_while_others_write",),
        "SQLite refuses to write behind a read that others have overtaken.",
    ),
    Guard(
        "what an answer says between two pages",
        "xero_sync/operations/lanes.py",
        "    if heard:\n",
        "    if False:\n",
        ("tests/xero_sync/test_budgets.py::test_between_the_pages_of_a_reading_each_answer_is_heard",),
        "A long reading beside another app comes to its end.",
    ),
    Guard(
        "recognised as a whole",
        f"{PUSHES}/unknown.py",
        "if len(there) == len(sent):",
        "if there:",
        (
            "tests/xero_sync/test_looking.py::test_what_is_missing_there_is_asked_for_by_its_number_before_it_goes_again",
        ),
        "What is missing in a list is asked for by its number before it goes again.",
    ),
    Guard(
        "a tenth of the day for people",
        "xero_sync/operations/budgets.py",
        "return lane.day_limit // 10",
        "return -1",
        (f"{NAMED}/test_f09_day_budget.py::test_f09_a_tenth_of_the_days_calls_is_kept_for_people[1000]",),
        "Whoever presses a button still gets through.",
    ),
)

ANSWERS = (
    Guard(
        "matched by number",
        "xero_sync/translation/replies.py",
        "position = by_key.get(key) if key else None",
        "position = list(elements).index(element) if elements.index(element) < len(sent) else None",
        (
            "tests/faults/named/test_bad_input.py::test_a_reply_with_elements_missing_reordered_repeated_foreign_or_of_other"
            "_totals_ends_in_each_once[A-reorder]",
        ),
        "The order of a reply proves nothing.",
    ),
    Guard(
        "read back before it is sent again",
        f"{PUSHES}/unknown.py",
        "    there = read_back(lease, batches, sent, gateway, watch)\n",
        "    there: dict[int, There] = {batch.pk: {} for batch in batches}\n",
        (
            f"{NAMED}/test_f02_response_lost.py::test_f02_an_attempt_is_one_request_on_the_wire_and_the_invoice_is_one"
            "[B-lose_answer]",
        ),
        "What arrived without an answer is not sent twice.",
    ),
    Guard(
        "quarantine under Xero's numbering",
        "xero_sync/models/pushes.py",
        ".exclude(under_way).exclude(in_quarantine)",
        ".exclude(under_way)",
        (f"{F03}::test_f03_xeros_numbering_sends_nothing_for_a_quarter_of_an_hour",),
        "No number refuses a late twin there.",
    ),
    Guard(
        "only ours is adopted",
        f"{PUSHES}/finishing.py",
        "    if there is not None and is_ours(there, sent):\n",
        "    if there is not None:\n",
        (f"{F24}::test_f24_a_number_that_a_person_took_between_two_attempts_is_told_and_never_adopted",),
        "A person's invoice of our number is not taken for ours.",
    ),
    Guard(
        "the next number only where ours cannot have arrived",
        f"{PUSHES}/finishing.py",
        "if is_first_attempt and there and",
        "if there and",
        (f"{F24}::test_f24_a_number_taken_just_before_the_second_attempt_is_for_a_person",),
        "A late first attempt would be a second invoice.",
    ),
    Guard(
        "only untouched twins are deleted",
        "xero_sync/operations/twins.py",
        "touched = expected is None or twin.status != DRAFT or disagreements(twin, expected)",
        "touched = expected is None",
        ("tests/xero_sync/test_twins.py::test_a_twin_that_somebody_touched_is_left_to_people",),
        "No person's edit is lost.",
    ),
    Guard(
        "poison set aside",
        f"{PUSHES}/unknown.py",
        "if batch.item_count == 1 and batch.attempts >= MOST_ATTEMPTS:",
        "if False:",
        (f"{NAMED}/test_f25_poison.py",),
        "One invoice does not take every worker down for ever.",
    ),
)

GUARDS: tuple[Guard, ...] = (*ROWS, *SENDERS, *SENDING, *ANSWERS)
