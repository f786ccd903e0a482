"""What can be switched while the sandbox runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

CHOICES: dict[str, tuple[str, ...]] = {
    "minute_kind": ("rolling", "bucket"),
    "key_conflict_mode": ("replay", "conflict"),
    "lock_drafts": ("accepted", "refused"),
    "archived_tracking": ("refused", "dropped"),
    "unknown_theme": ("refused", "dropped"),
}


class BadSetting(ValueError):
    """A setting that does not exist, or a value it cannot take."""


@dataclass
class Settings:
    limits: bool = True
    concurrent: int = 5
    per_minute: int = 60
    minute_kind: str = "rolling"
    per_day: int = 1000
    app_per_minute: int = 10_000
    key_memory: int = 360
    key_conflict_mode: str = "replay"
    lock_drafts: str = "accepted"
    archived_tracking: str = "refused"
    unknown_theme: str = "refused"
    force_summarise: bool = False
    bulk_connect: bool = False
    latency: float = 0.0
    access_token_life: int = 1800
    max_recorded: int = 5000

    def change(self, changes: dict[str, Any]) -> None:
        """Apply all changes or none."""
        known = {item.name: item for item in fields(self)}
        wanted = {}
        for name, value in changes.items():
            if name not in known:
                raise BadSetting(f"There is no setting named {name}. There are: {', '.join(sorted(known))}.")
            wanted[name] = converted(name, value, type(getattr(self, name)))
        for name, value in wanted.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def converted(name: str, value: Any, kind: type) -> Any:
    if kind is bool:
        return value if isinstance(value, bool) else str(value).lower() in {"true", "on", "1", "yes"}
    if name in CHOICES and value not in CHOICES[name]:
        raise BadSetting(f"{name} is one of {', '.join(CHOICES[name])}, not {value!r}.")
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise BadSetting(f"{name} takes a {kind.__name__}, not {value!r}.") from error
