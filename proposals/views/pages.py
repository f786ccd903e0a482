"""One proposal: its page, what the client will see of it, and its documents."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clients.access import Action, PracticeRequest, practice_page
from proposals import documents, operations, signing
from proposals.models import Proposal, ProposalDocument
from proposals.views.shared import page_context, proposal_of, url_of


@require_safe
@practice_page(Action.PROPOSALS)
def proposal(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """How one proposal stands, what may be done, what has happened."""
    return render(request, "proposals/proposal.html", page_context(request, proposal_of(request, proposal_id)))


@require_safe
@practice_page(Action.PROPOSALS)
def preview(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """The signing page as the client will see it, without its buttons."""
    found = proposal_of(request, proposal_id)
    context = page_context(request, found) | {
        "consents": signing.CONSENT,
        "is_preview": True,
        "back": url_of("proposal", found),
    }
    return render(request, "signing/proposal.html", context)


@require_safe
@practice_page(Action.PROPOSALS)
def document(request: PracticeRequest, proposal_id: int) -> HttpResponse:
    """The PDF: `?kind=signed`, else the one that was sent, else one of the draft as it is now."""
    found = proposal_of(request, proposal_id)
    kind = ProposalDocument.Kind.SIGNED if request.GET.get("kind") == "signed" else ProposalDocument.Kind.OFFER
    stored = found.documents.filter(kind=kind, version=found.version).first()
    if stored:
        return pdf(bytes(stored.content), found, kind)
    if kind == ProposalDocument.Kind.SIGNED:
        raise Http404("There is no signed document yet.")
    try:
        return pdf(documents.offer_pdf(operations.offer_of(found)), found, kind)
    except documents.DocumentsUnavailable as problem:
        messages.error(request, str(problem))
        return redirect(url_of("proposal", found))


def pdf(content: bytes, proposal: Proposal, kind: str) -> HttpResponse:
    """A PDF under a name that says what it is."""
    suffix = " signed" if kind == ProposalDocument.Kind.SIGNED else ""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="Proposal {proposal.number}{suffix}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
