"""Digests that cannot be made: whose they are and why, remembered while that lasts, and told to the operator."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from paperdigest.core import failing_words, schedule
from paperdigest.core.notices import Words
from paperdigest.flow import lasting
from paperdigest.flow.lasting import Watched
from paperdigest.store import facts
from paperdigest.store.connection import Store

_START = "digest fails "
_KIND = "digest"


def failing(store: Store) -> dict[str, str]:
    """Return why the digests that were due could not be made at the last round, by their readers' names."""
    return facts.beginning(store, _START)


def note(store: Store, failed: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Remember what a round over all that was due could not make, (reader, reason), and nothing of earlier ones.
    Return it as it is remembered."""
    found: dict[str, str] = {}
    for name, reason in failed:  # a reader may have several digests
        known = found.get(name)
        if known is None:
            found[name] = reason
        elif reason not in known:
            found[name] = f"{known}; {reason}"
    if not store.rehearsing and failing(store) != found:
        with store.transaction():
            for name in failing(store).keys() - found.keys():
                facts.forget(store, _START + name)
            for name, reason in found.items():
                facts.remember(store, _START + name, reason)
    return found


def drop(store: Store, name: str) -> None:
    """Let nothing be remembered of one reader's. Inside a transaction."""
    facts.forget(store, _START + name)
    lasting.drop(store, _KIND, name)


def unmade(
    found: Mapping[str, str], readers: Callable[[], Collection[str]], now: datetime, timezone: str
) -> Watched:
    """Return what `note` found as conditions. `readers` gives the names of those who still want digests: of the
    others there is nothing to say."""
    local = now.astimezone(schedule.zone(timezone))

    def begun(names: Sequence[str]) -> Sequence[Words]:
        return [failing_words.not_made({name: found[name] for name in names}, local)]

    def over(told: Mapping[str, str]) -> Sequence[Words]:
        names = sorted(told.keys() & set(readers()))
        return [failing_words.made_again(names, local)] if names else []

    return Watched(_KIND, found, begun, over)
