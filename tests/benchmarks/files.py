"""Files in and out: an import of 50,000 rows, a proposal as PDF."""

from django.utils import timezone

from clients.models import ClientImport
from clients.operations import apply_import, read_import, start_import, write_import
from proposals import documents as pdf
from proposals.operations import offer_of
from tests.benchmarks.books import AT, firm_name
from tests.benchmarks.table import Table, timed
from tests.factories import make_client, make_member, make_practice, make_proposal

ROWS = 50_000


def imports(table: Table) -> None:
    table.title(f"Import of {ROWS:,} rows")
    practice = make_practice("Long List")
    owner = make_member(practice)
    lines = [f"{firm_name(number)} {number},Ada Birch,a{number}@firms.example" for number in range(ROWS)]
    content = "\n".join(["Name,Contact name,Email", *lines]).encode()
    begun = start_import(practice=practice, file_name="long.csv", content=content, by=owner.user, at=AT)
    table.add(
        f"Dry run of {len(content) / 1e6:.1f} MB", timed(lambda: read_import(client_import=begun, at=AT)), "s", 60
    )
    begun.refresh_from_db()
    table.put("Its state", f"{begun.status}, {begun.rows_total:,}", f"ready, {ROWS:,}", begun.rows_total == ROWS)
    apply_import(client_import=begun, by=owner.user, at=timezone.now())
    table.add("Written", timed(lambda: write_import(client_import=begun, at=timezone.now())), "s", 60)
    begun.refresh_from_db()
    table.put("Clients afterwards", f"{practice.clients.count():,}", f"{ROWS:,}", practice.clients.count() == ROWS)
    assert begun.status == ClientImport.Status.APPLIED, begun.problem


def documents(table: Table) -> None:
    table.title("Documents")
    proposal = make_proposal(make_client(make_practice("Paper Mill")))
    offer = offer_of(proposal)
    table.add("The first PDF of a process, with its library", timed(lambda: pdf.offer_pdf(offer)), "s", 5)
    table.add("Another one", timed(lambda: pdf.offer_pdf(offer)), "s", 2)
    long = make_proposal(make_client(make_practice("Thick Book")), letter="A paragraph of terms. " * 120 + "\n\n" * 2)
    table.add("A long one", timed(lambda: pdf.offer_pdf(offer_of(long))), "s", 5)
