from django.urls import path

from xero_sync.views import clients, consent, contacts, integrations

app_name = "xero_sync"

XERO = "settings/integrations/xero"

urlpatterns = [
    path("settings/integrations/", integrations.integrations, name="integrations"),
    path(f"{XERO}/consent/", consent.consent, name="consent"),
    path(f"{XERO}/organisation/", consent.organisation, name="organisation"),
    path(f"{XERO}/disconnection/", integrations.disconnection, name="disconnection"),
    path(f"{XERO}/check/", integrations.check, name="check"),
    path(f"{XERO}/accounts/", integrations.account_codes, name="account_codes"),
    path(f"{XERO}/syncs/", integrations.syncs, name="syncs"),
    path(f"{XERO}/syncs/<int:run_id>/", integrations.sync, name="sync"),
    path("contacts/", contacts.queue, name="contacts"),
    path("contacts/links/", contacts.links, name="contact_links"),
    path("contacts/links/undo/", contacts.links_undo, name="contact_links_undo"),
    path("clients/<int:client_id>/contact/", contacts.contact_choice, name="contact_choice"),
    path("clients/<int:client_id>/contact/link/", contacts.contact_link, name="contact_link"),
    path("clients/<int:client_id>/contact/unlinking/", contacts.contact_unlinking, name="contact_unlinking"),
    path(
        "clients/<int:client_id>/contact/<int:contact_id>/unarchiving/",
        contacts.contact_unarchiving,
        name="contact_unarchiving",
    ),
    path("clients/<int:client_id>/xero/", clients.client_xero, name="client_xero"),
]

public_urlpatterns = [
    path("xero/callback", consent.callback, name="xero_callback"),
]
