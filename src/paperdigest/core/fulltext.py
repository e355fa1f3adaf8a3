"""Full-text expressions over tokens: how alternatives, conditions and exclusions are written. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

NOTHING: Final = '"0"'  # no token is called so


def atom(word: str, *, begins: bool = False) -> str:
    """Return what holds a token, or with `begins` any token that begins so."""
    return f'"{word}" *' if begins else f'"{word}"'


def joined(atoms: Sequence[str]) -> str:
    """Return what holds any of these."""
    return " OR ".join(atoms)


def any_of(parts: Iterable[str | None]) -> str | None:
    """Return what holds all of these; "" is nothing, None everything."""
    some: list[str] = []
    for part in parts:
        if part is None:
            return None
        if part:
            some.append(part)
    return some[0] if len(some) == 1 else " OR ".join(f"({part})" for part in dict.fromkeys(some))


def all_of(parts: Iterable[str]) -> str:
    """Return what holds to all of these."""
    some = list(dict.fromkeys(parts))
    return some[0] if len(some) == 1 else " AND ".join(f"({part})" for part in some)


def without(whole: str, parts: Iterable[str]) -> str:
    """Return the whole without what any of the parts holds."""
    away = any_of(parts)
    return f"({whole}) NOT ({away})" if away else whole


def depth(expression: str) -> int:
    """Return how many brackets are open at once."""
    deepest = now = 0
    for sign in expression:
        now += (sign == "(") - (sign == ")")
        deepest = max(deepest, now)
    return deepest
