"""The tests' settings, with everything in this process: database, broker, clock and the way to the sandbox."""

import os

from tests.settings import *  # noqa: F403  # everything but the lines below is theirs
from tests.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE

XERO_GATEWAY = "tests.faults.machine.wire.open_gateway"
CLOCK = "tests.faults.machine.clock.now"
XERO_CHECKPOINT = "tests.faults.machine.checkpoints.reached"
CELERY_BROKER_URL = "memory://"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOG_LEVEL = "CRITICAL"
INSTALLED_APPS = [name for name in INSTALLED_APPS if name != "zeal"]
MIDDLEWARE = [name for name in MIDDLEWARE if "zeal" not in name]
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
NAME = ":memory:" if IS_SQLITE else f"machine_{os.getpid()}"
DATABASES = {**DATABASES, "default": {**DATABASES["default"], "TEST": {"NAME": NAME}}}
