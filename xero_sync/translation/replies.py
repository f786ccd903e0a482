"""Which element of a reply answers for which of ours, and whether an invoice found in Xero is ours."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from xero_sync.records import Element, Json, LedgerInvoice

NO_ID = "00000000-0000-0000-0000-000000000000"
INVOICE_KEYS = ("InvoiceNumber", "Url", "Reference")
CONTACT_KEYS = ("ContactNumber",)


def matched(sent: Sequence[Json], elements: Sequence[Element], keys: Sequence[str]) -> dict[int, Element]:
    """Per position of what was sent, the element that answers for it; strangers answer for nothing.

    Match by the strongest key that the element carries and we sent: number, else marker, else a reference that is
    unique among what was sent. Never by position alone; but where Xero answers for as many as we sent, refusals that
    say nothing of whose they are belong to those of ours that nothing else answers for. Of two elements for one of
    ours an accepted one counts.
    """
    by_key = _unique_keys(sent, keys)
    sent_names = {name for data in sent for name in keys if data.get(name)}
    found: dict[int, Element] = {}
    strangers = []
    for element in elements:
        key = next((k for k in _keys_of(element.data, keys) if k[0] in sent_names), None)
        position = by_key.get(key) if key else None
        if position is None:
            strangers.append(element)
        elif position not in found or (element.is_accepted and not found[position].is_accepted):
            found[position] = element
    left = {position: sent[position] for position in range(len(sent)) if position not in found}
    is_whole = len(elements) == len(sent) and len(strangers) == len(left)
    return found | (_left_over(left, strangers, keys) if is_whole else {})


def _left_over(left: Mapping[int, Json], strangers: Sequence[Element], keys: Sequence[str]) -> dict[int, Element]:
    """By elimination: as many refusals without a key as there are of ours without an answer. What a refusal does
    carry, contact and reference, must be that of exactly one; only the last of all may carry nothing."""
    is_named = any(element.data.get(name) for element in strangers for name in keys if name != "Reference")
    if is_named or any(element.is_accepted for element in strangers):
        return {}
    is_last = len(left) == 1
    found: dict[int, Element] = {}
    for element in strangers:
        hints = _hints(element.data)
        fitting = [position for position, data in left.items() if hints.items() <= _hints(data).items()]
        if len(fitting) != 1 or fitting[0] in found or not ("Contact" in hints or is_last):
            return {}
        found[fitting[0]] = element
    return found


def _hints(data: Mapping[str, Any]) -> dict[str, str]:
    """Contact and reference, as far as they are told."""
    contact: Any = data.get("Contact")
    told = {
        "Contact": contact.get("ContactID") if isinstance(contact, dict) else "",
        "Reference": data.get("Reference"),
    }
    return {name: str(value).lower() for name, value in told.items() if value}


def _unique_keys(sent: Sequence[Json], keys: Sequence[str]) -> dict[tuple[str, str], int]:
    """Every key that names exactly one of ours."""
    seen: dict[tuple[str, str], list[int]] = {}
    for position, data in enumerate(sent):
        for key in _keys_of(data, keys):
            seen.setdefault(key, []).append(position)
    return {key: positions[0] for key, positions in seen.items() if len(positions) == 1}


def _keys_of(data: Mapping[str, Any], keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((name, str(data[name]).lower()) for name in keys if data.get(name))


def external_id(element: Element, name: str) -> str:
    """The id Xero gave; empty where it gave none."""
    found = str(element.data.get(name) or "")
    return "" if found == NO_ID else found


def marker_of(there: LedgerInvoice) -> UUID | None:
    """Our marker: the last part of the link that the invoice carries."""
    try:
        return UUID(there.url.rstrip("/").rpartition("/")[2])
    except ValueError:
        return None


def under_number(found: Iterable[LedgerInvoice], sent: Json) -> LedgerInvoice | None:
    """What stands in Xero under the number that we sent: ours where it is among them, else a person's.

    Several may: bills carry any number, and a number is free again once its invoice was voided.
    """
    number = str(sent.get("InvoiceNumber") or "").lower()  # to Xero s-1 and S-1 are the same number
    sales = [one for one in found if number and one.number.lower() == number and one.type in ("", "ACCREC")]
    return next((one for one in sales if is_ours(one, sent)), sales[0] if sales else None)


def by_link(invoices: Iterable[LedgerInvoice]) -> dict[str, LedgerInvoice]:
    """Invoices by our marker; of several that carry one a live one counts."""
    live_last = sorted(invoices, key=lambda one: not one.is_gone)
    return {one.url.lower(): one for one in live_last if one.url}


def is_ours(there: LedgerInvoice, sent: Json) -> bool:
    """Whether an invoice found under our number is the one we sent, and not a person's.

    Our marker settles it, even if somebody has edited the invoice since. Without a marker contact, day, reference,
    currency and the net total have to agree.
    """
    if there.type not in ("", "ACCREC"):
        return False
    if there.url and sent.get("Url"):
        return there.url.lower() == str(sent["Url"]).lower()
    same_day = there.date is None or there.date.isoformat() == sent["Date"]
    return (
        there.contact_id.lower() == str(sent["Contact"]["ContactID"]).lower()
        and same_day
        and there.reference == sent.get("Reference", "")
        and there.currency in ("", sent.get("CurrencyCode", ""))
        and there.subtotal == net_total(sent)
    )


def net_total(sent: Json) -> Decimal:
    """The sum of the lines as Xero adds them: each rounded to pence, half up."""
    return sum((_line_total(line) for line in sent["LineItems"]), Decimal("0.00"))


def _line_total(line: Json) -> Decimal:
    exact = Decimal(str(line["Quantity"])) * Decimal(str(line["UnitAmount"]))
    return exact.quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


def disagreements(there: LedgerInvoice, sent: Json) -> list[tuple[str, str]]:
    """How an invoice in Xero differs from what we posted: (kind, sentence), kinds as in `Difference.Kind`."""
    if there.is_gone:
        done = "deleted" if there.status == "DELETED" else "voided"
        return [("deleted", f"Somebody {done} this invoice in Xero. It is not posted again by itself.")]
    found = []
    total = net_total(sent)
    if there.subtotal is not None and there.subtotal != total:
        found.append(("total", f"In Xero it comes to {there.subtotal:,.2f} net; we posted {total:,.2f}."))
    contact_id = str(sent["Contact"]["ContactID"]).lower()
    if there.contact_id and contact_id and there.contact_id.lower() != contact_id:
        found.append(("contact", "In Xero it is on another contact than the one we posted it to."))
    edited = _edits(there, sent)
    if edited:
        found.append(("edited", f"Edited in Xero: {', '.join(edited)}."))
    return found


def _edits(there: LedgerInvoice, sent: Json) -> list[str]:
    number = sent.get("InvoiceNumber")
    checks = (
        ("number", bool(number) and there.number != number),
        ("date", there.date is not None and there.date.isoformat() != sent["Date"]),
        ("number of lines", there.line_count is not None and there.line_count != len(sent["LineItems"])),
        ("reference", there.reference != sent.get("Reference", "")),
    )
    return [name for name, differs in checks if differs]
