import base64
import json
import os
import secrets
from pathlib import Path


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
