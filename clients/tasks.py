"""Imports are read and written by workers."""

from celery import shared_task

from clients import operations
from clients.models import ClientImport, User
from clients.operations import audit


@shared_task
def read_import(import_id: int) -> None:
    """Reads the uploaded file into rows."""
    found = ClientImport.objects.across_practices().select_related("practice").get(pk=import_id)
    operations.read_import(client_import=found, at=operations.current())


@shared_task
def write_import(import_id: int) -> None:
    """Writes the rows of an import that a person has confirmed."""
    found = ClientImport.objects.across_practices().select_related("practice").get(pk=import_id)
    operations.write_import(client_import=found, at=operations.current())


@shared_task
def sweep_imports() -> None:
    """Rings again for imports whose message was lost."""
    to_read, to_write = operations.stalled_imports(at=operations.current())
    for key in to_read:
        read_import.delay(key)
    for key in to_write:
        write_import.delay(key)


@shared_task
def record_failed_login(email: str, ip: str) -> None:
    """Notes for their practices that somebody tried to log in as one of their members."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user:
        operations.record_login(user=user, action="login.failed", ip=ip, at=operations.current())


@shared_task
def seal_audit() -> None:
    """Seals what a crash left out of the audit log's chain."""
    audit.seal_left(at=operations.current())


@shared_task
def verify_audit() -> None:
    """Reads every practice's audit log once more, so that tampering shows without being asked for."""
    audit.verify_all(at=operations.current())
