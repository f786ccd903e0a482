"""The switches of the sandbox under /_sandbox/: clock, faults, tokens, settings, seeds, and what was asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from sandbox.xero import control_io
from sandbox.xero.control_io import Unable, asked, done, organisation, the_state
from sandbox.xero.faults import KINDS, Script
from sandbox.xero.records import Json

control = Blueprint("control", __name__, url_prefix="/_sandbox")
control_io.explain(control)


@control.post("/reset")
def reset() -> Response:
    the_state().reset()
    return done("Everything is as it was at the start.")


@control.route("/clock", methods=["GET", "POST"])
def clock() -> Response:
    """`now` (ISO), `advance` (seconds), `freeze` or `run` (true); a bare time is UTC."""
    state, fields = the_state(), asked() if request.method == "POST" else {}
    if fields.get("run"):
        state.clock.run()
    if fields.get("freeze"):
        state.clock.freeze()
    if fields.get("now"):
        state.clock.move_to(moment(fields["now"]))
    if fields.get("advance"):
        state.clock.advance(number(fields["advance"], "advance"))
    state.settle()
    now = state.clock.now()
    return done(
        f"The sandbox's clock says {now:%d %B %Y, %H:%M:%S} UTC.",
        fields,
        now=now.isoformat(),
        frozen=state.clock.is_frozen,
        waiting=len(state.pending),
    )


def moment(text: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Unable(f"{text} is not a time; write 2026-12-01T09:00:00.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def number(value: object, name: str) -> float:
    try:
        return float(str(value))
    except ValueError as error:
        raise Unable(f"{name} takes a number.") from error


@control.get("/faults")
def faults() -> Response:
    return jsonify({"faults": the_state().faults.listing()})


@control.post("/faults")
def order_fault() -> Response:
    fields = asked()
    fault = the_state().faults.order(
        {name: value for name, value in fields.items() if name != "tenant"} | tenant(fields)
    )
    return done(f"Ordered: {fault.kind.replace('_', ' ')}, {fault.times} times.", fields, fault=vars(fault))


def tenant(fields: Json) -> Json:
    """A fault for one organisation only names it; the page's forms order for all."""
    if not fields.get("tenant") or control_io.is_form():
        return {}
    return {"tenant": organisation(fields).tenant_id}


@control.delete("/faults")
@control.post("/faults/clear")
def clear_faults() -> Response:
    the_state().faults.clear()
    return done("No fault is waiting.", asked())


@control.post("/faults/script")
def script() -> Response:
    """`seed`, and `rates`: a probability for each kind of fault, or for an HTTP status by its number."""
    fields = asked()
    rates = fields.get("rates")
    if not isinstance(rates, dict) or not all(kind in KINDS or kind.isdigit() for kind in rates):
        raise Unable(f"rates is an object of probabilities for {', '.join(KINDS)}, or for statuses such as 429.")
    delay = number(fields.get("delay", 5), "delay")
    seed = int(number(fields.get("seed", 1), "seed"))
    chances = {kind: number(rate, kind) for kind, rate in rates.items()}
    the_state().faults.script = Script(seed, chances, fields.get("path", ""), fields.get("method", ""), delay)
    return done(f"Faults are drawn by seed {seed}.", fields, seed=seed)


@control.post("/tokens/expire")
def expire_tokens() -> Response:
    state, fields = the_state(), asked()
    count = state.vault.expire_access(user_id(fields), state.clock.now())
    return done("All access tokens have expired; refresh tokens still work.", fields, expired=count)


@control.post("/tokens/revoke")
def revoke_tokens() -> Response:
    """As when the user removes the app from her Xero account: no token works, no connection is left."""
    state, fields = the_state(), asked()
    with state.lock:
        chosen = user_id(fields)
        for ident in [chosen] if chosen else list(state.users):
            state.vault.revoke_user(ident)
            state.vault.expire_access(ident, state.clock.now() - timedelta(seconds=1))
        count = state.disconnect(user_id=chosen)
    return done("All tokens are revoked and every organisation is disconnected.", fields, disconnected=count)


def user_id(fields: Json) -> str | None:
    words = fields.get("user")
    if not words:
        return None
    for user in the_state().users.values():
        if words in (user.user_id, user.email):
            return user.user_id
    raise Unable(f"There is no user {words}.", 404)


@control.post("/disconnect")
def disconnect() -> Response:
    """One organisation, or with `all` every one."""
    state, fields = the_state(), asked()
    with state.lock:
        chosen = None if fields.get("all") else organisation(fields).tenant_id
        count = state.disconnect(chosen)
    return done("Disconnected in Xero. Tokens still work, the organisation is gone.", fields, disconnected=count)


@control.route("/settings", methods=["GET", "POST"])
def settings() -> Response:
    state = the_state()
    fields = asked() if request.method == "POST" else {}
    state.settings.change({name: value for name, value in fields.items() if name != "tenant"})
    return done("These are the settings.", fields, settings=state.settings.as_dict())


@control.post("/lock")
def lock() -> Response:
    """`date` locks the period up to that day, `year_date` the year; without either the locks are lifted."""
    fields = asked()
    found = organisation(fields)
    found.period_lock, found.year_lock = day(fields.get("date")), day(fields.get("year_date"))
    return done("The lock dates are set." if found.period_lock or found.year_lock else "Nothing is locked.", fields)


def day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError as error:
        raise Unable(f"{text} is not a date; write 2026-11-30.") from error


@control.post("/seed")
def seed() -> Response:
    try:
        counts = the_state().plant(asked())
    except (KeyError, TypeError, ValueError) as error:
        raise Unable(f"The seed could not be read: {error!r}. README.md in sandbox/ describes it.") from error
    return done("The seed is planted.", planted=counts)


@control.get("/requests")
def requests() -> Response:
    """What was asked, oldest first; `since` leaves out the calls up to that number."""
    since = int(number(request.args.get("since", "0"), "since"))
    return jsonify({"requests": the_state().recorder.listing(since)})


@control.get("/stats")
def stats() -> Response:
    """Counts for assertions about limits and tokens."""
    state = the_state()
    meters = {
        tenant_id: {
            "minute": len(meter.minute),
            "day": meter.day_count,
            "in_flight": meter.in_flight,
            "peak": meter.peak,
        }
        for tenant_id, meter in state.limits.meters.items()
    }
    return jsonify(
        {
            "organisations": meters,
            "peak": state.limits.peak,
            "refused": dict(state.limits.refused),
            "refreshes": state.vault.refreshes,
            "pending": len(state.pending),
            "requests": state.recorder.count,
        }
    )
