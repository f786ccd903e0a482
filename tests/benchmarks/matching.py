"""Matching clients with contacts whose names somebody else typed."""

import random
import resource

from rapidfuzz import fuzz, process

from tests.benchmarks.books import firm_name
from tests.benchmarks.table import Table, timed, watch
from xero_sync.matching import Matches, Side, matches, side

SOME = 250


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
