"""The tests' settings without the eye on N+1, which costs time; a database of its own."""

import os

from tests.settings import *  # noqa: F403  # everything but the lines below
from tests.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE, VAR_DIR

INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "zeal"]
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("zeal.")]
CELERY_TASK_DEFAULT_QUEUE = "benchmarks"

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    (VAR_DIR / "benchmarks").mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "benchmarks" / f"{os.getpid()}.sqlite3"}
else:
    DATABASES["default"]["TEST"] = {"NAME": f"benchmarks_{os.getpid()}"}
