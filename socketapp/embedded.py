"""What an installation gives itself when the environment names nothing better: keys, and a place for its Valkey."""

import base64
import hashlib
import json
import os
import secrets
import tempfile
from pathlib import Path

SOCKET_PATH_LIMIT = 100  # the kernel's is 108 characters


def kept_keys(folder: Path) -> dict[str, str]:
    """The installation's own keys: made at the first start, readable by its owner only, the same ever after."""
    file = folder / "keys.json"
    if not file.exists():
        _write_keys(file)
    keys: dict[str, str] = json.loads(file.read_text())
    return keys


def _write_keys(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    keys = {
        "secret_key": secrets.token_urlsafe(50),
        "field_encryption_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    draft = file.with_name(f"keys.{os.getpid()}.json")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(keys))
    try:
        os.link(draft, file)  # fails where a process beside us was first, whose keys then stand
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def valkey_socket(folder: Path) -> Path:
    """In the folder, or, where that path is too long for a socket, in a private folder among the temporary files."""
    socket = folder / "valkey.sock"
    if len(str(socket)) <= SOCKET_PATH_LIMIT:
        return socket
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"socket-{os.getuid()}-{name}" / "valkey.sock"
