"""The bell of the letterbox."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from clients.operations import current
from notifications import operations


@shared_task(base=DjangoTask)
def send_due() -> None:
    """Sends the letters that are due, and rings again while there are more."""
    if operations.send_due(at=current()):
        send_due.delay()
