from typing import Any

import css_inline
from allauth.account import urls as account_urls
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils import timezone

from clients import operations
from clients.models import User
from clients.tasks import record_failed_login

# What Socket offers of allauth's pages: people keep the address they were invited with.
OFFERED = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
urlpatterns: list[URLPattern] = [pattern for pattern in account_urls.urlpatterns if pattern.name in OFFERED]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """People join a practice by invitation, so nobody can sign up by themselves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "Check the e-mail address and the password. After 5 tries we pause for 5 minutes.",
        "too_many_login_attempts": "These were 5 tries that did not match. Wait for 5 minutes, then try again.",
        "enter_current_password": "This is not your password now. Check it, or choose a new one by e-mail.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At SITE_URL: the Host header is whatever the sender of the request wrote there."""
        uid, _, token = key.partition("-")
        return str(settings.SITE_URL) + reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        if isinstance(user, User):
            ip = self.get_client_ip(request)
            operations.record_login(user=user, action="login.in", ip=ip, at=timezone.now())

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            ip = self.get_client_ip(request)
            operations.record_login(user=request.user, action="login.out", ip=ip, at=timezone.now())
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A worker looks who that was: here it would take longer for an address that has an account."""
        told = str(credentials.get("email", "")), self.get_client_ip(request)
        transaction.on_commit(lambda: record_failed_login.delay(*told), robust=True)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The HTML part with its styles written into it, as mail programs want it."""
        message: EmailMessage = super().render_mail(template_prefix, email, context, headers)
        if isinstance(message, EmailMultiAlternatives):
            html = [css_inline.inline(str(part[0]), keep_at_rules=True) for part in message.alternatives]
            message.alternatives.clear()
            for part in html:
                message.attach_alternative(part, "text/html")
        return message
