"""A real worker, killed at each point where something could be lost, in every setting of the remote."""

from tests.faults.parts import Part
from tests.faults.scenes import is_on_sqlite, on_postgres, play_all, usual

MODULE = "tests.faults.kills.killing"


def run(*, is_short: bool, seed: int) -> Part:
    """In full on PostgreSQL too."""
    scenes = [usual("kills", MODULE)]
    if not is_short and is_on_sqlite():
        scenes.append(on_postgres("kills on PostgreSQL", MODULE))
    return play_all("kills", scenes, is_short=is_short, seed=seed)
