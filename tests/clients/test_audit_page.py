"""The audit log as people see it, take it away and verify it."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients import operations
from clients.models import AuditEvent, Membership, Practice, Role
from clients.operations import audit
from clients.records import Head, first_fault
from tests.factories import NOON, log_in, make_client, make_member, make_practice

pytestmark = pytest.mark.django_db
PAGE = "/p/nv/settings/audit/"


@pytest.fixture
def practice() -> Practice:
    return make_practice("North & Vale", slug="nv")


@pytest.fixture
def priya(practice: Practice) -> Membership:
    return make_member(practice)


@pytest.fixture
def signed_in(client: Browser, priya: Membership) -> Browser:
    return log_in(client, priya)


def note(practice: Practice, action: str = "client.created", **fields: Any) -> AuditEvent:
    event = audit.record(**{"practice": practice, "action": action, "by": None, "at": NOON, **fields})
    audit.seal(practice_id=practice.pk)
    return event


def sentences(answer: Any) -> list[str]:
    return [row["sentence"] for row in answer.context["rows"]]


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def break_it(practice: Practice, seq: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clients_auditevent SET subject = 'Another firm' WHERE practice_id = %s AND seq = %s",
            [practice.pk, seq],
        )


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_log_without_entries_says_so(signed_in: Browser) -> None:
    assert "Nothing has happened yet" in text_of(signed_in.get(PAGE))


def test_a_line_says_who_did_what_and_opens_its_facts_and_its_hash(
    signed_in: Browser, practice: Practice, priya: Membership
) -> None:
    bell = make_client(practice, "Bell Bakery Ltd")
    facts = {"changes": {"terms_days": [14, 30], "has_label": [True, False]}}
    event = note(practice, "settings.client_billing", by=priya.user, subject=bell, facts=facts)

    page = text_of(signed_in.get(PAGE))

    event.refresh_from_db()
    assert "<strong>Priya Sandhu</strong> changed how Bell Bakery Ltd is billed" in page
    assert "<dt>Terms days</dt><dd>14 → 30</dd>" in page
    assert "<dt>Has label</dt><dd>yes → no</dd>" in page
    assert event.hash in page
    assert f"/p/nv/clients/{bell.pk}/" in page


def test_what_somebody_typed_is_shown_and_not_run(signed_in: Browser, practice: Practice) -> None:
    note(practice, subject=make_client(practice, "<script>alert(1)</script>"), facts={"note": "<b>"})

    page = signed_in.get(PAGE).content.decode()
    assert "<script>alert" not in page
    assert "<dd><b>" not in page


def test_the_log_is_narrowed_by_person_kind_days_and_words(
    signed_in: Browser, practice: Practice, priya: Membership
) -> None:
    bell, quay = make_client(practice, "Bell Bakery Ltd"), make_client(practice, "Quay Marine")
    note(practice, "client.closed", by=priya.user, subject=bell, at=datetime(2026, 9, 1, 9, tzinfo=UTC))
    note(practice, "client.created", subject=quay, at=datetime(2026, 9, 20, 9, tzinfo=UTC))
    note(practice, "plan.approved", by=priya.user, at=datetime(2026, 9, 30, 9, tzinfo=UTC))

    def found(query: str) -> int:
        return len(sentences(signed_in.get(f"{PAGE}?{query}")))

    assert found("") == 3
    assert found(f"who={priya.user_id}") == 2
    assert (found("who=socket"), found("who=people")) == (1, 2)
    assert found("kind=client") == 2
    assert found("q=quay") == 1
    assert found("from=2026-09-20&to=2026-09-20") == 1
    assert found("from=2026-09-02") == 2
    assert "No entry matches" in text_of(signed_in.get(f"{PAGE}?q=zebra"))


def test_days_begin_where_the_practice_is(signed_in: Browser, practice: Practice) -> None:
    note(practice, at=datetime(2026, 8, 31, 23, 30, tzinfo=UTC))  # half past midnight on 1 September in London

    assert len(sentences(signed_in.get(f"{PAGE}?from=2026-09-01&to=2026-09-01"))) == 1


@pytest.mark.parametrize(
    "query", ["who=x", "who=99999999999999999999", "kind=password", "from=31/09", "to=9999-12-31", "page=-1", "page=x"]
)
def test_what_is_not_understood_in_the_address_is_left_out(signed_in: Browser, practice: Practice, query: str) -> None:
    note(practice)

    assert signed_in.get(f"{PAGE}?{query}").status_code == 200


def test_the_log_takes_as_many_queries_for_many_entries_as_for_one(signed_in: Browser, practice: Practice) -> None:
    firms = [make_client(practice, f"Firm {number}") for number in range(60)]
    note(practice, subject=firms[0])
    with CaptureQueriesContext(connection) as few:
        signed_in.get(PAGE)
    audit.record_all(practice=practice, action="client.closed", by=None, at=NOON, about=[(firm, {}) for firm in firms])
    audit.seal(practice_id=practice.pk)

    with CaptureQueriesContext(connection) as many:
        answer = signed_in.get(PAGE)

    assert len(answer.context["rows"]) == 50
    assert len(many) == len(few)


def test_entries_that_are_not_sealed_yet_are_shown_as_such(signed_in: Browser, practice: Practice) -> None:
    audit.record(practice=practice, action="client.created", by=None, at=NOON)

    page = text_of(signed_in.get(PAGE))
    assert "1 entry more is being sealed" in page
    assert "not sealed yet" in page


# ── Verifying ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_verifying_says_since_when_the_log_is_unbroken(signed_in: Browser, practice: Practice) -> None:
    note(practice)
    note(practice)

    page = text_of(signed_in.post(f"{PAGE}verification/", follow=True))

    assert "2 entries, unbroken since 15 September 2026." in page


def test_verifying_names_the_first_bad_entry_here_and_on_home(signed_in: Browser, practice: Practice) -> None:
    for _ in range(3):
        note(practice)
    break_it(practice, 2)

    page = text_of(signed_in.post(f"{PAGE}verification/", follow=True))

    assert "Entry 2 was altered" in page
    assert "The audit log is broken" in text_of(signed_in.get("/p/nv/"))


def test_entries_since_the_last_verification_are_not_called_verified(signed_in: Browser, practice: Practice) -> None:
    note(practice)
    audit.verify(practice=practice, at=NOON)
    note(practice)

    assert "The first 1 entry" in text_of(signed_in.get(PAGE))


def test_the_daily_verification_looks_at_every_practice(practice: Practice) -> None:
    other = make_practice("Other & Co")
    note(practice)
    note(other)
    break_it(other, 1)

    assert audit.verify_all(at=NOON) == 1


# ── Exports ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def exported(browser: Browser) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body(browser.get(f"{PAGE}export.jsonl")).splitlines()]


def test_an_export_verifies_by_itself(signed_in: Browser, practice: Practice) -> None:
    for number in range(5):
        note(practice, subject=make_client(practice, f"Café {number}"), facts={"last_month": NOON.date()})

    *entries, end = exported(signed_in)

    assert first_fault(entries, Head(end["entries"], end["head"])) is None
    entries[3]["subject"] = "Another firm"
    fault = first_fault(entries, Head(end["entries"], end["head"]))
    assert fault is not None
    assert (fault.seq, fault.kind) == (4, "altered")


def test_a_spreadsheet_gets_the_hashes_and_no_formulas(signed_in: Browser, practice: Practice) -> None:
    event = note(practice, subject=make_client(practice, "=1+1"))

    rows = list(csv.DictReader(io.StringIO(body(signed_in.get(f"{PAGE}export.csv")).removeprefix("\ufeff"))))

    event.refresh_from_db()
    assert [(row["seq"], row["subject"], row["hash"]) for row in rows] == [("1", "'=1+1", event.hash)]


def test_an_export_holds_nothing_of_another_practice(signed_in: Browser, practice: Practice) -> None:
    note(make_practice("Other & Co"), subject=None, facts={"note": "secret"})
    note(practice)

    assert "secret" not in body(signed_in.get(f"{PAGE}export.jsonl"))


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("role", "sees", "exports"), [("owner", 200, 200), ("admin", 200, 403), ("member", 403, 403)])
def test_admins_see_the_log_and_owners_take_it_away(
    client: Browser, practice: Practice, role: str, sees: int, exports: int
) -> None:
    log_in(client, make_member(practice, Role(role)))

    assert client.get(PAGE).status_code == sees
    assert client.get(f"{PAGE}export.jsonl").status_code == exports
    assert client.get(f"{PAGE}export.csv").status_code == exports


def test_an_admin_is_not_offered_an_export(client: Browser, practice: Practice) -> None:
    note(practice)
    page = log_in(client, make_member(practice, Role.ADMIN)).get(PAGE)

    assert "export.jsonl" not in page.content.decode()


def test_the_log_of_another_practice_is_not_there(signed_in: Browser) -> None:
    other = make_practice("Other & Co", slug="other")
    note(other)

    for address in ("", "export.csv", "export.jsonl"):
        assert signed_in.get(f"/p/other/settings/audit/{address}").status_code == 404
    assert signed_in.post("/p/other/settings/audit/verification/").status_code == 404


def test_the_log_is_read_over_the_api_by_an_admins_token(
    client: Browser, practice: Practice, priya: Membership
) -> None:
    note(practice, subject=make_client(practice, "Bell Bakery Ltd"))
    note(make_practice("Other & Co"))
    by = priya.user
    assert by is not None

    def answer(role: str) -> Any:
        _, secret = operations.issue_token(practice=practice, name=role, role=role, days=9000, by=by, at=NOON)
        return client.get("/api/v1/audit/?kind=client", headers={"Authorization": f"Bearer {secret}"})

    found = answer("admin").json()["results"]
    assert [entry["sentence"] for entry in found] == ["added the client Bell Bakery Ltd"]
    assert answer("member").status_code == 403


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_finds_whole_logs_good(practice: Practice, capsys: pytest.CaptureFixture[str]) -> None:
    note(practice)

    call_command("verify_audit")

    assert "North & Vale: 1 entry, unbroken." in capsys.readouterr().out


def test_the_command_names_the_first_bad_entry_and_fails(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    note(practice)
    break_it(practice, 1)

    with pytest.raises(CommandError) as refused:
        call_command("verify_audit", practice="nv")

    assert refused.value.returncode == 1
    assert "Entry 1 was altered" in capsys.readouterr().out


def test_the_command_knows_no_such_practice(db: None) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("verify_audit", practice="nobody")

    assert refused.value.returncode == 2


def test_the_command_verifies_an_export(
    signed_in: Browser, practice: Practice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        note(practice)
    file = tmp_path / "audit.jsonl"
    lines = body(signed_in.get(f"{PAGE}export.jsonl")).splitlines()

    file.write_text("\n".join(lines), encoding="utf-8")
    call_command("verify_audit", file=file)
    file.write_text("\n".join([lines[0], lines[2], lines[3]]), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("verify_audit", file=file)

    told = capsys.readouterr().out
    assert "audit.jsonl: 3 entries, unbroken." in told
    assert "Entry 2 is missing" in told


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"seq": 1}\n{"seq": 2}'])
def test_a_file_that_is_no_whole_export_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError) as refused:
        call_command("verify_audit", file=file)

    assert refused.value.returncode == 2
