"""A real worker, killed at each point where something could be lost, in every setting of the remote."""

from importlib import import_module

from tests.faults.parts import Part
from tests.faults.world import World


def run(*, is_short: bool, seed: int) -> Part:
    with World("kills") as world:
        part: Part = import_module("tests.faults.kills.killing").kill_all(world, is_short=is_short, seed=seed)
    return part
