"""The door of the signing page: a token in the address, no login, and no word about why a link does not open."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt

from proposals import signing
from proposals.models import SigningLink
from proposals.records import Evidence

P = ParamSpec("P")
WRONG_LINKS_A_MINUTE = 20
HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}

View = Callable[Concatenate[HttpRequest, SigningLink, P], HttpResponseBase]


class OwnOriginCsrf(CsrfViewMiddleware):
    """Django's check, for a page that says no-referrer: browsers then send its own forms with `Origin: null`.

    The token of the form and its cookie are asked for as everywhere.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.META["HTTP_ORIGIN"] == "null":
            return True
        return bool(super()._origin_verified(request))  # type: ignore[misc]  # private, but the one place it is asked


def signing_page(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Opens a page under `/sign/<token>/` to whoever holds an open link; all others get one calm page.

    Nobody may try more than twenty wrong links a minute from one address.
    """
    checked = decorator_from_middleware(OwnOriginCsrf)(view)

    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if cache.get(_key(request), 0) >= WRONG_LINKS_A_MINUTE:
            return _with_headers(calm_page(request, status=429))
        try:
            link = signing.find(token=token, at=timezone.now())
            response = checked(request, link, *args, **kwargs)
        except signing.LinkClosed:
            _count(request)
            return _with_headers(calm_page(request, status=404))
        return _with_headers(response)

    opened.is_public = True  # type: ignore[attr-defined]  # read by the permission matrix
    return csrf_exempt(opened)


def calm_page(request: HttpRequest, *, status: int) -> HttpResponse:
    """The same answer for a link that is wrong, too old, revoked or replaced."""
    return render(request, "signing/closed.html", {"is_busy": status == 429}, status=status)


def evidence_of(request: HttpRequest) -> Evidence:
    """Where a request came from, as it will be kept with the signature."""
    return Evidence(ip_address=address_of(request) or None, user_agent=request.headers.get("User-Agent", ""))


def address_of(request: HttpRequest) -> str:
    """The visitor's address. Only as many forwarded addresses are believed as there are proxies of our own."""
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies = settings.TRUSTED_PROXIES
    if proxies and len(forwarded) >= proxies:
        return str(forwarded[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))


def _key(request: HttpRequest) -> str:
    return f"signing:{address_of(request)}:{int(time.time() // 60)}"


def _count(request: HttpRequest) -> None:
    key = _key(request)
    if not cache.add(key, 1, 120):
        cache.incr(key)


def _with_headers(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in HEADERS.items():
        response[name] = value
    return response
