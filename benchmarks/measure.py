"""Measuring side by side: contenders take turns, so that a busy machine is unfair to all alike.
Only ratios within one table mean anything.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Generic, TypeVar

_Ready = TypeVar("_Ready")

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Contender(Generic[_Ready]):
    """Something to measure. `prepare` and `clear` are not timed; `run` gets what `prepare` returned."""

    name: str
    prepare: Callable[[], _Ready]
    run: Callable[[_Ready], object]
    clear: Callable[[_Ready], object] = lambda ready: None


@dataclass(frozen=True, slots=True)
class Measured:
    """One contender's seconds, in order of the rounds."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Return the median of all rounds."""
        return median(self.seconds)


def interleaved(contenders: Sequence[Contender[_Ready]], rounds: int = ROUNDS) -> list[Measured]:
    """Let the contenders run in turn, `rounds` times after one that does not count."""
    gc.collect()
    gc.freeze()  # what the benchmark itself holds is not for the contenders to walk over
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for round_ in range(rounds + 1):
        # Every second round goes backwards: who comes after whom must not matter.
        for contender in contenders if round_ % 2 else reversed(contenders):
            took = _timed(contender)
            if round_:
                seconds[contender.name].append(took)
    return [Measured(name, tuple(took)) for name, took in seconds.items()]


def ratio(one: Measured, other: Measured) -> float:
    """Return the median over the rounds of one / other: both ran under the same weather in each."""
    return median(a / b for a, b in zip(one.seconds, other.seconds, strict=True))


def table(
    title: str, measured: Sequence[Measured], *, per: int, unit: str, base: Measured | None = None
) -> str:
    """Return a table: microseconds per unit, and each contender's time as a multiple of the base's."""
    base = base or measured[0]
    width = max(len(row.name) for row in measured)
    lines = [title, f"  {'':{width}}  {'µs/' + unit:>10}  {'× base':>7}  {'least':>7}  {'most':>7}"]
    for row in measured:
        each = [a / b for a, b in zip(row.seconds, base.seconds, strict=True)]
        lines.append(
            f"  {row.name:{width}}  {row.median / per * 1e6:10.1f}  {ratio(row, base):7.2f}"
            f"  {min(each):7.2f}  {max(each):7.2f}"
        )
    return "\n".join(lines)


def verdict(
    what: str, value: float, *, at_least: float | None = None, at_most: float | None = None
) -> bool:
    """Print one line that says whether a goal is met, and return it."""
    met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    goal = f"at least {at_least}" if at_least is not None else f"at most {at_most}"
    print(f"  {'met' if met else 'MISSED'}: {what} {value:.2f} (goal: {goal})")
    return met


def _timed(contender: Contender[_Ready]) -> float:
    ready = contender.prepare()
    try:
        gc.collect()
        start = time.perf_counter()
        contender.run(ready)
        return time.perf_counter() - start
    finally:
        contender.clear(ready)
