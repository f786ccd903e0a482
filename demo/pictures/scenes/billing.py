"""The month: draft, approval, posting and what goes wrong with it; work in between."""

from django.conf import settings
from django.utils import timezone

from billing.calendar import add_months
from billing.models import BillingPlan, Invoice
from billing.operations import holds, invoices
from billing.reports.inbox import Kind
from demo.books import ARCHIVED, MERGED
from demo.pictures.camera import Shot
from demo.pictures.stage import Theatre
from demo.pictures.steps import dialog, keys, open_dialog_by, tick, wait
from xero_sync.models import Connection, Contact, SyncRun
from xero_sync.operations import asking, contacts, unwanted
from xero_sync.records import LedgerInvoice
from xero_sync.translation.elements import marker_url

SLOW = 12
INTO = "Gannet Marine"


def draft(theatre: Theatre) -> None:
    """A plan that waits for its approval"""
    page = theatre.page("billing:plan_month", month=theatre.last_month)
    checked = wait("#checks .sk-lines, #checks li")
    coming = add_months(theatre.busy.this_month, 1)
    theatre.shots(
        Shot("plan-draft", page, (checked,)),
        Shot("plan-draft-row", page, (checked, keys("j", "j", "j"))),
        Shot("plan-filtered", f"{page}?change=expansion", (checked,)),
        Shot("plan-nothing", f"{page}?client=zebra", (checked,)),
        Shot("plan-warnings", f"{page}?warnings=1", (checked,)),
        Shot("plan-approve", page, (checked, dialog("Approve Plan", "link"))),
        Shot("plan-preview", page, (checked, open_dialog_by("j", "p"))),
        Shot("plan-contact", f"{page}?warnings=1", (checked, open_dialog_by("j", "c"))),
        Shot("plan-this-month", theatre.page("billing:plan_month", month=theatre.busy.this_month), (checked,)),
        Shot("plan-unopened", theatre.page("billing:plan_month", month=add_months(coming, 4))),
        Shot("contacts", theatre.page("xero_sync:contacts")),
        Shot("contacts-chosen", theatre.page("xero_sync:contacts"), (tick("tbody [name=client]"),)),
        Shot("contact-chooser", theatre.page("xero_sync:contact_choice", client_id=theatre.client("CITY LIMO").pk)),
    )


def work(theatre: Theatre) -> None:
    """Work Management"""
    page = theatre.page("billing:work")
    theatre.shots(
        Shot("work", page),
        Shot("work-chosen", page, (tick("tbody [name=items]"),)),
        Shot("work-completing", page, (tick("tbody [name=items]"), dialog("Mark as Completed"))),
        Shot("work-nothing", f"{page}?q=zebra"),
        Shot("work-apprentice", page, who="apprentice"),
        Shot("work-new", theatre.page("billing:work_new")),
    )


def posting(theatre: Theatre) -> None:
    """The month posts, and one contact is archived meanwhile"""
    theatre.control(f"contacts/{theatre.contact_of(ARCHIVED)}/archive")
    theatre.control(f"contacts/{theatre.contact_of(MERGED)}/merge", into=INTO)
    theatre.control("faults", kind="slow", path="Invoices", method="PUT", times=99, delay=SLOW)
    page = theatre.page("billing:plan_month", month=theatre.last_month)
    holds.enter_safe_mode(practice=theatre.practice, by=theatre.busy.owner, at=timezone.now())
    theatre.approve(theatre.last_month)
    theatre.shots(Shot("plan-blocked", page))
    holds.leave_safe_mode(practice=theatre.practice, send_waiting=True, by=theatre.busy.owner, at=timezone.now())
    theatre.shots(Shot("plan-posting", page, (wait("#progress"),)))
    theatre.control("faults/clear")
    theatre.wait_until(lambda: theatre.plan(theatre.last_month).status not in MOVING, "The posting")
    theatre.shots(
        Shot("plan-needs-attention", page),
        Shot("failures-few", theatre.page("billing:failures")),
        Shot("invoices", theatre.page("billing:invoices")),
        Shot("invoice-posted", theatre.page("billing:invoice", invoice_id=_last(theatre, "posted"))),
        Shot("invoice-refused", theatre.page("billing:invoice", invoice_id=_last(theatre, "refused"))),
        Shot("client-xero-refused", theatre.page("xero_sync:client_xero", client_id=theatre.client(ARCHIVED).pk)),
        Shot("client-xero-merged", theatre.page("xero_sync:client_xero", client_id=theatre.client(MERGED).pk)),
    )


