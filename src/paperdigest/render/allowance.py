"""How much templates may do for one digest: rounds of loops, calls and characters, counted where a user's own template
does them. Counted and not timed, so that what works on one machine works on every other. Two thousand papers, all of
them written out whole, take a quarter of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import jinja2

#: For one digest in all its forms, in rounds of an empty loop: two seconds. Calls and filters cost more.
STEPS: Final = 10_000_000
#: For one page, with all that is made on the way to it.
CHARACTERS: Final = 40_000_000
#: The longest text, or list written out, that a template may make on its way.
LARGEST: Final = 5_000_000


class RunsAway(jinja2.TemplateRuntimeError):
    """A template does more than any digest needs."""


class Allowance:
    """What is left of it for one digest."""

    __slots__ = ("characters", "steps")

    def __init__(self) -> None:
        self.steps = STEPS
        self.characters = CHARACTERS

    def take(self, steps: int, characters: int) -> None:
        """Count what is about to be done. Raises RunsAway."""
        self.steps -= steps
        self.characters -= characters
        if self.steps < 0:
            raise RunsAway(
                f"more than {STEPS:,} rounds for one digest · look for a loop in a loop, or a macro that calls itself"
            )
        if self.characters < 0:
            raise RunsAway(
                f"more than {CHARACTERS:,} characters for one page · look for what is written again and again"
            )


_LEFT: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def allowance() -> Iterator[None]:
    """Let all templates that are filled in inside share one allowance; outside nothing is counted."""
    token = _LEFT.set(Allowance())
    try:
        yield
    finally:
        _LEFT.reset(token)


def take(steps: int = 1, characters: int = 0) -> None:
    """Count what is about to be done. Raises RunsAway."""
    left = _LEFT.get()
    if left is not None:
        left.take(steps, characters)


def next_page() -> None:
    """Let another page begin, with characters of its own."""
    left = _LEFT.get()
    if left is not None:
        left.characters = CHARACTERS


def left() -> Allowance | None:
    """Return what is left; None where nothing is counted."""
    return _LEFT.get()


def must_fit(size: int, most: int = LARGEST) -> None:
    """Raise RunsAway for a text, or a list written out, of that size, before it is made."""
    if size > most:
        raise RunsAway(
            f"a text or a list longer than {most:,} · look for what is repeated too often"
        )
