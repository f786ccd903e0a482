"""What a worker keeps in memory all day: what it works with, not what pages and programs come in by."""

import os
import subprocess
import sys

from tests.house.source import ROOT

LOADED_BY_A_WORKER = """
import sys
from django.template import engines
from socketapp.worker import app
app.loader.import_default_modules()
assert engines["django"]
print(*sys.modules)
"""
FACES = {
    "socketapp.urls": "the addresses, and with them every page",
    "rest_framework.serializers": "the API",
    "openpyxl": "spreadsheets, which pages hand out",
    "weasyprint": "PDFs, until the first is made",
    "prompt_toolkit": "a shell",
}


def test_a_worker_does_not_load_the_faces() -> None:
    environment = os.environ | {"CELERY_SKIP_CHECKS": "1", "DJANGO_SETTINGS_MODULE": "socketapp.settings"}
    loading = [sys.executable, "-c", LOADED_BY_A_WORKER]
    told = subprocess.run(loading, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    loaded = set(told.split())

    assert "xero_sync.operations.pushes" in loaded
    assert [f"{name}: {what}" for name, what in FACES.items() if name in loaded] == []
