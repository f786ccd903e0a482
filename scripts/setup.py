"""Sets everything up on a fresh machine: the environment, the PDF library, the assets. A second run has nothing to do.

Needs only Python with pip: it runs before anything is installed, as root or not.
"""

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BOOTSTRAP = VAR / "bootstrap"
NATIVE = VAR / "native"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PDF_PACKAGES = ["libpangoft2-1.0-0", "libharfbuzz-subset0"]
PDF_LIBRARIES = ["libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"]
BROWSER_PACKAGES = ["chromium", "libatomic1"]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--browser", action="store_true", help="install Chromium too, for the browser tests")
    arguments = parser.parse_args()
    if sys.version_info < (3, 11):  # noqa: UP036  # said here, before anything is installed that would say it worse
        sys.exit(f"Socket needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
    VAR.mkdir(exist_ok=True)
    set_up_environment()
    set_up_pdf()
    if arguments.browser:
        set_up_browser()
    return subprocess.run([str(PYTHON), "-m", "scripts.assets"], cwd=ROOT, check=False).returncode


# ── The environment ────────────────────────────────────────


def set_up_environment() -> None:
    """A virtual environment in .venv with exactly what requirements/dev.txt locks."""
    if VENV.is_symlink():
        return  # somebody's own environment, not ours to change
    lock = ROOT / "requirements" / "dev.txt"
    stamp = VENV / ".stamp"
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Installing the Python packages into .venv")
    if not PYTHON.exists():
        # Without pip, because Debian keeps the module that would put it there in another package.
        run([sys.executable, "-m", "venv", "--without-pip", "--clear", str(VENV)])
    install_packages(lock)
    stamp.write_text(wanted)


def install_packages(lock: Path) -> None:
    """By uv in seconds; by the machine's own pip, which knows its mirrors and takes a minute, where uv cannot."""
    uv = pinned_uv()
    environment = {**os.environ, "UV_LINK_MODE": "copy", "UV_NO_PROGRESS": "1"}
    # The machine's certificates, which may include a company's own, where it has any.
    certificates = ["--system-certs"] if CERTIFICATES.exists() else []
    # Compiled once here, not by each process at its start: where that cannot be written down it takes seconds and
    # leaves a fifth more memory behind.
    sync = ["pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", *certificates]
    sync += ["--python", str(PYTHON), str(lock)]
    if uv and subprocess.run([str(uv), *sync], cwd=ROOT, env=environment, check=False).returncode == 0:
        return
    say("uv could not install them; trying with pip")
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "--require-hashes"]
    run([*pip, "--requirement", str(lock)])


def pinned_uv() -> Path | None:
    uv = BOOTSTRAP / "bin" / "uv"
    lock = ROOT / "requirements" / "bootstrap.txt"
    stamp = BOOTSTRAP / ".stamp"
    if uv.exists() and stamp.exists() and stamp.read_text() == lock.read_text():
        return uv
    # --target stays outside the machine's Python, which Debian does not let pip touch.
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--root-user-action=ignore"]
    target = ["--target", str(BOOTSTRAP), "--require-hashes", "--requirement", str(lock)]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if subprocess.run([*pip, *target], cwd=ROOT, env=environment, check=False).returncode != 0:
        return None
    stamp.write_text(lock.read_text())
    return uv


# ── The PDF library: nothing on PyPI ships Pango for Linux ────────────────────────────────────────


def set_up_pdf() -> None:
    if all(can_load(library) for library in PDF_LIBRARIES) or (NATIVE / "lib").exists():
        return
    say("Installing the PDF library (Pango)")
    installed = apt_install(PDF_PACKAGES) if os.geteuid() == 0 else unpack_beside_us(PDF_PACKAGES)
    if not installed:
        say(
            "The PDF library could not be installed. Everything else works; signed proposals stay without their PDF.\n"
            f"  To add it, run: sudo apt-get install --yes --no-install-recommends {' '.join(PDF_PACKAGES)}"
        )


def can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_install(packages: list[str]) -> bool:
    if shutil.which("apt-get") is None:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", *packages]
    return (
        quietly(install, environment)
        or (quietly(["apt-get", "update", "--quiet=2"], environment) and quietly(install, environment))
    )  # fmt: skip


def unpack_beside_us(packages: list[str]) -> bool:
    """Downloads the packages with a package list of our own and unpacks them under var/native, which needs no root."""
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return False
    apt = VAR / "apt"
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    options = [
        f"--option=Dir::State={apt / 'state'}",
        "--option=Dir::State::status=/var/lib/dpkg/status",
        f"--option=Dir::Cache={apt / 'cache'}",
        "--option=Debug::NoLocking=true",
        "--option=APT::Sandbox::User=",
    ]
    download = ["install", "--download-only", "--yes", "--quiet=2", "--no-install-recommends", *packages]
    if not (quietly(["apt-get", *options, "update", "--quiet=2"]) and quietly(["apt-get", *options, *download])):
        return False
    staging = VAR / "native.new"
    shutil.rmtree(staging, ignore_errors=True)
    for archive in sorted((apt / "cache" / "archives").glob("*.deb")):
        run(["dpkg", "--extract", str(archive), str(staging)])
    shutil.rmtree(apt)
    return keep_unpacked(staging)


def keep_unpacked(staging: Path) -> bool:
    """All libraries in one folder, var/native/lib, and a fonts.conf that knows where its fonts are now."""
    libraries = sorted(staging.glob("usr/lib/*-linux-gnu*/*.so*")) + sorted(staging.glob("lib/*-linux-gnu*/*.so*"))
    if not libraries:
        return False
    (staging / "lib").mkdir(exist_ok=True)
    for library in libraries:
        library.rename(staging / "lib" / library.name)
    (staging / "fonts.conf").write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        f"  <dir>/usr/share/fonts</dir>\n  <dir>{NATIVE}/usr/share/fonts</dir>\n"
        f"  <cachedir>{NATIVE}/cache</cachedir>\n</fontconfig>\n"
    )
    shutil.rmtree(NATIVE, ignore_errors=True)
    staging.rename(NATIVE)
    return True


# ── Chromium, for the browser tests ────────────────────────────────────────


def set_up_browser() -> None:
    if shutil.which("chromium"):
        return
    say("Installing Chromium for the browser tests")
    if os.geteuid() != 0 or not apt_install(BROWSER_PACKAGES):
        say(
            "Chromium is missing and could not be installed; the browser tests will be skipped.\n"
            f"  To add it, run: sudo apt-get install --yes --no-install-recommends {' '.join(BROWSER_PACKAGES)}"
        )


# ── Small print ────────────────────────────────────────


def run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        sys.exit(f"Set-up stopped: this did not succeed: {' '.join(command)}")


def quietly(command: list[str], environment: dict[str, str] | None = None) -> bool:
    return subprocess.run(command, env=environment, check=False, capture_output=True).returncode == 0


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
