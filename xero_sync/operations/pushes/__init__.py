"""From our queue into Xero: reference/posting.md §5."""

from xero_sync.operations.lanes import distrust_all as distrust_all
from xero_sync.operations.pushes.queueing import enqueue_all as enqueue_all
from xero_sync.operations.pushes.queueing import withdraw as withdraw
from xero_sync.operations.pushes.sweeping import sweep as sweep
from xero_sync.operations.pushes.turns import post_all as post_all
from xero_sync.operations.pushes.turns import post_batch as post_batch
