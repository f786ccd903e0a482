"""`manage.py create_practice "North & Vale" --owner-name … --owner-email …`"""

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clients.operations import create_practice


class Command(BaseCommand):
    help = (
        "Creates a practice in Safe Mode with its first owner. The owner's password is taken from --password, else "
        "from the environment variable SOCKET_OWNER_PASSWORD, else asked for at a terminal; an existing user keeps "
        "theirs. Exit code 0: created; 1: refused, with the reason on stderr; 2: wrong arguments."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the practice's name")
        parser.add_argument("--owner-name", required=True, help="the first owner's name")
        parser.add_argument("--owner-email", required=True, help="the address the owner logs in with")
        parser.add_argument("--password", help="the owner's password; better left to the prompt or the environment")

    def handle(self, *args: Any, **options: Any) -> None:
        password = options["password"] or os.environ.get("SOCKET_OWNER_PASSWORD") or self._asked_for()
        try:
            practice = create_practice(
                name=options["name"],
                owner_name=options["owner_name"],
                owner_email=options["owner_email"],
                owner_password=password,
                at=timezone.now(),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Created {practice.name} at /p/{practice.slug}/. It is in Safe Mode: nothing goes out yet.")

    def _asked_for(self) -> str | None:
        """At a terminal the password is typed twice; elsewhere the owner sets one by "Forgotten?"."""
        if not self.stdin_is_terminal():
            return None
        first, second = getpass("Password of the owner: "), getpass("The same again: ")
        if first != second:
            raise CommandError("The two passwords differ. Nothing was created.")
        return first

    def stdin_is_terminal(self) -> bool:
        return os.isatty(0)
