"""What the operator is told, and when it is looked at: wires the conditions of `flow` to one configuration.
Each condition is told once, again each day while it lasts, and when it is over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from paperdigest.core import notices
from paperdigest.core.clock import Jump
from paperdigest.core.errors import LockHeld, StoreError
from paperdigest.core.ports import Verdict
from paperdigest.core.reload_words import TEMPLATES
from paperdigest.core.subscription import OPERATOR, Subscriber

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.config import Settings
    from paperdigest.flow.compose import ComposeReport
    from paperdigest.flow.ingest_report import IngestReport
    from paperdigest.store.connection import Store


def operator(settings: Settings) -> Subscriber:
    """Return whoever runs this, as a reader of notices: with one subscriber and no operator named, that is the
    subscriber."""
    readers = settings.subscribers
    alone = readers[0].deliver if len(readers) == 1 else ()
    return Subscriber(
        OPERATOR,
        deliver=settings.operator or alone,
        timezone=settings.timezone,
        shared=True,
    )


def tell_of_broken(app: App, store: Store, now: datetime) -> None:
    """Tell the readers whose files cannot be used, and the operator: once for the same mistakes."""
    from paperdigest.flow.notice import notify

    lasting = {reader.name: reader for reader in app.readers(store)}
    for broken in app.settings.broken:
        problems = [str(problem) for problem in broken.problems]
        reader = lasting.get(broken.name)
        if reader is not None:
            title, lines = notices.broken_subscription(problems)
            notify(store, app.press, reader, title, lines, now)
        if app.settings.operator:
            title, lines = notices.broken_file(broken.name, problems)
            notify(store, app.press, app.operator(), title, lines, now)


def tell_of_reading(app: App, store: Store, report: IngestReport, now: datetime) -> None:
    """Tell the operator of files that went to quarantine, and of sources that fail or are silent."""
    from paperdigest.flow.lasting import say, tell
    from paperdigest.flow.watch import sources

    inboxes = {one.name for one in app.settings.sources if one.kind == "inbox"}
    refused = [  # a network's answer is no file: `sources` tells of its source
        f"{file.path}: {file.reason}"
        for done in report.sources
        if done.name in inboxes
        for file in done.files
        if file.status is Verdict.QUARANTINED
    ]
    whom = app.operator()
    if refused:
        say(store, lambda: app.press, whom, notices.refused_files(refused), now)
    watched = sources(store, app.views, now, whom.timezone)
    tell(store, lambda: app.press, whom, [watched], now)


def tell_of_composing(app: App, store: Store, report: ComposeReport, now: datetime) -> None:
    """Tell the operator of readers whose digests cannot be made, or not by the user's own templates. For a report of
    all that was due."""
    from paperdigest.flow.failing import note, unmade
    from paperdigest.flow.lasting import tell
    from paperdigest.flow.template_faults import replaced

    def readers() -> set[str]:
        return {reader.name for reader in app.readers(store)}

    whom = app.operator()
    watched = [
        unmade(note(store, report.failed), readers, now, whom.timezone),
        replaced(store, app.press.mark, readers, now, whom),
    ]
    try:
        tell(store, lambda: app.press, whom, watched, now)
    except (StoreError, LockHeld):
        raise
    except Exception:  # noqa: BLE001 - what hinders the digest may hinder the word on it: the log has it
        tell(store, lambda: app.press, replace(whom, deliver=()), watched, now)


def tell_of_templates(app: App, store: Store, now: datetime) -> None:
    """Tell the operator of templates of the user's that cannot be used, where no service keeps an eye on them."""
    from paperdigest.flow import reloaded

    problems = app.wrong_templates
    wrong = {TEMPLATES: problems} if problems else {}
    reloaded.tell(store, lambda: app.press, app.operator(), wrong, now)


def tell_of_delivering(app: App, store: Store, now: datetime) -> bool:
    """Tell the operator what else lasts and needs a person; return whether there was anything to tell."""
    from paperdigest.flow import backups, bounces
    from paperdigest.flow.clock import clock_behind
    from paperdigest.flow.held import held
    from paperdigest.flow.lasting import tell
    from paperdigest.flow.room import disk_low
    from paperdigest.flow.ways import ways_out

    whom = app.operator()
    watched = [
        ways_out(store, whom, now),
        bounces.paused(store, now, whom.timezone),
        held(store, now, whom.timezone),
        disk_low(app.disk(), now, whom.timezone),
        backups.late(store, app.settings.backup.keep, now, whom.timezone),
        *(() if app.time_is_given else (clock_behind(store, now, whom.timezone),)),
    ]
    return tell(store, lambda: app.press, whom, watched, now)


def tell_of_jump(app: App, store: Store, jump: Jump, now: datetime) -> None:
    """Tell the operator, with both times, that the clock of this process jumped."""
    from paperdigest.flow import clock

    clock.tell_of_jump(store, lambda: app.press, app.operator(), jump, now)
