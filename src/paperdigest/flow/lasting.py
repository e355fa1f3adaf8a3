"""Tells the operator of conditions that last: once, again each day, and when they are over. What was told and
that it was told are one transaction, so a kill at any instant neither tells twice nor loses a word.

What the conditions are is for those to say who watch them; when a word is due, for `core.lasting`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from paperdigest.core import lasting, schedule
from paperdigest.core.lasting import News, Told
from paperdigest.core.notices import Words
from paperdigest.core.subscription import Subscriber
from paperdigest.flow.drafting import Press
from paperdigest.flow.notice import again, notify, post
from paperdigest.journal import event
from paperdigest.store import facts
from paperdigest.store.connection import Store

log = logging.getLogger(__name__)

_TOLD = "told of "
#: Nobody is there to be told: the log has it. Whoever becomes the operator later is told anew.
_LOGGED = "logged of "


@dataclass(frozen=True, slots=True)
class Watched:
    """The conditions of one kind, as they are now.

    `lasting` holds what is remembered of each by its name; `unsure` are names that are neither lasting nor over.
    `begun` makes words of the names that are to be told of; `over` makes words of those that last no longer,
    from what was remembered of them, and none where there is nothing to say. Neither is asked without names.
    """

    kind: str
    lasting: Mapping[str, str]
    begun: Callable[[Sequence[str]], Sequence[Words]]
    over: Callable[[Mapping[str, str]], Sequence[Words]]
    unsure: Collection[str] = ()


def tell(
    store: Store,
    press: Callable[[], Press],
    operator: Subscriber,
    watched: Sequence[Watched],
    now: datetime,
) -> bool:
    """Put into the outbox what the operator is to be told now; return whether that was anything.

    `press` is asked for only then: a template that is broken must not stop what is frozen already.
    """
    if store.rehearsing:
        return False
    start = _start(operator)
    known = facts.beginning(store, start)
    told = [_tell(store, press, operator, one, start, known, now) for one in watched]
    return any(told)


def say(
    store: Store,
    press: Callable[[], Press],
    operator: Subscriber,
    words: Words,
    now: datetime,
) -> None:
    """Tell the operator of something that happened and does not last: the same words never twice."""
    if store.rehearsing:
        return
    title, lines = words
    if not operator.deliver or notify(store, press(), operator, title, lines, now):
        _log(operator, [words], logging.WARNING)


def last_told(store: Store, operator: Subscriber, kind: str) -> dict[str, Told]:
    """Return what the operator was last told of each condition of that kind that is not over, by its name."""
    found = facts.beginning(store, f"{_start(operator)}{kind} ")
    read = {name: lasting.from_text(text) for name, text in found.items()}
    return {name: told for name, told in read.items() if told is not None and not told.over}


def drop(store: Store, kind: str, name: str) -> None:
    """Let nothing be remembered of one condition of that kind. Inside a transaction."""
    for start in (_TOLD, _LOGGED):
        facts.forget(store, f"{start}{kind} {name}")


def _start(operator: Subscriber) -> str:
    return _TOLD if operator.deliver else _LOGGED


def _tell(
    store: Store,
    press: Callable[[], Press],
    operator: Subscriber,
    watched: Watched,
    start: str,
    known: Mapping[str, str],
    now: datetime,
) -> bool:
    kind = f"{watched.kind} "
    before = {name[len(kind) :]: text for name, text in known.items() if name.startswith(kind)}
    memory = _Memory(store, f"{start}{kind}", before)
    zone = schedule.zone(operator.timezone)
    news = lasting.news(watched.lasting, watched.unsure, memory.told, now, zone)
    if not news:
        return False
    said = {name: memory.told[name].said for name in news.over}
    begun = watched.begun(news.begun) if news.begun else ()
    over = watched.over(said) if said else ()
    after = _after(watched, memory.told, news, now, operator)
    notices = [
        again(store, press(), operator, title, lines, now)
        for title, lines in (*begun, *over)
        if operator.deliver
    ]
    if not post(store, notices, now, lambda: memory.become(after)):
        return False
    _log(operator, begun, logging.WARNING)
    _log(operator, over, logging.INFO)
    return bool(notices)


def _after(
    watched: Watched, told: Mapping[str, Told], news: News, now: datetime, operator: Subscriber
) -> dict[str, Told | None]:
    """Return what is remembered from now on, by name; None: nothing."""
    zone = schedule.zone(operator.timezone)
    return {
        **dict.fromkeys(news.past),
        **{name: replace(told[name], over=True) for name in news.over},
        **{
            name: lasting.told_now(told.get(name), watched.lasting[name], now, zone)
            for name in news.begun
        },
    }


class _Memory:
    """What is remembered of the conditions of one kind, as it was read."""

    def __init__(self, store: Store, start: str, before: Mapping[str, str]) -> None:
        self._store = store
        self._start = start
        self._before = before
        found = {name: lasting.from_text(text) for name, text in before.items()}
        self.told = {name: one for name, one in found.items() if one is not None}

    def become(self, after: Mapping[str, Told | None]) -> bool:
        """Write what is remembered from now on, unless another process did meanwhile. Inside a transaction."""
        if facts.beginning(self._store, self._start) != self._before:
            return False
        for name, told in after.items():
            if told is None:
                facts.forget(self._store, self._start + name)
            else:
                facts.remember(self._store, self._start + name, told.to_text())
        return True


def _log(operator: Subscriber, words: Sequence[Words], level: int) -> None:
    """Log what was told; where there is nobody to tell, all of it, and as a graver matter."""
    for title, lines in words:
        if operator.deliver:
            event(log, "operator-told", level=level, title=title)
        else:
            said = " · ".join(lines)
            event(log, "nobody-to-tell", level=level + 10, title=title, said=said)
