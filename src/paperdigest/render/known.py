"""What a template asks for that is not there: said in the words of docs/templates.md, and what may have been meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.utils import missing

from paperdigest.core.digest import (
    DayCount,
    Difference,
    Digest,
    Entry,
    Marked,
    Section,
    SourceLine,
    TopicWeeks,
    Why,
)
from paperdigest.core.paper import Link
from paperdigest.core.word_changes import Piece

#: Our own values as templates see them, and what each is called.
CALLED: Mapping[type, str] = MappingProxyType(
    {
        Digest: "a digest",
        Section: "a section",
        Entry: "an entry",
        Marked: "a marked text",
        Why: "a why",
        Difference: "a difference",
        Piece: "a piece",
        SourceLine: "a source line",
        Link: "a link",
        DayCount: "a day count",
        TopicWeeks: "a topic of the weeks",
    }
)
#: What templates may read of them: all that is public.
PUBLIC: Mapping[type, frozenset[str]] = MappingProxyType(
    {kind: frozenset(name for name in dir(kind) if not name.startswith("_")) for kind in CALLED}
)
# The first that fits: a time is a date, and true is a number.
_OTHERS: tuple[tuple[type, str], ...] = (
    (str, "a text"),
    (bool, "true or false"),
    (int, "a number"),
    (float, "a number"),
    (tuple, "a list"),
    (list, "a list"),
    (datetime, "a time"),
    (date, "a date"),
    (dict, "a dictionary"),
)


#: What Jinja gives every template: nobody has meant that by another name.
_OF_JINJA = frozenset({"cycler", "dict", "joiner", "lipsum", "namespace", "range"})


class UnknownName(str):
    """What is said of a name that nobody gave; `name` is that name."""

    __slots__ = ("name",)

    def __new__(cls, name: str) -> UnknownName:
        """Make the sentence."""
        said = super().__new__(cls, f"{name!r} is undefined")
        said.name = name
        return said

    name: str


class Missing(jinja2.StrictUndefined):
    """What stands for something that is not there: whatever is done with it is a mistake."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name, of = self._undefined_name, self._undefined_obj
        if self._undefined_hint:
            return self._undefined_hint
        if of is missing:
            return UnknownName(str(name))
        if not isinstance(name, str):
            return f"{called(of)} has no element {name!r}"
        return f'{called(of)} has no "{name}"{meant(name, PUBLIC.get(type(of), ()))}'


def meant(name: str, known: Iterable[str]) -> str:
    """Return the question for what is nearest to an unknown name, to be put behind the mistake; "": nothing is near."""
    near = get_close_matches(name, sorted({*known} - _OF_JINJA), n=1)
    return f" · did you mean {near[0]}?" if near else ""


def unknown(node: nodes.Node, environment: jinja2.Environment, gone: Mapping[str, str]) -> str:
    """Return what is wrong with the name of a filter or a test, "" where it is one. `gone` says of names that were
    taken away what to do instead."""
    kind, names = ("filter", environment.filters)
    if isinstance(node, nodes.Test):
        kind, names = ("test", environment.tests)
    name = getattr(node, "name", "")
    if name in names:
        return ""
    known = (each for each in names if " " not in each)
    said = f"No {kind} named {name!r}."
    if kind == "filter" and name in gone:
        return f"{said} · {gone[name]}"
    return f"{said}{meant(name, known)}"


def called(value: Any) -> str:
    """Return what a value is called in docs/templates.md: "a section", "a list"."""
    if value is None:
        return "None (nothing is known)"
    if type(value) in CALLED:
        return CALLED[type(value)]
    others = (called for kind, called in _OTHERS if isinstance(value, kind))
    return next(others, type(value).__name__)
