"""Which contact a client is likely to be, how sure that is, and why. Pure, strict, explainable.

A match links by itself only where it is certain and unique: the same company number, or the same name and e-mail with
nothing of that name beside it. A name alone never links: different companies share names (25 pairs of them are kept
in the project's data), and a practice's twins share them by habit.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from clients.records import company_number_key, name_key

MOST_SUGGESTIONS = 5
LEAST_SCORE = 50
LEAST_SORTED = 45  # cheap first pass: words compared in any order
SHORT_LIST = 20  # of which the dear comparison is made
SHARED_MAILBOXES = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "hotmail.co.uk",
        "yahoo.com",
        "yahoo.co.uk",
        "icloud.com",
        "live.co.uk",
        "live.com",
        "aol.com",
        "btinternet.com",
        "me.com",
        "msn.com",
        "sky.com",
    ]
)
SET_ASIDE = re.compile(  # in brackets, after a dash or at the end; a firm may well be called Old Mint Framing
    r"[(\[\-–]\s*(old|archived|duplicate|closed|inactive|deleted)\b|\bdo not use\b"
    r"|\b(old|archived|duplicate|closed|inactive|deleted)\W*$",
    re.IGNORECASE,
)
POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b")


@dataclass(frozen=True, slots=True)
class Side:
    """One party of a match: a client or a contact. Keys are worked out once."""

    id: int
    name: str
    key: str
    other_key: str = ""
    number: str = ""
    email: str = ""
    postcode: str = ""
    is_usable: bool = True
    is_set_aside: bool = False

    @property
    def tight(self) -> str:
        return self.key.replace(" ", "")


def side(
    id: int,  # the id of a row is called so everywhere
    name: str,
    *,
    trading_name: str = "",
    company_number: str = "",
    email: str = "",
    address: str = "",
    is_usable: bool = True,
) -> Side:
    """A party with its keys. `address` may be a whole address or a postcode."""
    found = POSTCODE.search(address.upper())
    return Side(
        id=id,
        name=name,
        key=name_key(name),
        other_key=name_key(trading_name) if trading_name else "",
        number=company_number_key(company_number),
        email=email.strip().lower(),
        postcode=f"{found[1]} {found[2]}" if found else "",
        is_usable=is_usable,
        is_set_aside=bool(SET_ASIDE.search(name)),
    )


@dataclass(frozen=True, slots=True)
class Link:
    """A match that is certain and unique."""

    client_id: int
    contact_id: int
    how: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A likely match: 0 to 100, and why in words."""

    contact_id: int
    score: int
    reason: str


@dataclass(frozen=True, slots=True)
class Matches:
    """Links that need nobody, and for everybody else the likely contacts, best first."""

    links: tuple[Link, ...]
    suggestions: Mapping[int, tuple[Suggestion, ...]] = field(default_factory=dict)


def matches(clients: Sequence[Side], contacts: Sequence[Side]) -> Matches:
    """Match clients that have no link yet against all contacts, linked ones left out by the caller."""
    links = certain_links(clients, contacts)
    linked = {link.client_id for link in links}
    taken = {link.contact_id for link in links}
    open_clients = [client for client in clients if client.id not in linked]
    free = [contact for contact in contacts if contact.id not in taken]
    return Matches(tuple(links), suggestions(open_clients, free))


# ── What links by itself ─────────────────────────────────────────────────────────────────────────────────────────────


def certain_links(clients: Sequence[Side], contacts: Sequence[Side]) -> list[Link]:
    """At most one link per client and contact, none that anything speaks against."""
    by_number = _links(clients, contacts, lambda one: one.number, _agree_on_number, "Same company number")
    linked = {link.client_id for link in by_number}
    taken = {link.contact_id for link in by_number}
    rest = [client for client in clients if client.id not in linked]
    twins = _counted(contact.key for contact in contacts)
    named = [contact for contact in contacts if contact.id not in taken and twins[contact.key] == 1]
    by_mail = _links(rest, named, lambda one: _name_and_mail(one), _agree_on_name, "Same name and e-mail address")
    return by_number + by_mail


def _links(
    clients: Sequence[Side],
    contacts: Sequence[Side],
    key: Callable[[Side], object],
    agree: Callable[[Side, Side], bool],
    how: str,
) -> list[Link]:
    """Pairs whose key is found exactly once on either side; unusable contacts count as somebody else with that key."""
    ours, theirs = _grouped(clients, key), _grouped(contacts, key)
    pairs = [(ours[k][0], theirs[k][0]) for k in ours if len(ours[k]) == 1 and len(theirs.get(k, ())) == 1]
    return [
        Link(client.id, contact.id, how)
        for client, contact in pairs
        if contact.is_usable and not contact.is_set_aside and agree(client, contact)
    ]


def _agree_on_number(client: Side, contact: Side) -> bool:
    return True


def _agree_on_name(client: Side, contact: Side) -> bool:
    """Nothing else speaks against it: two different company numbers would."""
    return not (client.number and contact.number and client.number != contact.number)


def _name_and_mail(one: Side) -> tuple[str, str] | None:
    return (one.key, one.email) if one.key and one.email else None


def _grouped(sides: Iterable[Side], key: Callable[[Side], object]) -> dict[object, list[Side]]:
    groups: dict[object, list[Side]] = defaultdict(list)
    for one in sides:
        if key(one):
            groups[key(one)].append(one)
    return groups


