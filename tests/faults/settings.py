"""The product's own settings for the real processes of the fault schedules; only their clock can be moved."""

import os

from socketapp.settings import *  # noqa: F403  # everything but the lines below is the product's own
from socketapp.settings import CACHES, CELERY_BROKER_TRANSPORT_OPTIONS

KEYS = os.environ["FAULTS_KEYS"]  # what everything in the broker and the cache begins with: a server may be shared
CELERY_BROKER_TRANSPORT_OPTIONS = {**CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": f"{KEYS}-usual-"}
CACHES = {"default": {**CACHES["default"], "KEY_PREFIX": KEYS}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
CLOCK = "tests.faults.clock.now"
XERO_CHECKPOINT = "tests.faults.checkpoint.reached"
