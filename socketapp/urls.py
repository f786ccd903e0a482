from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from socketapp import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.live, name="health_live"),
    path("readyz", health.ready, name="health_ready"),
    path("admin/", admin.site.urls),
]
