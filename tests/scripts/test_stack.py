from pathlib import Path

import requests

from scripts.child import wait_until
from scripts.stack import Stack, answers
from socketapp.embedded import valkey_socket

EMBEDDED = {"DATABASE_URL": "", "REDIS_URL": ""}


def test_the_embedded_stack_answers_survives_a_killed_worker_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with Stack(sandbox=True, port=0, folder=tmp_path, environment=EMBEDDED, quiet=True) as stack:
        ready = requests.get(f"{stack.url}/readyz").json()
        worker = stack.children["worker"]
        worker.process.kill()
        wait_until(lambda: worker.starts == 2 and worker.is_running(), lambda: True, "The second worker", 20)
        sandbox = requests.get(f"{stack.sandbox_url}/_sandbox/")

    assert ready == {"status": "ready", "database": True, "broker": True}
    assert sandbox.ok
    assert not any(child.is_running() for child in stack.children.values())
    assert not answers(valkey_socket(tmp_path))
