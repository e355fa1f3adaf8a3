"""What every command begins with: find the config, wire the app, open the store, know the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from paperdigest.core.errors import ScheduleError, UsageError
from paperdigest.machine import wait

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.core.subscription import Subscriber
    from paperdigest.store.connection import Store

json_option = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")


class Moment(click.ParamType[datetime]):
    """An instant: ISO 8601 with an offset."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f'"{value}" is no time · write it like 2026-11-20T08:00:00+01:00', param, ctx)
        if at.tzinfo is None:
            self.fail(f'"{value}" has no offset from UTC · write it like {value}+01:00', param, ctx)
        return at.astimezone(UTC)


class Span(click.ParamType[timedelta]):
    """A duration: 7d, "7 days"."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        from paperdigest.core.schedule import parse_duration

        if isinstance(value, timedelta):
            return value
        try:
            return parse_duration(str(value))
        except ScheduleError as error:
            self.fail(str(error), param, ctx)


now_option = click.option("--now", type=Moment(), help="Act as of then (ISO 8601 with offset).")


class _Standing:
    """A clock that stands still, but for what is waited."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def pause(self, span: timedelta) -> None:
        wait(span)  # a server's rate is kept in real time, whatever --now says
        self.now += span


@contextmanager
def opened_app(ctx: click.Context, *, now: datetime | None = None) -> Iterator[App]:
    """Yield the app of the config in force; `now` makes its clock stand still."""
    import os

    from paperdigest.app import App, collect_less
    from paperdigest.config import find_config

    collect_less()
    path = find_config(ctx.obj.config_path, os.environ)
    standing = None if now is None else _Standing(now)
    app = App.at(path) if standing is None else App.at(path, lambda: standing.now, standing.pause)
    app.time_is_given = standing is not None
    try:
        yield app
    finally:
        app.close()


@contextmanager
def opened(
    ctx: click.Context, *, write: bool, now: datetime | None = None, past: bool = False
) -> Iterator[tuple[App, Store]]:
    """Yield the app and its store. A reading command opens the database read-only. `past`: it takes any
    `now`, for it asks only what papers there were then."""
    with opened_app(ctx, now=now) as app, app.open_store(write=write) as store:
        if now is not None and not past:
            _refuse_the_past(store, now)
        yield app, store


def _refuse_the_past(store: Store, now: datetime) -> None:
    from paperdigest.store import subscribers

    newest = max(
        (lane.last_slot_at for lane in subscribers.lanes(store).values() if lane.last_slot_at),
        default=None,
    )
    if newest is not None and now < newest:
        raise UsageError(
            f"--now {now.isoformat()} is before the last digest's slot ({newest.isoformat()})"
            " · history only goes forward"
        )


def one_reader(readers: Sequence[Subscriber], name: str | None) -> Subscriber:
    """Return the subscriber of that name; without a name the only one. Raises UsageError."""
    if name is None:
        if len(readers) == 1:
            return readers[0]
        raise UsageError(f"which subscriber? there are {_listed(readers)}")
    for reader in readers:
        if reader.name == name:
            return reader
    raise UsageError(f'no subscriber "{name}" · there are {_listed(readers)}')


def _listed(readers: Sequence[Subscriber]) -> str:
    names = [reader.name for reader in readers]
    return (
        ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
        or "none"
    )
