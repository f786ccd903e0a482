import os

from celery import Celery
from celery.signals import worker_init, worker_ready
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socketapp.settings")

app = Celery("socket")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@worker_init.connect
def doubt_what_we_know(**_: object) -> None:
    """Before a worker's first task: the database may be an older copy by now, and only Xero knows what was posted."""
    app.tasks["xero_sync.tasks.distrust"]()


@worker_ready.connect
def go_on(**_: object) -> None:
    """A worker that starts goes on at once with what one before it has left, sooner than the clock would ring."""
    app.tasks["xero_sync.tasks.sweep"].delay()
