"""The settings of the product, and what only tests need: cheap passwords, plain static files, an eye on N+1."""

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from socketapp.settings import *  # noqa: F403  # everything but the lines below is the product's own
from socketapp.settings import CACHES, DATABASES, INSTALLED_APPS, MIDDLEWARE, REDIS_URL, STORAGES, VAR_DIR

SECRET_KEY = "only-for-tests-" + "x" * 50
FIELD_ENCRYPTION_KEYS = ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]
SITE_URL = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"socket-tests-{os.getpid()}"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CELERY_TASK_DEFAULT_QUEUE = f"tests-{os.getpid()}"
LOG_LEVEL = "WARNING"
HAS_GALLERY = True
WHITENOISE_AUTOREFRESH = True  # no files are collected for a test

# A file and not memory: threads then have connections of their own, as in production.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    (VAR_DIR / "tests").mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "tests" / f"{os.getpid()}.sqlite3"}

if not REDIS_URL:
    CELERY_BROKER_URL = "memory://"
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
else:
    # Each process empties its own database of the server between two tests; the broker's is the first.
    _database = 2 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    CACHES = {"default": {**CACHES["default"], "LOCATION": urlsplit(REDIS_URL)._replace(path=f"/{_database}").geturl()}}

XERO_CLIENT_ID = "socket-demo"
XERO_CLIENT_SECRET = "socket-demo-secret"
CLOCK = "django.utils.timezone.now"  # the database's clock does not travel in time

INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True
ZEAL_ALLOWLIST = [
    {"model": "sessions.Session", "field": "*"},  # signing in reads the session anew for each of its steps
    {
        "model": "xero_sync.Grant",
        "field": "*",
    },  # and each call to Xero the token, which another worker may have renewed
]
