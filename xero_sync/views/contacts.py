"""Which contact each client is: the chooser, and the queue of all that wait for a decision."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clients.access import Action, PracticeRequest, practice_page, row_ids
from clients.models import Client
from xero_sync.forms import ContactForm, SelectionForm
from xero_sync.models import Contact
from xero_sync.operations import accepting, contacts
from xero_sync.reports import chooser, matching_queue
from xero_sync.reports.integration import last_connection
from xero_sync.views.pieces import client_or_404, dialog, done, is_htmx, next_of, refused

PAGE_SIZE = 50


@practice_page(Action.BILLING)
@require_safe
def queue(request: PracticeRequest) -> HttpResponse:
    """Clients that wait for a decision, the likely ones ready to be accepted together."""
    connection = last_connection(request.practice)
    if connection is None:
        return render(request, "xero_sync/contacts_empty.html")
    clients = matching_queue.with_match(request.practice, connection.tenant_id).open()
    match, text = request.GET.get("match", ""), _words(request.GET.get("q", ""))
    kept = matching_queue.only(clients, match=match, text=text)
    page = Paginator(kept.order_by("name", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = matching_queue.rows_of(request.practice, connection.tenant_id, page.object_list)
    chips = _chips(request, matching_queue.counts(clients), match)
    context = {"connection": connection, "page": page, "rows": rows, "chips": chips, "text": text, "match": match}
    return render(request, "xero_sync/contacts.html", context)


def _chips(request: PracticeRequest, counts: dict[str, int], match: str) -> list[dict[str, Any]]:
    waiting = sum(number for each, number in counts.items() if each in matching_queue.OPEN)
    shown = [("", "To match", waiting), *((each, matching_queue.LABELS[each], n) for each, n in counts.items())]
    return [_chip(request, *each, is_current=each[0] == match) for each in shown if each[2] or each[0] in ("", match)]


def _chip(request: PracticeRequest, match: str, label: str, count: int, *, is_current: bool) -> dict[str, Any]:
    query = request.GET.copy()
    for key in ("match", "page"):
        query.pop(key, None)
    if match:
        query["match"] = match
    tone = "bad" if match in matching_queue.HELD else ""
    return {"label": label, "count": count, "url": f"?{query.urlencode()}", "is_current": is_current, "tone": tone}


@practice_page(Action.BILLING)
@require_POST
def links(request: PracticeRequest) -> HttpResponse:
    """Accept the first suggestion of every ticked client."""
    url = next_of(request, _queue_url(request))
    form = SelectionForm(request.POST, practice=request.practice)
    if not form.is_valid():
        return refused(request, form.errors["client"][0], url)
    ids, at = form.cleaned_data["client"], timezone.now()
    try:
        made = accepting.accept_suggestions(practice=request.practice, client_ids=ids, by=request.user, at=at)
    except contacts.ContactRefusal as reason:
        return refused(request, reason, url)
    undo = reverse("xero_sync:contact_links_undo", kwargs={"practice": request.practice.slug})
    taken = ",".join(str(link.pk) for link in made)
    said = "1 client is linked." if len(made) == 1 else f"{len(made)} clients are linked."
    return done(request, said, url, undo=f"{undo}?links={taken}" if made else "")


@practice_page(Action.BILLING)
@require_POST
def links_undo(request: PracticeRequest) -> HttpResponse:
    """Take back links that were accepted together."""
    ids = row_ids(request.GET.get("links", "").split(",")[:500])
    number = accepting.take_back(practice=request.practice, link_ids=ids, by=request.user, at=timezone.now())
    said = "1 link has been taken back." if number == 1 else f"{number} links have been taken back."
    return done(request, said, _queue_url(request))


@practice_page(Action.BILLING)
@require_safe
def contact_choice(request: PracticeRequest, client_id: int) -> HttpResponse:
    """The chooser: suggestions with score and reasons, a search over all contacts, or a new contact when posting."""
    client = client_or_404(request, client_id)
    return _chooser(request, client)


@practice_page(Action.BILLING)
@require_POST
def contact_link(request: PracticeRequest, client_id: int) -> HttpResponse:
    """Link the chosen contact; without one the client's invoice brings a new contact when it posts."""
    client = client_or_404(request, client_id)
    connection = last_connection(request.practice)
    tenant_id = connection.tenant_id if connection else ""
    form = ContactForm(request.POST, practice=request.practice, tenant_id=tenant_id)
    if not form.is_valid():
        return _chooser(request, client, problem=str(form.errors["contact"][0]))
    contact, at = form.cleaned_data["contact"], timezone.now()
    undo = _undo(request, client) if chooser.link_of(client, tenant_id) is None else ""
    try:
        if contact is None:
            contacts.unlink(client=client, by=request.user, at=at)
        else:
            contacts.link(client=client, contact=contact, by=request.user, at=at)
    except contacts.ContactRefusal as reason:
        return _chooser(request, client, problem=str(reason))
    url = next_of(request, _client_url(request, client))
    return done(request, _said(client, contact), url, undo=undo if contact else "")


