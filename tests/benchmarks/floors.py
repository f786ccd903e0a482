"""How fast it could be at best, given Xero's limits: what the measured times are held against."""

AT_ONCE = 5
PER_MINUTE = 60


def floor(writes: int, reads: int, *, latency: float, per_minute: int = PER_MINUTE, at_once: int = AT_ONCE) -> float:
    """Seconds for the writes, so many at once, and behind them the reads, one after the other.

    In no sixty seconds are there more calls than `per_minute`: a rolling window, the strictest reading of the limit.
    """
    starts: list[float] = []
    free = [0.0] * at_once
    for number in range(writes + reads):
        is_read = number >= writes
        start = max(free) if is_read else min(free)
        if number >= per_minute:
            start = max(start, starts[number - per_minute] + 60)
        starts.append(start)
        if is_read:
            free = [start + latency] * at_once
        else:
            free[free.index(min(free))] = start + latency
    return max(free)


def bucket_floor(calls: int, *, latency: float) -> float:
    """As the reference reckons: the longer of the latency at five at once and a bucket that refills once a second."""
    return max(calls / AT_ONCE * latency, (calls - PER_MINUTE) / PER_MINUTE * 60)
