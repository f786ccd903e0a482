"""Where programs find proposals, below /api/v1/."""

from django.urls import path

from proposals.api import acts, views

one = "proposals/<int:proposal_id>/"

routes = [
    path("proposals/", views.ProposalList.as_view(), name="proposals"),
    path(one, views.ProposalDetail.as_view(), name="proposal"),
    path(f"{one}lines/", views.Lines.as_view(), name="proposal_lines"),
    path(f"{one}sending/", acts.Sending.as_view(), name="proposal_sending"),
    path(f"{one}link/", views.Link.as_view(), name="proposal_link"),
    path(f"{one}reversion/", acts.Reversion.as_view(), name="proposal_reversion"),
    path(f"{one}loss/", acts.Loss.as_view(), name="proposal_loss"),
    path(f"{one}acceptance/", acts.Acceptance.as_view(), name="proposal_acceptance"),
    path(f"{one}start/", acts.Start.as_view(), name="proposal_start"),
    path(f"{one}ending/", acts.Ending.as_view(), name="proposal_ending"),
    path(f"{one}adjustment/", acts.Adjustment.as_view(), name="proposal_adjustment"),
    path(f"{one}renewal/", acts.Renewal.as_view(), name="proposal_renewal"),
    path(f"{one}duplication/", acts.Duplication.as_view(), name="proposal_duplication"),
]
