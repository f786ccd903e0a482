"""Every guard proven necessary: without it, and without it alone, a test fails."""

import random
from collections.abc import Sequence

from tests.faults.guards.listing import GUARDS, Guard
from tests.faults.guards.running import ROOT, Proof, proofs, run_tests
from tests.faults.parts import Part

SHARE_OF_A_SHORT_RUN = 3


def run(*, is_short: bool, seed: int) -> Part:
    """All of them, or in the short run a third, another one for each seed. Their tests must be green to begin with."""
    chosen = chosen_for(seed) if is_short else list(GUARDS)
    tests = sorted({test for guard in chosen for test in guard.tests})
    code, words = run_tests(tests, ROOT)
    if code != 0:
        return Part("guards", violations=1, guards=len(chosen), lines=("Its tests fail with every guard.", words))
    found = proofs(chosen)
    proven = sum(one.is_proven for one in found)
    return Part("guards", guards=len(chosen), proven=proven, lines=tuple(line_of(one) for one in found))


def chosen_for(seed: int) -> Sequence[Guard]:
    wanted = random.Random(seed).sample(GUARDS, -(-len(GUARDS) // SHARE_OF_A_SHORT_RUN))  # no secret
    return sorted(wanted, key=GUARDS.index)


def line_of(proof: Proof) -> str:
    return f"{'proven' if proof.is_proven else 'NOT PROVEN':<11}{proof.guard.name}: {proof.words}"
