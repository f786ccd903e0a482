"""The state machine: what may happen, in any order. Hypothesis chooses, and shortens what it finds."""

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.faults.machine import acts, checkpoints
from tests.faults.machine.bells import Bell
from tests.faults.machine.practices import Office
from tests.faults.machine.resting import settle
from tests.faults.machine.world import World

OFFICE = st.sampled_from((0, 0, 0, 1))
PLACE = st.integers(0, 60)
POINT = st.sampled_from(checkpoints.POINTS)
PENNIES = st.integers(1, 999_999)
WRITING = (
    *({"kind": kind} for kind in ("lose_answer", "lose_answer", "fail_before", "reset", "truncate", "html", "drip")),
    *({"kind": "mangle", "mangle": how} for how in ("missing", "reorder", "repeat", "foreign", "totals")),
    *({"kind": "status", "status": status} for status in (401, 403, 500, 502, 503)),
    {"kind": "status", "status": 503, "retry_after": 30},
    {"kind": "status", "status": 500, "remember": True},
)
LIMITS = (
    {"problem": "minute", "retry_after": 37},
    {"problem": "minute"},
    {"problem": "day", "retry_after": 900},
    {"problem": "concurrent"},
    {"problem": "appminute"},
)
DRIP_SECONDS = 1.0


class Violation(AssertionError):
    """An invariant does not hold."""


