"""Posting to the sandbox through the real gateway, and matching contacts."""

import random
import resource
from datetime import datetime, timedelta

from django.utils import timezone
from rapidfuzz import fuzz, process

from billing.calendar import add_months, first_of
from billing.models import Invoice
from billing.operations import plans
from clients.models import Membership, Practice
from sandbox.xero.server import Running, serve
from tests.benchmarks.books import choose_account, firm_name, practice_with
from tests.benchmarks.table import Table, timed, watch
from tests.benchmarks.world import use_as_xero
from tests.xero_world import Remote, connect_by_operations, connection_of, post, sync
from xero_sync.matching import Matches, Side, matches, side
from xero_sync.operations import connections

INVOICES = 500
SOME = 250


def posting(table: Table) -> None:
    table.title(f"{INVOICES} invoices to Xero, through the real gateway and the sandbox")
    for words, is_new, most in (("contacts known", False, 12), ("all contacts new", True, 22)):
        with serve() as running, use_as_xero(running):
            practice, owner = practice_with(INVOICES, f"Post {words}")
            _post(table, words, most, running, practice, owner, is_new=is_new)
            connections.disconnect(connection=connection_of(practice), by=owner.user, at=timezone.now())


def _post(
    table: Table, words: str, most: int, running: Running, practice: Practice, owner: Membership, *, is_new: bool
) -> None:
    remote, at = Remote(running), timezone.now()
    month = add_months(first_of(at.date()), -1)
    if not is_new:
        remote.do("seed", Contacts=[{"Name": one.name, "EmailAddress": one.email} for one in practice.clients.all()])
    connect_by_operations(practice, owner, at=at)
    sync(practice, at=at)
    choose_account(practice, owner, "200")
    plan = plans.draft(practice=practice, month=month, at=at)
    plans.approve(plan=plan, version=plan.version, by=owner.user, at=at)
    before = len(remote.requests())
    with watch() as taken:
        _post_everything(practice, at)
    calls = [call for call in remote.requests()[before:] if "/api.xro/" in call["path"]]
    posted = Invoice.objects.for_practice(practice).filter(status=Invoice.Status.POSTED).count()
    there = len(remote.invoices())
    table.put(f"{words}: in Xero, each once", f"{posted}, {there}", f"{INVOICES}", posted == there == INVOICES)
    table.add(f"{words}: calls", len(calls), "", most)
    table.add(f"{words}: calls per invoice", len(calls) / INVOICES, "", most / INVOICES)
    table.add(f"{words}: time with an answer at once", taken.seconds, "s", 30)


def _post_everything(practice: Practice, at: datetime) -> None:
    """Turns of the lane, a minute apart where it was told to wait."""
    waiting = Invoice.objects.for_practice(practice).waiting()
    for minute in range(30):
        post(practice, at=at + timedelta(minutes=minute))
        if not waiting.exists():
            return


def matching(table: Table) -> None:
    table.title("Matching contacts")
    for size, most in ((500, 0.1), (10_000, None)):
        clients, contacts = _names(size)
        bare = _every_pair(clients, contacts)
        with watch() as taken:
            found = matches(clients, contacts)
        first, third = (_recall(found, clients, among) for among in (1, 3))
        wrong = sum(1 for link in found.links if link.client_id != link.contact_id)
        table.add(f"{size:,} clients and as many contacts", taken.seconds, "s", most)
        table.add(f"{size:,}: against comparing every pair once", taken.seconds / bare, "×", 2)
        table.put(f"{size:,}: the right one first, among three", f"{first:.1%}, {third:.1%}", "99.0%", third >= 0.99)
        table.add(f"{size:,}: wrong links made by itself", wrong, "", 0)
    table.add("Memory of this process at its highest", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")


def _every_pair(clients: list[Side], contacts: list[Side]) -> float:
    """Seconds for comparing each client with each contact once and no more, worked out from some of the clients."""
    some, names = clients[:SOME], [one.key for one in contacts]
    spent = timed(lambda: [process.extract(one.key, names, scorer=fuzz.token_sort_ratio, limit=20) for one in some])
    return spent * len(clients) / len(some)


def _recall(found: Matches, clients: list[Side], among: int) -> float:
    """The share of clients whose own contact is linked, or among the first suggestions."""
    links = {link.client_id: link.contact_id for link in found.links}
    offered = {one.id: [each.contact_id for each in found.suggestions.get(one.id, ())[:among]] for one in clients}
    good = [one for one in clients if links.get(one.id) == one.id or one.id in offered[one.id]]
    return len(good) / len(clients)


def _names(size: int) -> tuple[list[Side], list[Side]]:
    """Clients, and their contacts as somebody else typed them: half the same, half of them spoiled somehow."""
    chance = random.Random(size)  # noqa: S311  # names, not secrets
    names = [f"{firm_name(number * 7)} of {firm_name(number * 13 + 5).split()[0]}" for number in range(size)]
    mail = [f"office@firm{number}.example" for number in range(size)]
    clients = [side(number, name, email=mail[number]) for number, name in enumerate(names)]
    contacts = [
        side(number, _spoiled(name, chance) if number % 2 else name, email=mail[number] if number % 3 else "")
        for number, name in enumerate(names)
    ]
    return clients, contacts


def _spoiled(name: str, chance: random.Random) -> str:
    """What people do to names: a letter lost, two exchanged, upper case, the legal form left out, words turned."""
    spot = chance.randrange(2, len(name) - 3)
    ways = (
        name[:spot] + name[spot + 1 :],
        name[:spot] + name[spot + 1] + name[spot] + name[spot + 2 :],
        name.upper(),
        name.replace(" Ltd", "").replace(" LLP", ""),
        f"{name} (old)" if chance.random() < 0.1 else f"The {name}",
    )
    return chance.choice(ways)
