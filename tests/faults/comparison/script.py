"""What happens to each attempt, drawn by chance at the rates of the protocol model (reference/posting.md §8)."""

from random import Random

RATES = {
    "limited": 0.05,  # 429: known not to have been carried out
    "unavailable": 0.03,  # 503
    "request_lost": 0.02,
    "late": 0.01,  # carried out 60 to 600 s after it was sent; the sender gave up at 60 s
    "answer_lost": 0.03,
    "crash_before": 0.02,
    "crash_after": 0.02,  # the worker dies once Xero has carried it out
    "delivered_twice": 0.02,
}
LATENESS = (60.0, 600.0)
AFTER_A_CRASH = (45.0, 900.0)  # until the message of a worker that died comes again


class Script:
    """The fates of one batch, attempt by attempt; the same for every protocol and the same seed."""

    def __init__(self, seed: int, batch: int) -> None:
        self._random = Random(f"{seed}/{batch}")

    def fate(self) -> str:
        """What happens to the next attempt; empty where nothing does."""
        chance = self._random.random()
        for name, rate in RATES.items():
            if chance < rate:
                return name
            chance -= rate
        return ""

    def lateness(self) -> float:
        return self._random.uniform(*LATENESS)

    def redelivery(self) -> float:
        return self._random.uniform(*AFTER_A_CRASH)
