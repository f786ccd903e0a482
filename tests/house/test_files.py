"""What set-up and deployment rest on agrees with itself: locks, assets, the compose file."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.house.source import ROOT

LOCKS = ["bootstrap", "runtime", "dev"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMPOSE = ROOT / "docker-compose.yml"


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def locked(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", text, flags=re.MULTILINE))


def test_every_package_of_the_project_is_locked() -> None:
    dependencies = {name_of(text) for text in PROJECT["project"]["dependencies"]}
    tools = {name_of(text) for text in PROJECT["dependency-groups"]["dev"]}

    assert dependencies - locked("runtime").keys() == set()
    assert (dependencies | tools) - locked("dev").keys() == set()


def test_tests_run_on_the_packages_production_runs_on() -> None:
    tested = locked("dev")

    assert {name: tested.get(name) for name in locked("runtime")} == locked("runtime")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_a_hash_for_every_package_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    packages = re.split(r"\n(?=[a-z0-9])", text.strip())

    assert [package.splitlines()[0] for package in packages if "--hash=sha256:" not in package] == []
    assert "://" not in text


def test_the_browser_packages_are_pinned_and_locked_without_an_address() -> None:
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, package in lock.items() if name and "integrity" not in package] == []
    assert [name for name, package in lock.items() if "resolved" in package] == []


FILLED_IN = {"SECRET_KEY": "x" * 50, "FIELD_ENCRYPTION_KEYS": "y" * 44, "POSTGRES_PASSWORD": "z" * 20}


def compose_config(folder: Path, filled_in: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """With the example environment and what an operator filled in."""
    engine = shutil.which("docker-compose", path=str(Path(sys.executable).parent))
    assert engine is not None
    shutil.copy(ROOT / ".env.example", folder / ".env")
    shutil.copy(COMPOSE, folder)
    return subprocess.run(
        [engine, "--profile", "demo", "config", "--quiet"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **filled_in},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_compose_file_is_valid_once_the_example_is_filled_in(tmp_path: Path) -> None:
    done = compose_config(tmp_path, FILLED_IN)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", FILLED_IN)
def test_compose_refuses_to_start_without_its_secrets(tmp_path: Path, name: str) -> None:
    done = compose_config(tmp_path, {**FILLED_IN, name: ""})

    assert done.returncode != 0
    assert f"Fill in {name}" in done.stderr


def test_compose_starts_one_beat_and_the_sandbox_only_on_demand() -> None:
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]

    assert set(services) == {"db", "redis", "migrate", "web", "worker", "beat", "sandbox"}
    assert services["beat"]["deploy"]["replicas"] == 1
    assert [name for name, service in services.items() if "profiles" in service] == ["sandbox"]


def test_every_variable_the_settings_read_is_explained_in_the_example() -> None:
    settings = (ROOT / "socketapp" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))

    assert read - explained == set()
