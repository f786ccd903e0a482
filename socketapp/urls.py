from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from billing import urls as billing
from clients import urls as clients
from proposals import urls as proposals
from socketapp import gallery, health, home
from xero_sync import urls as xero_sync

admin.autodiscover()
# Support logs in where everybody does, so that the admin's own form is no way around the limit of tries.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth's manual says

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.live, name="health_live"),
    path("readyz", health.ready, name="health_ready"),
    path("", home.front_door, name="front_door"),
    path("p/<slug:practice>/", home.home, name="home"),
    path("p/<slug:practice>/", include("clients.urls")),
    path("p/<slug:practice>/", include("notifications.urls")),
    *clients.public_urlpatterns,
    path("accounts/", include("socketapp.accounts")),
    path("p/<slug:practice>/", include("billing.urls")),
    *billing.public_urlpatterns,
    path("p/<slug:practice>/", include("proposals.urls")),
    *proposals.public_urlpatterns,
    path("p/<slug:practice>/", include("xero_sync.urls")),
    *xero_sync.public_urlpatterns,
    path("api/v1/", include("socketapp.api")),
    path("admin/", admin.site.urls),
]

if settings.HAS_GALLERY:
    urlpatterns += [
        path("_gallery/", gallery.gallery, name="gallery"),
        path("_gallery/dialog/", gallery.dialog, name="gallery_dialog"),
        path("_gallery/drawer/", gallery.drawer, name="gallery_drawer"),
    ]
