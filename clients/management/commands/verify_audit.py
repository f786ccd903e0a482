"""`manage.py verify_audit`, for one practice, for all, or for an export."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clients.models import Practice
from clients.operations import audit
from clients.records import Entry, Head, first_fault


class Command(BaseCommand):
    help = (
        "Verifies the audit log: every entry's hash, their order, and that nothing is missing in the middle or at the "
        "end. Without arguments the logs of all practices. With --file an export in JSON Lines, for which no database "
        "is read. Exit code 0: every log is whole; 1: one is broken, with its first bad record; 2: wrong arguments."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--practice", metavar="SLUG", help="only the practice with this address")
        what.add_argument("--file", type=Path, metavar="PATH", help="an export instead: audit-….jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        found = self._file(options["file"]) if options["file"] else self._practices(options["practice"])
        broken = 0
        for name, entries, sentence in found:
            broken += bool(sentence)
            counted = "1 entry" if entries == 1 else f"{entries:,} entries"
            self.stdout.write(f"{name}: {sentence or f'{counted}, unbroken.'}")
        if broken:
            raise CommandError("The audit log is broken.")

    def _practices(self, slug: str | None) -> Iterator[tuple[str, int, str]]:
        practices = Practice.objects.filter(slug=slug) if slug else Practice.objects.all()
        if slug and not practices:
            raise CommandError(f"There is no practice at /p/{slug}/.", returncode=2)
        for practice in practices:
            fault = audit.verify(practice=practice, at=timezone.now())
            yield practice.name, audit.state(practice=practice).entries, fault.sentence if fault else ""

    def _file(self, path: Path) -> Iterator[tuple[str, int, str]]:
        try:
            *entries, end = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            head = Head(end["entries"], end["head"])
            told: list[Entry] = entries
            fault = first_fault(told, head)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{path} is not a whole export of the audit log: {error!r}", returncode=2) from error
        yield path.name, len(told), fault.sentence if fault else ""
