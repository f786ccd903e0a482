from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from socketapp.celery import app as celery_app

PATIENCE = 2  # seconds


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; a 5xx or silence means: start it again."""
    return JsonResponse({"status": "live"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Database and broker answer; 503 means: send no requests here for now."""
    answers = {"database": database_answers(), "broker": broker_answers()}
    status = 200 if all(answers.values()) else 503
    return JsonResponse({"status": "ready" if status == 200 else "not ready", **answers}, status=status)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_answers() -> bool:
    """Opening a connection to Redis or Valkey pings it."""
    options = {
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": PATIENCE,
    }
    try:
        with celery_app.connection_for_read(transport_options=options) as broker:
            broker.ensure_connection(max_retries=1, timeout=PATIENCE)
    except (OperationalError, OSError):
        return False
    return True