@practice_page(Action.BILLING)
@require_POST
def contact_unlinking(request: PracticeRequest, client_id: int) -> HttpResponse:
    client = client_or_404(request, client_id)
    try:
        contacts.unlink(client=client, by=request.user, at=timezone.now())
    except contacts.ContactRefusal as reason:
        return refused(request, reason, _client_url(request, client))
    return done(request, f"{client} is no longer linked.", next_of(request, _client_url(request, client)))


@practice_page(Action.BILLING)
@require_POST
def contact_unarchiving(request: PracticeRequest, client_id: int, contact_id: int) -> HttpResponse:
    """Unarchive in Xero, then choose it: archived contacts cannot be invoiced."""
    client = client_or_404(request, client_id)
    contact = get_object_or_404(Contact.objects.for_practice(request.practice), pk=contact_id)
    try:
        contacts.unarchive(contact=contact, by=request.user, at=timezone.now())
    except contacts.ContactRefusal as reason:
        return _chooser(request, client, problem=str(reason))
    if is_htmx(request):
        return _chooser(request, client, said=f"{contact} is active in Xero again.")
    said = f"{contact} is active in Xero again."
    return done(request, said, next_of(request, reverse("xero_sync:contact_choice", kwargs=_where(request, client))))


def _chooser(request: PracticeRequest, client: Client, *, problem: str = "", said: str = "") -> HttpResponse:
    connection = last_connection(request.practice)
    if connection is None:
        return redirect("xero_sync:integrations", practice=request.practice.slug)
    text = _words(request.GET.get("q") or request.POST.get("q") or "")
    choice = chooser.choice_for(client, connection.tenant_id, text=text)
    context = {"choice": choice, "client": client, "connection": connection, "problem": problem, "said": said}
    response = dialog(
        request, "contact_choice", f"Choose the Xero contact for {client}", _client_url(request, client), context
    )
    response.status_code = 422 if problem and not is_htmx(request) else 200
    return response


def _words(text: str) -> str:
    """What is searched for. PostgreSQL refuses a text with a NUL in it, SQLite does not."""
    return text.replace("\0", "").strip()


def _undo(request: PracticeRequest, client: Client) -> str:
    """Unlink again, and stay where one is."""
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    back = f"?{urlencode({'next': here})}" if here else ""
    return reverse("xero_sync:contact_unlinking", kwargs=_where(request, client)) + back


def _said(client: Client, contact: Contact | None) -> str:
    if contact is None:
        return f"A new contact named {client} is created when its invoice posts."
    return f"{client} is linked to {contact}."


def _where(request: PracticeRequest, client: Client) -> dict[str, Any]:
    return {"practice": request.practice.slug, "client_id": client.pk}


def _client_url(request: PracticeRequest, client: Client) -> str:
    return reverse("xero_sync:client_xero", kwargs=_where(request, client))


def _queue_url(request: PracticeRequest) -> str:
    return reverse("xero_sync:contacts", kwargs={"practice": request.practice.slug})
