"""The worker: `python -m socketapp.worker`.

Celery's own command would do the same, but brings a shell with history and colours along, 13 MB that no worker uses.
"""

import gc
import logging
import sys

from socketapp.celery import app


def main() -> int:
    """Works until the process is told to end; what it answers then.

    Workers do not listen to each other: the rows are the queue.
    """
    worker = app.Worker(loglevel=logging.INFO, without_gossip=True, without_mingle=True)
    gc.collect()
    gc.freeze()  # what was loaded stays; rubbish is looked for in the rest alone,
    gc.collect()  # which counts from nothing: else none would be, until there is a quarter of what was loaded
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