def _counted(keys: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for key in keys:
        counts[key] += 1
    return counts


# ── What is suggested ────────────────────────────────────────────────────────────────────────────────────────────────


def suggestions(clients: Sequence[Side], contacts: Sequence[Side]) -> dict[int, tuple[Suggestion, ...]]:
    """The likely contacts of each client, best first; those who have none are left out."""
    candidates = _candidates(clients, contacts)
    found = {}
    for client, positions in zip(clients, candidates, strict=True):
        scored = [suggestion(client, contacts[position]) for position in positions]
        usable = {contact.id: contact.is_usable for contact in (contacts[position] for position in positions)}
        likely = [one for one in scored if one.score >= LEAST_SCORE]
        likely.sort(key=lambda one: (-one.score, not usable[one.contact_id], one.contact_id))
        if likely:
            found[client.id] = tuple(likely[:MOST_SUGGESTIONS])
    return found


def _candidates(clients: Sequence[Side], contacts: Sequence[Side]) -> list[list[int]]:
    """For each client the few contacts worth a closer look: equal in something, or else similar in their words.

    The similar are sought only where no contact in use has the very name or number: that is what costs.
    """
    index = _index(contacts)
    sorted_names = [_sorted_words(contact.key) for contact in contacts]
    found = []
    for client in clients:
        equal = list(dict.fromkeys(_equal(client, index)))
        is_found = any(_is_same(client, contacts[position]) for position in equal)
        near = [] if is_found else _similar(_sorted_words(client.key), sorted_names)
        found.append(list(dict.fromkeys([*equal, *near])))
    return found


def _is_same(client: Side, contact: Side) -> bool:
    return contact.is_usable and (
        client.key == contact.key or (bool(client.number) and client.number == contact.number)
    )


def _facets(one: Side) -> list[tuple[str, str]]:
    facts = {"key": one.key, "tight": one.tight, "number": one.number, "mail": one.email, "other": one.other_key}
    found = [(name, value) for name, value in facts.items() if value]
    return found + ([("domain", domain)] if (domain := _domain(one)) else [])


def _index(contacts: Sequence[Side]) -> dict[tuple[str, str], list[int]]:
    index: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, contact in enumerate(contacts):
        for facet in _facets(contact):
            index[facet].append(position)
    return index


def _equal(client: Side, index: Mapping[tuple[str, str], Sequence[int]]) -> Iterable[int]:
    wanted = [*_facets(client), *([("key", client.other_key)] if client.other_key else [])]
    for facet in wanted:
        yield from index.get(facet, ())[:SHORT_LIST]


def _sorted_words(key: str) -> str:
    return " ".join(sorted(key.split()))


def _similar(ours: str, theirs: Sequence[str]) -> list[int]:
    """Positions of the most similar names by words in any order; ten thousand names take about a millisecond."""
    near = process.extract(ours, theirs, scorer=fuzz.ratio, score_cutoff=LEAST_SORTED, limit=SHORT_LIST)
    return [position for _, _, position in near]


def suggestion(client: Side, contact: Side) -> Suggestion:
    """How likely the two are one, and why. Archived contacts stand below what is in use."""
    score, reasons = _name_score(client, contact)
    for points, reason in _evidence(client, contact):
        score += points
        reasons.append(reason)
    if client.number and contact.number and client.number != contact.number:
        score = min(score, 55)
    elif client.number and client.number == contact.number:
        score = max(score, 97)
    if not contact.is_usable or contact.is_set_aside:
        score -= 15
        reasons.append("archived in Xero" if not contact.is_usable else "marked as not to be used")
    return Suggestion(contact.id, max(0, min(round(score), 99)), _sentence(reasons))


def _name_score(client: Side, contact: Side) -> tuple[float, list[str]]:
    """Never above 90: a name is no proof."""
    if client.key == contact.key:
        return 90, ["same name"]
    if client.tight == contact.tight:
        return 86, ["same name but for spaces"]
    if client.other_key and client.other_key == contact.key:
        return 84, ["same as the trading name"]
    names = [name for name in (client.key, client.other_key) if name]
    best = max((_similarity(name, contact.key) for name in names), default=0.0)
    return best * 0.82, ["similar name"] if best >= 80 else ["slightly similar name"]


def _similarity(ours: str, theirs: str) -> float:
    """A beginning in common counts for more: CITY LIMO is City Limousines before it is anything else."""
    blended = 0.7 * fuzz.WRatio(ours, theirs) + 0.3 * fuzz.token_sort_ratio(ours, theirs)
    starts = theirs.startswith(ours) or ours.startswith(theirs)
    return min(100.0, blended + (8 if starts and min(len(ours), len(theirs)) >= 4 else 0))


def _evidence(client: Side, contact: Side) -> list[tuple[int, str]]:
    found = []
    if client.number and contact.number:
        is_same = client.number == contact.number
        found.append((30, "same company number") if is_same else (-30, "another company number"))
    if client.email and client.email == contact.email:
        found.append((9, "same e-mail address"))
    elif (domain := _domain(client)) and domain == _domain(contact):
        found.append((6, "same e-mail domain"))
    if client.postcode and client.postcode == contact.postcode:
        found.append((4, "same postcode"))
    return found


def _domain(one: Side) -> str:
    """The domain of an address of one's own; mailboxes of the great providers say nothing."""
    domain = one.email.partition("@")[2]
    return "" if domain in SHARED_MAILBOXES else domain


def _sentence(reasons: Sequence[str]) -> str:
    words = ", ".join(reasons)
    return f"{words[:1].upper()}{words[1:]}"
