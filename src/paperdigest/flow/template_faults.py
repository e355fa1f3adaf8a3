"""Digests that a user's own templates could not make: whose they were and why, remembered until the reader's next digest
or until the templates are others, and told to the operator. The digests themselves went out, made by the shipped ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from paperdigest.core import schedule, template_words
from paperdigest.core.notices import Words
from paperdigest.flow import lasting
from paperdigest.flow.lasting import Watched
from paperdigest.store import facts
from paperdigest.store.connection import Store

_START = "template fails "
_KIND = "template"
#: Stands before the reason; a text with another mark is of templates that are not at work any more.
_END = " "


def faults(store: Store) -> dict[str, str]:
    """Return why the user's templates did not make the last digest, by the readers' names."""
    return {name: reason for name, (_, reason) in _known(store).items() if reason}


def note(store: Store, made: Iterable[tuple[str, str]], mark: str) -> None:
    """Remember what became of the digests that are written, (reader, fault or ""), by the templates of that `mark`.
    Inside their transaction."""
    if store.rehearsing:
        return
    found: dict[str, str] = {}
    for name, fault in made:  # a reader may have several digests
        found[name] = found.get(name) or fault
    known = _known(store)
    for name, fault in found.items():
        if fault:
            facts.remember(store, _START + name, f"{mark}{_END}{fault}")
        elif name in known:
            facts.forget(store, _START + name)


def drop(store: Store, name: str) -> None:
    """Let nothing be remembered of one reader's. Inside a transaction."""
    facts.forget(store, _START + name)
    lasting.drop(store, _KIND, name)


def replaced(
    store: Store,
    mark: str,
    readers: Callable[[], Collection[str]],
    now: datetime,
    timezone: str,
) -> Watched:
    """Return what is remembered as conditions. With templates of another `mark` nobody knows before the next digest
    whether it lasts. `readers` gives the names of those who still want digests."""
    _let_fade(store, mark, readers)
    known = _known(store)
    local = now.astimezone(schedule.zone(timezone))
    last = {name: reason for name, (_, reason) in known.items() if reason}

    def begun(names: Sequence[str]) -> Sequence[Words]:
        return [template_words.replaced({name: last[name] for name in names}, local)]

    def over(told: Mapping[str, str]) -> Sequence[Words]:
        names = sorted(told.keys() & set(readers()))
        return [template_words.at_work_again(names, local)] if names else []

    return Watched(_KIND, last, begun, over, unsure=known.keys() - last.keys())


def _known(store: Store) -> dict[str, tuple[str, str]]:
    """Return (mark, reason) by the readers' names; without a reason where the templates are others since."""
    found = facts.beginning(store, _START)
    return {name: _parted(text) for name, text in found.items()}


def _parted(text: str) -> tuple[str, str]:
    mark, _, reason = text.partition(_END)
    return mark, reason


def _let_fade(store: Store, mark: str, readers: Callable[[], Collection[str]]) -> None:
    """Forget the reasons that lie in other templates, and all of readers who left."""
    known = _known(store)
    if not known or store.rehearsing:
        return
    here = set(readers())
    gone = known.keys() - here
    others = [name for name, (of, reason) in known.items() if reason and of != mark]
    if gone or others:
        with store.transaction():
            for name in others:
                facts.remember(store, _START + name, mark)
            for name in gone:
                facts.forget(store, _START + name)
