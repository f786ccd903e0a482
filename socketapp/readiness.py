"""What an installation still lacks before real practices may rely on it."""

import base64
import binascii
from collections.abc import Iterator
from ctypes import CDLL
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from socketapp.health import broker_answers, database_answers

PDF_LIBRARIES = ("libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
KEY_BYTES = 32
ONLY_HERE = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Point:
    """One thing production needs; while it is missing, the sentence says what to do."""

    name: str
    is_met: bool
    sentence: str


def production_points() -> Iterator[Point]:
    yield from keys()
    yield from address()
    yield from database()
    yield from broker()
    yield from mail()
    yield from xero_app()
    yield from files()


def keys() -> Iterator[Point]:
    generated = settings.GENERATED_KEYS
    yield Point(
        "Secret key",
        "SECRET_KEY" not in generated and len(settings.SECRET_KEY) >= 50,
        "Set SECRET_KEY to at least 50 random characters, the same for web, worker and beat.",
    )
    yield Point(
        "Encryption keys",
        "FIELD_ENCRYPTION_KEYS" not in generated and all(map(is_key, settings.FIELD_ENCRYPTION_KEYS)),
        "Set FIELD_ENCRYPTION_KEYS to one or more keys, newest first, each 32 random bytes in URL-safe base64; "
        "keep them with the backups, or connections to Xero cannot be restored.",
    )
    yield Point("Debug off", not settings.DEBUG, "Remove DEBUG: its error pages show secrets.")


def is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def address() -> Iterator[Point]:
    yield Point(
        "Address",
        settings.HTTPS and settings.SITE_HOST not in ONLY_HERE,
        "Set SITE_URL to the public address, beginning with https://. Links in e-mails and Xero's way back use it.",
    )
    yield Point(
        "Address that Xero takes",
        "xero" not in settings.SITE_URL.lower(),
        "Choose a SITE_URL without the word xero: Xero refuses links with it, and by them invoices are found again.",
    )
    yield Point(
        "Host names",
        settings.SITE_HOST in settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS,
        "Set ALLOWED_HOSTS to the host of SITE_URL and to no more than you serve.",
    )


def database() -> Iterator[Point]:
    yield Point(
        "Database server",
        connection.vendor == "postgresql",
        "Set DATABASE_URL to a PostgreSQL database: SQLite serves one machine and walls practices off only once.",
    )
    yield Point(
        "Database answers and is up to date",
        database_answers() and is_migrated(),
        "Start the database that DATABASE_URL names and run: manage.py migrate",
    )


def is_migrated() -> bool:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return False
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def broker() -> Iterator[Point]:
    yield Point(
        "Broker of its own",
        bool(settings.REDIS_URL),
        "Set REDIS_URL to a Redis or Valkey with append-only file and maxmemory-policy noeviction.",
    )
    yield Point("Broker answers", broker_answers(), "Start the server that REDIS_URL names.")


def mail() -> Iterator[Point]:
    yield Point(
        "Mail server",
        bool(settings.EMAIL_URL),
        "Set EMAIL_URL, for example smtp+tls://user:password@mail.example.com:587. Until then e-mails are files under "
        f"{settings.VAR_DIR / 'mail'}.",
    )
    yield Point(
        "Sender",
        "@localhost" not in settings.DEFAULT_FROM_EMAIL,
        "Set DEFAULT_FROM_EMAIL to an address of your domain that your mail server may send for.",
    )


def xero_app() -> Iterator[Point]:
    yield Point(
        "Xero app",
        bool(settings.XERO_CLIENT_ID and settings.XERO_CLIENT_SECRET),
        "Create a web app at developer.xero.com and set XERO_CLIENT_ID and XERO_CLIENT_SECRET.",
    )
    addresses = (settings.XERO_AUTHORIZE_URL, settings.XERO_IDENTITY_URL, settings.XERO_API_URL)
    yield Point(
        "Xero's addresses",
        all(text.startswith("https://") for text in addresses),
        "Remove XERO_AUTHORIZE_URL, XERO_IDENTITY_URL and XERO_API_URL, which name a sandbox, or use https there.",
    )


def files() -> Iterator[Point]:
    yield Point(
        "PDF library",
        all(map(can_load, PDF_LIBRARIES)),
        "Install Debian's libpangoft2-1.0-0 and libharfbuzz-subset0: signed proposals need them.",
    )
    yield Point(
        "Static files",
        (Path(settings.STATIC_ROOT) / "staticfiles.json").exists(),
        "Run: manage.py collectstatic --no-input --ignore=icons",
    )


def can_load(library: str) -> bool:
    try:
        CDLL(library)
    except OSError:
        return False
    return True