def troubles(theatre: Theatre) -> None:
    """Many refusals at once"""
    theatre.control("accounts/210/archive")
    theatre.complete(3)
    theatre.wait_until(lambda: not theatre.invoices().waiting().exists(), "The refusals")
    theatre.shots(
        Shot("failures-many", theatre.page("billing:failures")),
        Shot("failures-by-hand", theatre.page("billing:failures"), (dialog("Handled by hand", "link"),)),
        Shot("home-refused", theatre.page("home")),
    )


def quiet(theatre: Theatre) -> None:
    """Everything mended"""
    theatre.control("accounts/210/restore")
    theatre.control(f"contacts/{theatre.contact_of(ARCHIVED)}/restore")
    merged = Contact.objects.for_practice(theatre.practice).get(name=INTO)
    contacts.link(client=theatre.client(MERGED), contact=merged, by=theatre.busy.owner, at=timezone.now())
    run = _sync(theatre)
    theatre.shots(Shot("integrations-syncing", theatre.page("xero_sync:integrations")))
    theatre.wait_until(lambda: _ended(theatre, run), "The sync")
    theatre.wait_until(lambda: theatre.plan(theatre.last_month).status == BillingPlan.Status.POSTED, "The mending")
    theatre.shots(
        Shot("plan-posted", theatre.page("billing:plan_month", month=theatre.last_month)),
        Shot("failures-none", theatre.page("billing:failures")),
    )


def floods(theatre: Theatre) -> None:
    """One refusal, and then five hundred"""
    theatre.control("accounts/220/archive")
    page = theatre.page("billing:failures")
    for further, name in ((1, "failures-one"), (MANY - 1, "failures-500")):
        theatre.bill_ad_hoc(further)
        theatre.wait_until(lambda: not theatre.invoices().waiting().exists(), "The refusals")
        theatre.shots(Shot(name, page))
    theatre.shots(
        Shot("failures-500-last", f"{page}?page={MANY // 50}"),
        Shot("failures-500-nothing", f"{page}?owner=0"),
        Shot("invoice-refused-500", theatre.page("billing:invoice", invoice_id=_last(theatre, "refused"))),
    )
    _arrives_late(theatre)
    theatre.control("accounts/220/restore")
    _sync(theatre)
    theatre.wait_until(lambda: not theatre.invoices().refused().exists(), "The mending")


def _arrives_late(theatre: Theatre) -> None:
    """An invoice handled by hand stands in Xero after all, until a person has seen it"""
    by, practice = theatre.busy.owner, theatre.practice
    late = theatre.invoices().get(pk=_last(theatre, "refused"))
    invoices.handle_by_hand(invoice=late, reason="Billed with the March accounts.", by=by, at=timezone.now())
    connection = Connection.objects.for_practice(practice).current().get()
    unwanted.report(connection, [_as_it_stands_in_xero(late)], at=timezone.now())
    theatre.shots(
        Shot("failures-unwanted", f"{theatre.page('billing:failures')}?cause={Kind.DIFFERS}"),
        Shot("invoice-unwanted", theatre.page("billing:invoice", invoice_id=late.pk)),
    )
    invoices.note_seen(invoice=late, by=by, at=timezone.now())


def _as_it_stands_in_xero(invoice: Invoice) -> LedgerInvoice:
    return LedgerInvoice(
        external_id=str(invoice.uid),
        number=str(invoice.number),
        type="ACCREC",
        status="DRAFT",
        contact_id="",
        date=invoice.invoice_date,
        reference=invoice.reference,
        url=marker_url(settings.SITE_URL, invoice),
        currency=invoice.currency,
        subtotal=invoice.total,
        line_count=1,
    )


MANY = 500
MOVING = (BillingPlan.Status.POSTING, BillingPlan.Status.FINALISED)


def _last(theatre: Theatre, status: str) -> int:
    invoice = theatre.invoices().filter(status=status).order_by("-pk").first()
    return int(invoice.pk)


def _sync(theatre: Theatre) -> SyncRun:
    connection = Connection.objects.for_practice(theatre.practice).current().get()
    return asking.request_sync(connection=connection, by=theatre.busy.owner, at=timezone.now())


def _ended(theatre: Theatre, run: SyncRun) -> bool:
    return SyncRun.objects.for_practice(theatre.practice).filter(pk=run.pk, finished_at__isnull=False).exists()
