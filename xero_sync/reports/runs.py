"""A sync in words: how far it is, or how it ended."""

from dataclasses import dataclass

from xero_sync.models import SyncRun

STEPS = 7  # a bar needs to know where the end is; xero_sync.operations.pulls.running names the steps


@dataclass(frozen=True, slots=True)
class RunInWords:
    """A sync as people see it."""

    run: SyncRun
    is_open: bool
    is_failed: bool
    words: str
    summary: str
    steps_total: int = STEPS

    @property
    def note(self) -> str:
        if not self.run.step:
            return ""
        return f"step {min(self.run.steps_done + 1, STEPS)} of {STEPS}"


def in_words(run: SyncRun) -> RunInWords:
    return RunInWords(run, run.is_open, run.is_failed, _under_way(run), _ended(run))


def _under_way(run: SyncRun) -> str:
    if run.problem:
        return f"Waiting to go on. {run.problem}"
    return run.step or "Waiting for its turn"


def _ended(run: SyncRun) -> str:
    """412 contacts, 2 changed, 1 archived."""
    if run.is_failed:
        return run.problem or "Stopped half-way. The next sync starts afresh."
    shown = [(name, number) for name, number in run.counts.items() if name in WORDS and number]
    text = ", ".join(f"{number:,} {_word(name, number)}" for name, number in shown)
    return f"Read {text}" if text else "Nothing had changed"


WORDS = {
    "accounts": "account code",
    "templates": "branding theme",
    "tracking": "tracking category",
    "contacts": "contact",
}


def _word(name: str, number: int) -> str:
    word = WORDS[name]
    if number == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
