"""The story's hand inside Socket: one process that does what it reads and answers with a line of JSON."""

import json
import sys

from django.utils import timezone

from demo import fill, tally


def serve() -> None:
    """Until its input ends. What it is asked is "people", "history" or "tally"; every answer is the tally."""
    for line in sys.stdin:
        if line.strip() == "people":
            fill.open_practice(timezone.now())
        elif line.strip() == "history":
            fill.write_history(fill.stage_now(timezone.now()))
        print(json.dumps(tally.tally()), flush=True)
