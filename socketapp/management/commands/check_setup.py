import sys
from typing import Any

from django.core.management.base import BaseCommand

from socketapp.readiness import production_points


class Command(BaseCommand):
    help = "Says what is missing for production and what to do about it. Exit code 0: nothing; 1: something."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        points = list(production_points())
        for point in points:
            self.stdout.write(f"{'ok     ' if point.is_met else 'missing'}  {point.name}")
            if not point.is_met:
                self.stdout.write(f"         {point.sentence}")
        missing = sum(not point.is_met for point in points)
        if missing:
            self.stdout.write(f"{missing} of {len(points)} points are missing.")
            sys.exit(1)
        self.stdout.write(f"All {len(points)} points are met.")
