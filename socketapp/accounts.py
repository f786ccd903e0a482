from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """People join a practice by invitation, so nobody can sign up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
