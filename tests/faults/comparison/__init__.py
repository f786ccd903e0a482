"""What others do against the same faults, beside ours: duplicates and losses per million invoices."""

from tests.faults.comparison.running import run as run
