from typing import Any

from django.core.management.base import BaseCommand

from xero_sync.operations import tokens


class Command(BaseCommand):
    help = (
        "Seals the tokens for Xero under the newest of FIELD_ENCRYPTION_KEYS. To change the key: put the new one in "
        "front of the old one, restart web, worker and beat, run this, then take the old one away and restart again. "
        "It may be repeated. Exit code 0: every token stands under the newest key; 1: some could not be opened."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        outcome = tokens.reseal_all()
        self.stdout.write(f"Consents sealed under the newest key: {outcome.done}.")
        if outcome.unreadable:
            self.stderr.write(
                f"Consents that none of the keys opens: {outcome.unreadable}. Put the key that sealed them back at the "
                "end of FIELD_ENCRYPTION_KEYS and run this again, or reconnect those practices to Xero."
            )
            raise SystemExit(1)
