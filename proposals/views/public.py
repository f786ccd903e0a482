"""The page that a client signs. GET changes nothing: mail scanners follow links."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from proposals import drafting, forms, operations, signing
from proposals.access import evidence_of, signing_page
from proposals.models import MovedOn, ProposalDocument, SigningLink
from proposals.views.pages import pdf


@require_safe
@signing_page
def proposal(request: HttpRequest, link: SigningLink) -> HttpResponse:
    """The offer with its form, or, once it is accepted, the thanks."""
    if link.proposal.is_accepted:
        return render(request, "signing/accepted.html", _accepted(request, link))
    initial = {"signer_name": link.recipient_name}
    return _page(request, link, forms.SignForm(initial=initial), forms.DeclineForm())


@require_POST
@signing_page
def view(request: HttpRequest, link: SigningLink) -> HttpResponse:
    """Said by the page itself once a person moves on it."""
    operations.mark_viewed(link=link, at=timezone.now())
    return HttpResponse(status=204)


@require_POST
@signing_page
def acceptance(request: HttpRequest, link: SigningLink) -> HttpResponse:
    """The signature. Whoever comes second is told so."""
    form = forms.SignForm(request.POST)
    if not form.is_valid() and link.proposal.is_pending:
        return _page(request, link, form, forms.DeclineForm())
    name = form.cleaned_data.get("signer_name") or link.recipient_name
    try:
        operations.accept(link=link, signer_name=name, evidence=evidence_of(request), at=timezone.now())
    except MovedOn as moved:
        return _moved_on(request, link, moved)
    return redirect(_path(request))


@require_POST
@signing_page
def refusal(request: HttpRequest, link: SigningLink) -> HttpResponse:
    """The client does not want to go ahead."""
    form = forms.DeclineForm(request.POST)
    if not form.is_valid() and link.proposal.is_pending:
        return _page(request, link, forms.SignForm(initial={"signer_name": link.recipient_name}), form)
    reason = form.cleaned_data.get("reason") or "–"
    try:
        operations.decline(link=link, reason=reason, evidence=evidence_of(request), at=timezone.now())
    except MovedOn as moved:
        return _moved_on(request, link, moved)
    return render(request, "signing/declined.html", {"practice": link.proposal.practice})


@require_safe
@signing_page
def document(request: HttpRequest, link: SigningLink) -> HttpResponse:
    """The signed document once there is one, else the exact one that is to be signed."""
    found = link.proposal
    kinds = [ProposalDocument.Kind.SIGNED] if found.is_accepted else [ProposalDocument.Kind.OFFER]
    stored = found.documents.filter(kind__in=kinds, version=link.version).first()
    if stored is None:
        raise Http404("This document is not ready yet. Try again in a minute.")
    return pdf(bytes(stored.content), found, stored.kind)


def _page(request: HttpRequest, link: SigningLink, form: forms.SignForm, decline: forms.DeclineForm) -> HttpResponse:
    offer = operations.offer_of(link.proposal)
    context = {
        "proposal": link.proposal,
        "offer": offer,
        "groups": drafting.fee_groups(offer),
        "introduction": drafting.letter_blocks(offer.introduction),
        "letter": drafting.letter_blocks(offer.letter),
        "consents": signing.CONSENT,
        "form": form,
        "decline": decline,
        "here": _path(request),
    }
    return render(request, "signing/proposal.html", context, status=422 if form.is_bound or decline.is_bound else 200)


def _moved_on(request: HttpRequest, link: SigningLink, moved: MovedOn) -> HttpResponse:
    """409: accepted by somebody else in the same moment, or taken back. Nothing was signed twice."""
    context = {"practice": link.proposal.practice, "is_accepted": moved.proposal.is_accepted, "here": _path(request)}
    return render(request, "signing/moved_on.html", context, status=409)


def _accepted(request: HttpRequest, link: SigningLink) -> dict[str, Any]:
    found = link.proposal
    signed = found.documents.filter(kind=ProposalDocument.Kind.SIGNED, version=link.version)
    return {
        "offer": operations.offer_of(found),
        "practice": found.practice,
        "signature": found.signatures.filter(version=link.version).first(),
        "has_document": signed.exists(),
        "here": _path(request),
    }


def _path(request: HttpRequest) -> str:
    """The page's own address, up to and with the token."""
    return "/".join(request.path.split("/")[:3]) + "/"
