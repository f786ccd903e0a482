from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clients.operations import current
from xero_sync.operations import pulls


class Command(BaseCommand):
    help = (
        "Reads Xero's lists (organisation, account codes, branding themes, tracking categories, contacts) and matches "
        "clients, for one practice or for all. Exit code 0: all were read; 1: some were not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--practice", metavar="SLUG", default="", help="only this practice")

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = pulls.sync_now(slug=options["practice"], at=current())
        for outcome in outcomes:
            self.stdout.write(f"{outcome.slug}: {outcome.words}")
        if not outcomes:
            self.stderr.write("No practice with a connection to Xero was found.")
        if not outcomes or not all(outcome.is_done for outcome in outcomes):
            raise SystemExit(1)
