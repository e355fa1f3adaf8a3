"""`paperdigest run`: the service, or with --once what is due."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from paperdigest.alerts import tell_of_composing, tell_of_templates
from paperdigest.care import look_after
from paperdigest.cli import own_templates
from paperdigest.cli.answers import say, table
from paperdigest.cli.beginning import Decided, begin_service, begun
from paperdigest.cli.breaking_off import ends_in_order, message_in_hand
from paperdigest.cli.ingest import print_report
from paperdigest.cli.progress import progress_bar
from paperdigest.cli.session import json_option, now_option, opened, opened_app
from paperdigest.core import words
from paperdigest.core.errors import LockHeld, UsageError
from paperdigest.core.schedule import slot_in_words

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.core.subscription import Subscriber
    from paperdigest.flow.compose import ComposeReport
    from paperdigest.flow.post import DeliverReport
    from paperdigest.store.connection import Store

#: Seconds for which the lock is waited for: `status` and `doctor` hold it for a moment when they look who has it.
_LOOK = 0.2


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
@now_option
@click.option(
    "--dry-run", is_flag=True, help="Show what would happen; write, move and send nothing."
)
@click.option("--all", "every", is_flag=True, help="With --once: read every source, due or not.")
@click.option(
    "--assume-sent",
    "decision",
    flag_value="assume sent",
    help="After a restore: what may have gone out since the backup counts as sent.",
)
@click.option(
    "--resend",
    "decision",
    flag_value="resend",
    help="After a restore: what may have gone out since the backup may go out once more.",
)
@click.option("--take-over", is_flag=True, help="The machine that ran this before has stopped.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    once: bool,
    now: datetime | None,
    dry_run: bool,
    every: bool,
    decision: str | None,
    take_over: bool,
    as_json: bool,
) -> int:
    """Run as a service until SIGTERM; with --once, do what is due and end.

    A second one beside a running service ends with 5 and names its holder.
    """
    decided = Decided(decision, take_over)
    if dry_run and decided:
        raise UsageError("--dry-run decides nothing: leave the other option out")
    if not once:
        if now is not None or dry_run or every:
            raise UsageError("--now, --dry-run and --all go with --once")
        return _serve(ctx, decided)
    from paperdigest import logs

    with ends_in_order(), opened(ctx, write=True, now=now) as (app, store), _alone(app):
        logs.setup(logging.getLogger().level, json=app.settings.log.format == "json")
        if dry_run:
            return _once(app, store, dry_run=True, every=every, as_json=as_json)
        with begun(app, store, decided), logs.bound(run="once"):
            code = _once(app, store, dry_run=False, every=every, as_json=as_json)
    if not code:
        _ping(app)
    return code


def _serve(ctx: click.Context, decided: Decided) -> int:
    from paperdigest import logs
    from paperdigest.health.attendant import Attendant
    from paperdigest.health.ping import Pinger
    from paperdigest.health.sign import Sign
    from paperdigest.machine import share_memory
    from paperdigest.rounds import AppRounds
    from paperdigest.service import EVERY, Service
    from paperdigest.wiring import ping_address

    share_memory()
    with opened_app(ctx) as app:
        logs.setup("INFO", json=app.settings.log.format == "json")
        app.settings.storage.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(app):
            with app.open_store() as store:  # one that cannot be used ends the service here
                attended = begin_service(app, store, decided)
            attendant = Attendant(EVERY, sign=Sign(app.settings.storage, app.clock))
            made = AppRounds(app, sound=attended.sound, attendant=attendant)
            with closing(made) as rounds, attended:
                attendant.pinger = Pinger(lambda: ping_address(rounds.app.settings))
                return Service(rounds, app.clock, attendant=attendant).run()


@contextmanager
def _alone(app: App) -> Iterator[None]:
    """Be the only one that runs over this database. Raises LockHeld."""
    from paperdigest.health.sign import Sign
    from paperdigest.store.locks import SERVICE_LOCK, FileLock

    with FileLock(app.settings.storage / SERVICE_LOCK).holding(_LOOK):
        Sign(app.settings.storage, app.clock).remove()  # of one that was killed
        yield


def _ping(app: App) -> None:
    """Tell whoever watches that all went well."""
    from paperdigest.health.ping import Pinger
    from paperdigest.wiring import ping_address

    if app.settings.health.ping is not None:
        Pinger(lambda: ping_address(app.settings)).ping()


def _once(app: App, store: Store, *, dry_run: bool, every: bool, as_json: bool) -> int:
    now = app.clock()
    if dry_run:
        with store.rehearsal():
            ingested = app.ingest(store, now, every=every, inboxes=True)
            composed = app.compose(store, now)
            standing = _standing(app, store, now)
        delivered, note = None, "dry run: nothing was written, moved or sent"
    else:
        try:
            with progress_bar() as progress:
                ingested = app.ingest(store, now, every=every, inboxes=True, progress=progress)
            composed = app.compose(store, now)
            tell_of_composing(app, store, composed, now)
            tell_of_templates(app, store, now)
        except Exception:
            # What is frozen already goes out even where the rest breaks off: a template, or a disk nearly full.
            _deliver(app, store)
            raise
        delivered, note = _deliver(app, store)
        standing = _standing(app, store, now)
    if as_json:
        say(
            _json(ingested.to_json(), composed, delivered, standing)
            | own_templates.as_json(app, composed)
        )
    else:
        print_report(ingested)
        _print(composed, delivered, standing, note)
    if not dry_run:
        with suppress(LockHeld):
            app.prune(store, now)
            look_after(app, store, now)
            app.take_into_index(store)
    for broken in app.settings.broken:
        click.echo(f"set aside: {'; '.join(map(str, broken.problems))}", err=True)
    own_templates.print_wrong(app)
    troubled = bool(composed.failed) or composed.held is not None or bool(app.settings.broken)
    troubled = troubled or own_templates.fail(app, composed)
    troubled = troubled or (delivered is not None and bool(delivered.troubles))
    return 4 if troubled or ingested.partly_failed else 0


def _deliver(app: App, store: Store) -> tuple[DeliverReport | None, str]:
    from paperdigest.app import DeliversElsewhere

    try:
        with message_in_hand() as stop:
            return app.deliver(store, stop), ""
    except DeliversElsewhere as held:
        return None, f"not delivered by this command: {held}"


def _standing(app: App, store: Store, now: datetime) -> list[tuple[Subscriber, str, str, int]]:
    """Return (subscriber, next slot, why not, waiting) for everyone."""
    from paperdigest.flow.due import standings
    from paperdigest.flow.waiting import waiting

    readers = app.readers(store)
    counts = waiting(store, readers, now)
    return [
        (
            found.subscriber,
            "" if found.next_slot is None else found.next_slot.name,
            found.why_not,
            counts.get(found.subscriber.name, 0),
        )
        for found in standings(store, readers, now)
    ]


def _json(
    ingested: dict[str, Any],
    composed: ComposeReport,
    delivered: DeliverReport | None,
    standing: Sequence[tuple[Subscriber, str, str, int]],
) -> dict[str, Any]:
    states = {} if delivered is None else delivered.states
    return {
        "ingest": ingested,
        "digests": [
            {
                "subscriber": done.subscriber,
                "slot": done.slot,
                "kind": done.kind,
                "papers": done.papers,
                "deliveries": list(done.deliveries),
            }
            for done in composed.digests
        ],
        "deliveries": {
            state: states.get(state, 0)
            for state in ("sent", "retry", "failed", "unknown", "held", "dropped")
        },
        "next": [
            {"subscriber": reader.name, "slot": slot, "waiting": count, "why_not": why_not}
            for reader, slot, why_not, count in standing
        ],
        "failed": [{"subscriber": name, "reason": reason} for name, reason in composed.failed],
        "held": None if composed.held is None else composed.held.id,
    }


def _print(
    composed: ComposeReport,
    delivered: DeliverReport | None,
    standing: Sequence[tuple[Subscriber, str, str, int]],
    note: str,
) -> None:
    rows = [
        (
            done.subscriber,
            words.count_papers(done.papers) if done.kind != "empty" else "nothing matched",
            done.slot,
        )
        for done in composed.digests
    ]
    table([(name, what, f"· digest of {slot}") for name, what, slot in rows])
    for name, reason in composed.failed:
        click.echo(f"{name}  not composed: {reason}")
    own_templates.print_failing(composed)
    if composed.held is not None:
        from paperdigest.flow.brake import line

        click.echo(line(composed.held))
    if delivered is not None and delivered.states:
        click.echo(
            "deliveries: "
            + ", ".join(f"{count} {state}" for state, count in delivered.states.items())
        )
        for row, state, error in delivered.troubles:
            click.echo(f"  {row.subscriber} {row.target}: {state}: {error}")
    served = {done.subscriber for done in composed.digests}
    for reader, slot, why_not, count in standing:
        click.echo(_line(reader, slot, why_not, count, served=reader.name in served))
    if note:
        click.echo(note)


def _line(reader: Subscriber, slot: str, why_not: str, count: int, *, served: bool) -> str:
    """Return "ada  nothing due · 3 waiting · next Mon 23 Nov 08:00 Europe/Berlin · now: paperdigest send ada"."""
    when = f"next {slot_in_words(slot)}" if slot else "at once"
    if served and not why_not and not count:
        return f"{reader.name}  {when}"
    if why_not:
        return f"{reader.name}  {why_not}"
    parts = [f"{reader.name}  nothing due", f"{count:,} waiting", when]
    if count:
        parts.append(f"now: paperdigest send {reader.name}")
    return " · ".join(parts)
