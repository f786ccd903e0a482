"""Our own protocol under the same script: real operations, the real gateway, the sandbox's own answers."""

from datetime import timedelta

from tests.factories import make_invoice
from tests.faults.comparison.rivals import Score
from tests.faults.comparison.script import LATENESS, Script
from tests.faults.machine import checkpoints, clock
from tests.faults.machine.bells import Bell
from tests.faults.machine.world import World
from xero_sync.models import Push

PER_BATCH = 50
PER_RUN = 20
SWEEP = 15.0
GIVES_UP_AFTER = 60.0
LONGEST = timedelta(hours=6)
FAULTS = {
    "limited": {"kind": "status", "status": 429, "problem": "minute", "retry_after": 37},
    "unavailable": {"kind": "status", "status": 503},
    "request_lost": {"kind": "fail_before"},
    "late": {"kind": "late_commit"},
    "answer_lost": {"kind": "lose_answer"},
}


class Run:
    """Twenty batches of fifty, from the queue to rest."""

    def __init__(self, world: World, script: Script) -> None:
        self.world, self.script = world, script
        self.client = world.offices[0].clients[0]
        self.lane = Bell("xero_sync.tasks.post_lane", (self.client.practice_id,))

    def score(self) -> Score:
        """Counted at rest, before any night's sweep for twins."""
        wanted = [make_invoice(self.client, at=clock.now()) for _ in range(PER_BATCH * PER_RUN)]
        checkpoints.order("before_send", self._meet_fate)
        self.world.drain()
        while self._is_anything_open() and clock.now() < clock.BEGINNING + LONGEST:
            self.world.advance(SWEEP)
            self.world.sweep()
        checkpoints.forget()
        self.world.advance(LATENESS[1])
        live = self.world.truth().live
        twins = sum(len(rows) - 1 for rows in live.values())
        missing = sum(str(one.uid) not in live for one in wanted)
        return Score(PER_RUN, len(wanted), twins, missing, self.world.state.recorder.count)

    def _is_anything_open(self) -> bool:
        pushes = Push.objects.for_practice(self.client.practice_id)
        return pushes.unfinished().exists() or pushes.unread().exists()

    def _meet_fate(self) -> None:
        """Every attempt comes by here."""
        checkpoints.order("before_send", self._meet_fate)
        fate = self.script.fate()
        if fate == "crash_before":
            checkpoints.die()
        elif fate == "crash_after":
            checkpoints.order("after_send", checkpoints.die)
        elif fate == "delivered_twice":
            self.lane.deliver()
        elif fate:
            late = {"delay": self.script.lateness()} if fate == "late" else {}
            self.world.state.faults.order({"method": "PUT", "path": "Invoices", **FAULTS[fate], **late})


def measured(world: World, numbering: str, key_memory: int, batches: int, seed: int) -> Score:
    """So many batches, twenty at a time, each run from the first minute."""
    score = Score()
    for number in range(batches // PER_RUN):
        world.begin(numbering=numbering, memory=key_memory)
        world.line.silence = GIVES_UP_AFTER
        score += Run(world, Script(seed, number)).score()
    return score
