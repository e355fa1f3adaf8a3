"""Digests that a user's own templates could not make: whose they were, when and why. The mistake lies in the templates
and not in a digest, so it is remembered until they are others and have made a digest of that reader's. The operator is
told; the digests themselves went out, made by the shipped ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from paperdigest.core import schedule, template_words
from paperdigest.core.lasting import Told, is_news
from paperdigest.core.notices import Words
from paperdigest.core.subscription import Subscriber
from paperdigest.flow import lasting
from paperdigest.flow.lasting import Watched
from paperdigest.store import facts
from paperdigest.store.connection import Store

_START = "template fails "
_KIND = "template"
#: Stands between the mark, the time and the reason.
_END = " "


@dataclass(frozen=True, slots=True)
class _Fault:
    """A mark of templates that failed, when (aware UTC; None: long ago) and why; "" where others are at work since."""

    mark: str
    at: datetime | None
    reason: str

    def to_text(self) -> str:
        """Return it as it is remembered."""
        if not self.reason or self.at is None:
            return f"{self.mark}{_END}{self.reason}" if self.reason else self.mark
        return _END.join((self.mark, self.at.astimezone(UTC).isoformat(), self.reason))


def faults(store: Store) -> dict[str, str]:
    """Return why the user's templates, as they still are, could not make a digest, by the readers' names."""
    return {name: fault.reason for name, fault in _known(store).items() if fault.reason}


def note(store: Store, made: Iterable[tuple[str, str]], mark: str | None, now: datetime) -> None:
    """Remember what became of the digests that are written, (reader, fault or ""), by the templates of that `mark`;
    None: those of the user's cannot be used, and what the shipped ones make says nothing of them. Inside their
    transaction."""
    if store.rehearsing:
        return
    found: dict[str, str] = {}
    for name, reason in made:  # a reader may have several digests
        found[name] = found.get(name) or reason
    known = _known(store)
    for name, reason in found.items():
        if reason:
            facts.remember(store, _START + name, _Fault(mark or "", now, reason).to_text())
        elif name in known and mark not in (None, known[name].mark):
            facts.forget(store, _START + name)


def drop(store: Store, name: str) -> None:
    """Let nothing be remembered of one reader's. Inside a transaction."""
    facts.forget(store, _START + name)
    lasting.drop(store, _KIND, name)


def replaced(
    store: Store,
    mark: str | None,
    readers: Callable[[], Collection[str]],
    now: datetime,
    operator: Subscriber,
) -> Watched:
    """Return what is remembered as conditions: those of which the operator is to hear. While the templates of `mark`
    stay as they are, and make the digests that follow, nothing is over and nothing more to be said; with others nobody
    knows before the next digest. `readers` gives the names of those who still want digests."""
    _let_fade(store, mark, readers)
    known = _known(store)
    zone = schedule.zone(operator.timezone)
    local = now.astimezone(zone)
    told = lasting.last_told(store, operator, _KIND)
    last = {
        name: fault.reason
        for name, fault in known.items()
        if fault.reason and fault.mark == mark and _is_news(fault, told.get(name), local)
    }

    def begun(names: Sequence[str]) -> Sequence[Words]:
        return [template_words.replaced({name: last[name] for name in names}, local)]

    def over(told: Mapping[str, str]) -> Sequence[Words]:
        names = sorted(told.keys() & set(readers()))
        return [template_words.at_work_again(names, local)] if names else []

    return Watched(_KIND, last, begun, over, unsure=known.keys() - last.keys())


def _is_news(fault: _Fault, told: Told | None, local: datetime) -> bool:
    """Say whether a fault is to be told: for the first time, for another reason, or found again on a later day."""
    if told is None or told.said != fault.reason:
        return True
    zone = local.tzinfo or UTC
    return fault.at is not None and is_news(fault.at, told.at, local, zone)


def _known(store: Store) -> dict[str, _Fault]:
    """Return the faults by the readers' names."""
    found = facts.beginning(store, _START)
    return {name: _parted(text) for name, text in found.items()}


def _parted(text: str) -> _Fault:
    mark, _, rest = text.partition(_END)
    at, _, reason = rest.partition(_END)
    try:
        return _Fault(mark, datetime.fromisoformat(at).astimezone(UTC), reason)
    except ValueError:  # as it was remembered without a time
        return _Fault(mark, None, rest)


def _let_fade(store: Store, mark: str | None, readers: Callable[[], Collection[str]]) -> None:
    """Forget the reasons that lie in other templates, and all of readers who left."""
    known = _known(store)
    if not known or store.rehearsing:
        return
    here = set(readers())
    gone = known.keys() - here
    others = [
        name for name, fault in known.items() if fault.reason and mark not in (None, fault.mark)
    ]
    if gone or others:
        with store.transaction():
            for name in others:
                faded = replace(known[name], reason="")
                facts.remember(store, _START + name, faded.to_text())
            for name in gone:
                facts.forget(store, _START + name)
