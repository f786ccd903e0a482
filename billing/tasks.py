"""What the clock rings for."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from billing.operations import plans
from clients.operations import current


@shared_task(base=DjangoTask)
def tick() -> None:
    """Everything that is due in billing at this moment; asked every minute, harmless when asked twice."""
    plans.tick(at=current())
