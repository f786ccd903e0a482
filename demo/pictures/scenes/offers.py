"""Proposals: the list, the editor, every state, and the page that a client signs."""

from datetime import timedelta

from django.utils import timezone

from demo.pictures.camera import Shot
from demo.pictures.stage import Theatre
from demo.pictures.steps import dialog, fill, open_menu, send, tick, unfold
from proposals import operations
from proposals.models import Proposal, SigningLink

OFFERED = ("Brightwater Pools Ltd", "Cairnfold Consulting Ltd", "Alderbrook Dental Care Ltd", "Ardent Physio Ltd")
PHONE = "a client"


def lists(theatre: Theatre) -> None:
    """Lists of proposals"""
    page = theatre.page("proposals:list")
    theatre.shots(
        Shot("proposals", page),
        Shot("proposals-pending", f"{page}?state=pending"),
        Shot("proposals-nothing", f"{page}?q=zebra"),
        Shot("proposal-new", theatre.page("proposals:new")),
    )


def editor(theatre: Theatre) -> None:
    """The editor, step by step"""
    draft, bare = theatre.draft_proposal(OFFERED[0]), theatre.draft_proposal(OFFERED[1], 0)
    one, other = {"proposal_id": draft.pk}, {"proposal_id": bare.pk}
    wrong = (fill("title", ""), fill("signatory_email", "not-an-address"), send("#step"))
    theatre.shots(
        Shot("editor-1-general", theatre.page("proposals:general", **one)),
        Shot("editor-1-errors", theatre.page("proposals:general", **one), wrong),
        Shot("editor-2-services", theatre.page("proposals:services", **one)),
        Shot("editor-2-empty", theatre.page("proposals:services", **other)),
        Shot(
            "editor-2-errors",
            theatre.page("proposals:services", **one),
            (unfold("#line-0"), fill("lines-0-price", "-"), send("#step")),
        ),
        Shot("editor-3-customise", theatre.page("proposals:customise", **one)),
        Shot("editor-4-review", theatre.page("proposals:review", **one)),
        Shot("editor-4-not-ready", theatre.page("proposals:review", **other)),
        Shot("proposal-draft", theatre.page("proposals:proposal", **one)),
        Shot("proposal-preview", theatre.page("proposals:preview", **one)),
    )


def states(theatre: Theatre) -> None:
    """A proposal in every state"""
    theatre.share(theatre.draft_proposal(OFFERED[2]))
    won = theatre.draft_proposal(OFFERED[3])
    theatre.share(won)
    operations.accept_on_behalf(
        proposal=won, reason="Agreed on the telephone", by=theatre.busy.owner, at=timezone.now()
    )
    found = Proposal.objects.for_practice(theatre.practice)
    for state in Proposal.Status.values:
        proposal = found.filter(status=state).order_by("-pk").first()
        if proposal and state != Proposal.Status.DRAFT:
            theatre.shots(Shot(f"proposal-{state}", theatre.page("proposals:proposal", proposal_id=proposal.pk)))
    theatre.shots(
        Shot("proposal-menu", _page(theatre, won), (open_menu("More"),)),
        Shot("proposal-start", _page(theatre, won), (dialog("Confirm start", "link"),)),
    )


def signing(theatre: Theatre) -> None:
    """What a client sees"""
    signed, refused, old, taken = (theatre.draft_proposal(name) for name in OFFERED)
    sign = (fill("signer_name", "Rosalind Beck"), tick("[name=has_read]"), tick("[name=has_consented]"))
    page, no, gone, back = (theatre.share(each) for each in (signed, refused, old, taken))
    links = SigningLink.objects.for_practice(theatre.practice).filter(proposal=old)
    links.update(expires_at=timezone.now() - timedelta(days=1))
    operations.revert(proposal=taken, by=theatre.busy.owner, at=timezone.now())
    decline = (open_menu("I do not want"), fill("reason", "We have found another firm."), send("#decline form"))
    theatre.shots(
        Shot("signing", page, who=PHONE),
        Shot("signing-errors", page, (send("form.sk-sign"),), who=PHONE),
        Shot("signing-signed", page, (*sign, send("form.sk-sign")), who=PHONE),
        Shot("signing-declined", no, decline, who=PHONE),
        Shot("signing-expired", gone, who=PHONE, status=404),
        Shot("signing-taken-back", back, who=PHONE, status=404),
    )


def _page(theatre: Theatre, proposal: Proposal) -> str:
    return theatre.page("proposals:proposal", proposal_id=proposal.pk)