class Schedule(RuleBasedStateMachine):
    """One practice's month and its neighbour's, with everything that can go wrong between us and Xero."""

    world: ClassVar[World]
    numbering: ClassVar[str]
    memory: ClassVar[int]
    is_over = False

    @initialize()
    def begin(self) -> None:
        self.longest_wait = 0.0
        self.has_moved_clock = False
        self.world.begin(numbering=self.numbering, memory=self.memory)

    def office(self, place: int) -> Office:
        return self.world.offices[place]

    # ── Billing ───────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(office=OFFICE, month=st.sampled_from(acts.ENDED), is_rung=st.booleans())
    def approve(self, office: int, month: Any, is_rung: bool) -> None:
        acts.approve(self.office(office), month)
        self._ring(is_rung)

    @rule(office=OFFICE, is_reopened=st.booleans())
    def approve_ahead(self, office: int, is_reopened: bool) -> None:
        acts.approve(self.office(office), acts.CURRENT)
        if is_reopened:
            acts.reopen(self.office(office), acts.CURRENT)

    @rule(
        office=OFFICE,
        first=PLACE,
        count=st.sampled_from((1, 1, 1, 2, 2, 2, 3, 3, 6, 6, 6, 55)),
        pennies=PENNIES,
        is_rung=st.booleans(),
    )
    def finish_work(self, office: int, first: int, count: int, pennies: int, is_rung: bool) -> None:
        clients = self.office(office).clients
        acts.finish_work(self.office(office), [clients[(first + one) % len(clients)] for one in range(count)], pennies)
        self._ring(is_rung)

    @rule(office=OFFICE, place=PLACE, pennies=PENNIES)
    def sign(self, office: int, place: int, pennies: int) -> None:
        clients = self.office(office).clients
        acts.sign(self.office(office), clients[place % len(clients)], pennies)

    @rule(office=OFFICE, place=PLACE)
    def take_back(self, office: int, place: int) -> None:
        acts.take_back(self.office(office), place)

    @rule(office=OFFICE)
    def retry(self, office: int) -> None:
        acts.retry(self.office(office))

    @rule(office=OFFICE)
    def enter_safe_mode(self, office: int) -> None:
        acts.enter_safe_mode(self.office(office))

    @rule(office=OFFICE, send_waiting=st.booleans())
    def leave_safe_mode(self, office: int, send_waiting: bool) -> None:
        acts.leave_safe_mode(self.office(office), send_waiting=send_waiting)

    # ── Workers ───────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(times=st.integers(1, 3))
    def deliver(self, times: int) -> None:
        """The next message, as often as the broker likes."""
        self.world.bells.collect()
        if self.world.bells.waiting:
            bell = self.world.bells.waiting.popleft()
            for _ in range(times):
                self.world.deliver(bell)

    @rule(office=OFFICE, point=POINT)
    def interleave(self, office: int, point: str) -> None:
        """While one worker stands at the point, another takes the same message."""
        checkpoints.order(point, self._lane(office).deliver)
        self._work_on(office)

    @rule(office=OFFICE, point=POINT, seconds=st.sampled_from((95, 300, 1000)))
    def stall(self, office: int, point: str, seconds: int) -> None:
        """One worker stands still until its lease is over; another takes over; then the first goes on."""

        def others_work() -> None:
            self.world.advance(seconds)
            self._lane(office).deliver()

        checkpoints.order(point, others_work)
        self._work_on(office)

    @rule(office=OFFICE, point=POINT)
    def crash(self, office: int, point: str) -> None:
        checkpoints.order(point, checkpoints.die)
        self._work_on(office)

    @rule()
    def drain(self) -> None:
        self.world.drain()

    @rule()
    def lose_messages(self) -> None:
        self.world.bells.lose()

    @rule(is_tick=st.sampled_from((False, False, True)))
    def beat(self, is_tick: bool) -> None:
        if is_tick:
            self.world.tick()
        self.world.sweep()

    @rule(seconds=st.sampled_from((5, 20, 61, 100, 400, 1000, 3600)), is_swept=st.booleans())
    def wait(self, seconds: int, is_swept: bool) -> None:
        self.world.advance(seconds)
        if is_swept:
            self.world.sweep()

    @rule()
    def restart_workers(self) -> None:
        self.world.restart_workers()

    @rule()
    def back_up(self) -> None:
        self.world.back_up()

    @rule()
    def restore(self) -> None:
        """The database is put back to an older copy; Xero is not."""
        self.world.restore()

    # ── The way to Xero ───────────────────────────────────────────────────────────────────────────────────────────

    @rule(what=st.sampled_from(WRITING), times=st.sampled_from((1, 1, 2, 4)))
    def spoil_writing(self, what: dict[str, Any], times: int) -> None:
        self._spoil("PUT", "api.xro", what, times)

    @rule(seconds=st.sampled_from((60, 240, 600, 1800, 3600)), times=st.sampled_from((1, 1, 2)))
    def commit_late(self, seconds: int, times: int) -> None:
        self._spoil("PUT", "Invoices", {"kind": "late_commit", "delay": seconds}, times)

    @rule(what=st.sampled_from(WRITING), times=st.sampled_from((1, 1, 2, 4)))
    def spoil_reading(self, what: dict[str, Any], times: int) -> None:
        self._spoil("GET", "api.xro", {**what, "remember": False}, times)

    @rule(what=st.sampled_from(LIMITS), method=st.sampled_from(("", "PUT")), times=st.sampled_from((1, 1, 3)))
    def limit(self, what: dict[str, Any], method: str, times: int) -> None:
        self.longest_wait = max(self.longest_wait, what.get("retry_after", 60))
        self._spoil(method, "api.xro", {"kind": "status", "status": 429, **what}, times)

    @rule(what=st.sampled_from(("lose_answer", "fail_before", "html")))
    def spoil_login(self, what: str) -> None:
        self._spoil("", "connect", {"kind": what}, 1)

    @rule(office=OFFICE, how=st.sampled_from(("expire", "expire", "revoke", "disconnect")))
    def lose_access(self, office: int, how: str) -> None:
        acts.lose_access(self.world, self.office(office), how)

    @rule(office=OFFICE)
    def reconnect(self, office: int) -> None:
        acts.reconnect(self.office(office))

    @precondition(lambda self: not self.has_moved_clock)
    @rule(hours=st.sampled_from((-5, -1, 1, 5)))
    def move_xeros_clock(self, hours: int) -> None:
        """Xero's clock is hours off ours from now on."""
        self.has_moved_clock = True
        self.world.state.clock.advance(hours * 3600)

    # ── People in Xero ────────────────────────────────────────────────────────────────────────────────────────────

    @rule(office=OFFICE, place=PLACE, verb=st.sampled_from(("reprice", "edit", "delete", "approve")))
    def change_in_xero(self, office: int, place: int, verb: str) -> None:
        acts.change_invoice(self.world, self.office(office), place, verb)

    @rule(office=OFFICE, ahead=st.integers(0, 3))
    def use_our_number(self, office: int, ahead: int) -> None:
        acts.use_our_number(self.world, self.office(office), ahead)

    @rule(office=OFFICE, place=st.integers(0, 8), verb=st.sampled_from(("archive", "archive", "restore", "merge")))
    def change_contact(self, office: int, place: int, verb: str) -> None:
        acts.change_contact(self.world, self.office(office), place, verb)

    @rule(office=OFFICE, is_nightly=st.booleans())
    def sync(self, office: int, is_nightly: bool) -> None:
        acts.sync(self.office(office), is_nightly=is_nightly)
        self.world.drain()

    # ── What has to hold ──────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def holds_always(self) -> None:
        self.world.figures.steps += 1
        self._require(self.world.problems_now())

    def teardown(self) -> None:
        if not self.is_over:
            self.is_over = True
            self._require(settle(self.world, longest_wait=self.longest_wait))
            self.world.count()

    def _require(self, problems: list[str]) -> None:
        if problems:
            self.is_over = True
            raise Violation("\n".join(dict.fromkeys(problems)))

    def _ring(self, is_rung: bool) -> None:
        if is_rung:
            self.world.drain()

    def _lane(self, office: int) -> Bell:
        return Bell("xero_sync.tasks.post_lane", (self.office(office).practice.pk,))

    def _work_on(self, office: int) -> None:
        """Ring this lane, and let workers do all there is."""
        self.world.bells.waiting.append(self._lane(office))
        self.world.drain()
        checkpoints.forget()

    def _spoil(self, method: str, path: str, what: dict[str, Any], times: int) -> None:
        if what["kind"] == "drip":
            what = {**what, "delay": DRIP_SECONDS}
        self.world.state.faults.order({"method": method, "path": path, "times": times, **what})
