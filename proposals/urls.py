from django.urls import URLPattern, include, path

from proposals.views import acts, dialogs, editor, lists, pages, public

app_name = "proposals"

one = "proposals/<int:proposal_id>/"

urlpatterns: list[URLPattern] = [
    path("proposals/", lists.list_, name="list"),
    path("proposals/new/", lists.new, name="new"),
    path("proposals/drafts/", lists.drafts, name="drafts"),
    path("clients/<int:client_id>/proposals/", lists.client_proposals, name="client_proposals"),
    path(one, pages.proposal, name="proposal"),
    path(f"{one}preview/", pages.preview, name="preview"),
    path(f"{one}document/", pages.document, name="document"),
    path(f"{one}general/", editor.general, name="general"),
    path(f"{one}services/", editor.services, name="services"),
    path(f"{one}running-total/", editor.running_total, name="running_total"),
    path(f"{one}customise/", editor.customise, name="customise"),
    path(f"{one}review/", editor.review, name="review"),
    path(f"{one}sending/", acts.sending, name="sending"),
    path(f"{one}link/", dialogs.link, name="link"),
    path(f"{one}reminder/", acts.reminder, name="reminder"),
    path(f"{one}reversion/", acts.reversion, name="reversion"),
    path(f"{one}loss/", dialogs.loss, name="loss"),
    path(f"{one}acceptance/", dialogs.acceptance, name="acceptance"),
    path(f"{one}start/", dialogs.start, name="start"),
    path(f"{one}ending/", dialogs.ending, name="ending"),
    path(f"{one}adjustment/", acts.adjustment, name="adjustment"),
    path(f"{one}renewal/", acts.renewal, name="renewal"),
    path(f"{one}duplication/", acts.duplication, name="duplication"),
]

signing_urlpatterns = (
    [
        path("", public.proposal, name="proposal"),
        path("view/", public.view, name="view"),
        path("acceptance/", public.acceptance, name="acceptance"),
        path("refusal/", public.refusal, name="refusal"),
        path("document/", public.document, name="document"),
    ],
    "signing",
)

public_urlpatterns = [path("sign/<str:token>/", include(signing_urlpatterns))]
