"""Medians of alternating runs."""

import gc
import math
import statistics
import time
from collections.abc import Callable, Sequence

Work = Callable[[], object]


def timed(work: Work) -> float:
    """How many seconds it takes, once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def interleaved(*works: Work, times: int, warm: int = 5) -> list[float]:
    """The median of each, in seconds, over `times` rounds in which they take turns; what comes first changes."""
    for work in works * warm:
        work()
    taken: list[list[float]] = [[] for _ in works]
    order = list(range(len(works)))
    gc.collect()
    for _ in range(times):
        for index in order:
            taken[index].append(timed(works[index]))
        order.reverse()
    return [statistics.median(each) for each in taken]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all are at or below."""
    return sorted(values)[max(0, math.ceil(len(values) * share) - 1)]
