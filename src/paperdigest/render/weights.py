"""How large a value of a template is, all that is in it counted: about as many letters as it has written out. A list that
holds another twice has it twice, as whatever prints or compares it will.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from jinja2.utils import Namespace

from paperdigest.render.allowance import RunsAway, must_fit, take

#: Letters of anything that is neither a text nor made of others, and of the place of each thing in a list.
_ONE: Final = 8
_DEEPEST: Final = 50
#: What holds other values.
MADE_OF_OTHERS: Final = (list, tuple, dict, set, frozenset, Namespace)
#: So much of a list that is looked at costs one round of a loop.
_LOOKED_AT = 2
_NUMBERS: Final = frozenset(
    {int, float, bool, type(None)}
)  # quick to tell, and in the longest lists


def weight(value: Any) -> int:
    """Return how large a value is. Raises RunsAway for one that is made of others to too great a depth, and counts what it
    has to look at."""
    if isinstance(value, str):
        return len(value)
    return _weighed(value, {}, _DEEPEST) if isinstance(value, MADE_OF_OTHERS) else _ONE


def must_be_light(value: Any) -> None:
    """Raise RunsAway for a value that is too large, written out."""
    if isinstance(value, MADE_OF_OTHERS):
        must_fit(weight(value))


def _weighed(value: Any, known: dict[int, int], depth: int) -> int:
    """Return the weight of what is made of others; `known` has those that were met, by their id, as all of them live."""
    if not depth:
        raise RunsAway(
            "lists in lists in lists · look for one that is put into itself again and again"
        )
    found = known.get(id(value))
    if found is not None:
        return found
    known[id(value)] = _ONE  # what holds itself is written out once
    inside = _inside(value)
    take(len(inside) // _LOOKED_AT)
    total = _ONE * (1 + len(inside))
    for each in inside:
        if type(each) in _NUMBERS:
            continue
        if isinstance(each, str):
            total += len(each)
        elif isinstance(each, MADE_OF_OTHERS):
            total += _weighed(each, known, depth - 1)
    known[id(value)] = total
    return total


def _inside(value: Any) -> list[Any] | tuple[Any, ...]:
    if isinstance(value, Namespace):
        value = object.__getattribute__(value, "_Namespace__attrs")
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list | tuple) else [*value]


def total(items: Iterable[Any]) -> int:
    """Return the weights of all of them."""
    return sum(map(weight, items))
