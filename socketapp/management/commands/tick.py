"""Everything that is due at a moment."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from billing.operations import plans
from notifications import outbox
from proposals import operations as proposals
from xero_sync.operations import pulls, pushes


class Command(BaseCommand):
    """What beat asks for every minute, asked by hand: repeating it changes nothing, a missed day can be run later."""

    help = (
        "Do everything that is due now, or was due at a moment: proposals, plans, the night's syncs, posting, letters. "
        "A worker reads what the syncs ask for. Left out, because they go by the real clock: the check of the "
        "connections, the renewal of unused tokens, and imports whose worker went away."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at", metavar="TIME", help="an ISO 8601 moment, as 2026-10-01T00:05+01:00; without a zone it is UTC"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = _moment(options["at"])
        proposals.tick(at=at)
        plans.tick(at=at)
        pulls.nightly(at=at)
        pushes.sweep(at=at)
        while outbox.deliver_due(at=at):
            self.stdout.write("Letters were sent; looking for more.")
        self.stdout.write(f"Done what was due at {at.isoformat(timespec='seconds')}.")


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError(f"{text!r} is not a moment. Write it as 2026-10-01T00:05 or 2026-10-01T00:05+01:00.")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
