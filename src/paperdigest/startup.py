"""Before anything is sent: which machine this is, whether the last run ended well, whether the database is sound,
and what a person decides after a restore. Wires `flow` and `store` to one configuration.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from paperdigest import machine
from paperdigest.core import restoring
from paperdigest.core.errors import LockHeld, PaperdigestError, StoreDamaged, StoreError, StoreFull
from paperdigest.core.ports import ReadsBack
from paperdigest.logs import event

if TYPE_CHECKING:
    from pathlib import Path

    from paperdigest.app import App
    from paperdigest.flow.restored import Restored
    from paperdigest.store.connection import Store

log = logging.getLogger(__name__)

#: Seconds that a check is waited for that was told to stop.
_PATIENCE = 5.0
#: Seconds after which somebody who waits for the check looks whether to stop.
_STEP = 0.1


class Decision(StrEnum):
    """What a person says of the messages that may have gone out between a backup and its restore."""

    ASSUME_SENT = "assume sent"
    RESEND = "resend"


def ready(
    app: App, store: Store, decision: Decision | None = None, *, take_over: bool = False
) -> str:
    """See that this machine may send from this database; return what was decided about a restored one, "" where
    nothing waited for it. Raises OtherHost, Undecided."""
    from paperdigest.flow import host, restored

    here = host.Host(machine.host_id(), machine.host_name())
    host.claim(store, here, app.clock(), take_over=take_over)
    found = restored.restored(store)
    if found is None:
        return ""
    if decision is None:
        restored.must_be_decided(store)
    if decision is Decision.RESEND:
        count = restored.send_again(store, lambda name: _reads_back(app, name), app.clock())
        return restoring.sent_again(count)
    return _count_as_sent(app, store, found)


def begin(app: App, store: Store) -> bool:
    """Note that a run begins; return whether the one before ended well."""
    from paperdigest.flow import host

    try:
        return host.begin(store, app.process)
    except StoreFull as full:  # what waits may still go out, and the operator hears of the disk
        event(log, "start-not-noted", level=logging.WARNING, error=str(full))
        return False


def end(app: App) -> None:
    """Note that a run ended well. Where that cannot be written the database is examined at the next start: no
    harm, and not worth an error."""
    from paperdigest.flow import host

    with suppress(StoreError, LockHeld), app.open_store() as store:
        host.end(store)


def _count_as_sent(app: App, store: Store, found: Restored) -> str:
    """What went out since the backup is found and composed anew, as it was then, and taken as sent. Killed
    anywhere, all of it is done again: until the last step nothing is decided."""
    from paperdigest.flow import restored
    from paperdigest.store import runs

    now = app.clock()
    report = app.ingest(store, now, every=True)
    # Whoever is held just now may have been served before: for them, too, it went out.
    composed = app.compose(store, now, regardless=True)
    if composed.failed:
        name, reason = composed.failed[0]
        raise StoreError(f"{reason} · {restoring.not_decided(name)}")
    if composed.held is not None:  # so much at once is no wonder: it is all since the backup
        with store.transaction():
            runs.release(store, composed.held.id, now)
    count = restored.count_as_sent(store, found.at, now)
    unread = [one.name for one in report.sources if one.status.value == "failed"]
    return restoring.counted_as_sent(count, unread)


def _reads_back(app: App, name: str) -> bool:
    try:
        return isinstance(app.channel(name), ReadsBack)
    except PaperdigestError:
        return False


class Soundness:
    """The quick check of a start, in the background, from `start` to `stop`. After a run that did not end well
    nothing is sent before it is done."""

    def __init__(self, database: Path, *, ended_well: bool) -> None:
        self._database = database
        self._ended_well = ended_well
        self._stopping = threading.Event()
        self._done = threading.Event()
        self._damage: StoreDamaged | None = None
        self._thread = threading.Thread(target=self._check, name="paperdigest-check", daemon=True)

    def start(self) -> None:
        """Begin to check."""
        if not self._ended_well:
            event(log, "unclean-stop", level=logging.WARNING, checking=self._database)
        self._thread.start()

    def stop(self) -> None:
        """Break the check off."""
        self._stopping.set()
        self._thread.join(_PATIENCE)

    def join(self) -> None:
        """Wait for the check to be done."""
        self._thread.join()

    @property
    def damaged(self) -> bool:
        """Say whether damage was found."""
        return self._damage is not None

    def lets_send(self, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait until messages may go out; False once `stop` says so. Raises StoreDamaged where damage was found."""
        while not (self._ended_well or self._done.wait(_STEP)):
            if stop():
                return False
        if self._damage is not None:
            raise self._damage
        return True

    def _check(self) -> None:
        from paperdigest.store.copying import Stopped, quick_check

        try:
            quick_check(self._database, self._stopping.is_set)
        except StoreDamaged as damage:
            self._damage = damage
            event(log, "database-damaged", level=logging.ERROR, error=str(damage))
        except Stopped:
            return
        except PaperdigestError as error:
            # What cannot be checked now is no damage; each round says itself what it meets.
            event(log, "not-checked", level=logging.WARNING, error=str(error))
        except Exception as error:  # noqa: BLE001 - nor is a fault of ours
            event(log, "not-checked", level=logging.ERROR, error=type(error).__name__)
        self._done.set()
