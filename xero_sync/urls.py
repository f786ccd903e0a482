from django.urls import path

from xero_sync.views import connecting

app_name = "xero_sync"

urlpatterns = [
    path("settings/integrations/", connecting.integrations, name="integrations"),
    path("settings/integrations/xero/consent/", connecting.consent, name="consent"),
    path("settings/integrations/xero/organisation/", connecting.organisation, name="organisation"),
    path("settings/integrations/xero/disconnection/", connecting.disconnection, name="disconnection"),
    path("settings/integrations/xero/sync/", connecting.sync, name="sync"),
    path("settings/integrations/xero/check/", connecting.check, name="check"),
]

public_urlpatterns = [
    path("xero/callback", connecting.callback, name="xero_callback"),
]
