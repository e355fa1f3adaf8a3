"""How a run begins and ends: what a person decided, whose machine it is, and whether the database is sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import click

from paperdigest.core.errors import StoreDamaged

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.startup import Soundness
    from paperdigest.store.connection import Store


@dataclass(frozen=True, slots=True)
class Decided:
    """What the options of `run` say: `decision` is "assume sent", "resend" or None."""

    decision: str | None
    take_over: bool

    def __bool__(self) -> bool:
        return self.decision is not None or self.take_over


@contextmanager
def begun(app: App, store: Store, decided: Decided) -> Iterator[None]:
    """Hold a run over the database: after one that did not end well it is checked first. Raises OtherHost,
    Undecided, StoreDamaged."""
    from paperdigest import startup

    _ready(app, store, decided)
    ended_well = startup.begin(app, store)
    if not ended_well:
        from paperdigest.store.copying import quick_check

        quick_check(app.database)
    try:
        yield
    except StoreDamaged:
        raise
    except BaseException:
        startup.end(app)  # it failed, and ended as it should: nothing was cut off
        raise
    startup.end(app)


class Attended:
    """A service's check of its database, broken off at the end, and that it ended well."""

    def __init__(self, app: App, sound: Soundness) -> None:
        self._app = app
        self.sound = sound

    def __enter__(self) -> Self:
        self.sound.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        from paperdigest import startup

        self.sound.stop()
        if not self.sound.damaged and (kind is None or not issubclass(kind, StoreDamaged)):
            startup.end(self._app)


def begin_service(app: App, store: Store, decided: Decided) -> Attended:
    """Begin a run of the service. Raises OtherHost, Undecided."""
    from paperdigest import startup

    _ready(app, store, decided)
    ended_well = startup.begin(app, store)
    return Attended(app, startup.Soundness(app.database, ended_well=ended_well))


def _ready(app: App, store: Store, decided: Decided) -> None:
    from paperdigest.startup import Decision, ready

    decision = None if decided.decision is None else Decision(decided.decision)
    told = ready(app, store, decision, take_over=decided.take_over)
    if told or decision is not None:
        click.echo(told or "nothing to decide: no restored database waits for it", err=True)
