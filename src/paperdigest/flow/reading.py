"""One source from its first document to its last: fetched, parsed and settled in one thread of its own, each
document handed over and settled before the next is asked for. What is written of it is `flow.taking`'s matter.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from contextvars import copy_context
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from paperdigest.core import source_words
from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.core.ports import Document, Parsed, RefusedDocument, Unchanged, Verdict
from paperdigest.failpoints import failpoint
from paperdigest.flow.ingest_report import FileReport, SourceReport
from paperdigest.flow.taking import Taking
from paperdigest.journal import bound
from paperdigest.store.connection import Store

log = logging.getLogger(__name__)

_Made = TypeVar("_Made")
Item = Document | RefusedDocument | Unchanged


class LeftAlone(Exception):
    """Nobody waits for this reading any more: it is to end, and to write nothing."""


class Desk(Protocol):
    """Where a reading hands work over to the thread that owns the store, and waits for what comes of it."""

    def do(self, work: Callable[[Store, datetime], _Made]) -> _Made:
        """Have it done. Raises LeftAlone; SourceError when the reading has gone on for too long."""
        ...

    def end(self, work: Callable[[Store, datetime], SourceReport]) -> None:
        """Have the last work done. Raises LeftAlone."""
        ...


class Reading:
    """Reads one source. `files` are the documents it has brought so far. `now` is when it began; a rehearsal
    settles nothing with the source."""

    def __init__(self, taking: Taking, now: datetime, desk: Desk, *, rehearsing: bool) -> None:
        self.taking = taking
        self.files: list[FileReport] = []
        self._source = taking.run.source
        self._now = now
        self._desk = desk
        self._rehearsing = rehearsing

    def run(self) -> None:
        """Read until there is no more, whatever the source does. Raises LeftAlone."""
        with bound(source=self.taking.run.name):
            self._run()

    def _run(self) -> None:
        error = self._read() or _refused_answer(self.taking.run.kind, self.files)
        files = tuple(self.files)
        if error is None:
            self._desk.end(partial(self.taking.done, files))
        else:
            self._desk.end(partial(self.taking.failed, files, error))

    def _read(self) -> SourceError | None:
        """Take everything the source brings; return what ended it before its time."""
        try:
            with closing(self._items()) as items:  # however it ends, and in this very thread
                for item in items:
                    self._take(item)
        except SourceError as error:
            return error
        except LeftAlone:
            raise
        except (
            BaseException
        ) as error:  # a source's own code may raise anything; the others are read all the same
            log.exception("source %s broke", self.taking.run.name)
            return SourceError(source_words.broke(type(error).__name__))
        return None

    def _items(self) -> Generator[Item, None, None]:
        yield from self._source.fetch(self.taking.before.bookmark, self._now)

    def _take(self, item: Item) -> None:
        match item:
            case Unchanged():
                self._desk.do(partial(self.taking.unchanged, item))
            case RefusedDocument():
                self._finish(self._refuse(item.name, item.sha256, item.reason))
            case Document():
                self._finish(self._desk.do(partial(self.taking.known, item)) or self._new(item))
            case _:
                raise SourceError(source_words.no_document(type(item).__name__))

    def _new(self, document: Document) -> FileReport:
        try:
            parsed: Parsed = self._source.parse(document)
        except RefusedInput as error:
            return self._refuse(document.name, document.sha256, str(error), len(document.data))
        return self._desk.do(partial(self.taking.accept, document, parsed))

    def _refuse(self, name: str, sha256: str, reason: str, size: int = 0) -> FileReport:
        return self._desk.do(partial(self.taking.quarantine, name, sha256, reason, size))

    def _finish(self, file: FileReport) -> None:
        """Settle with the source what is committed."""
        if not self._rehearsing:
            self._source.settle(file.path, file.status, file.reason, self._now)
            failpoint("ingest.settled")
        self.files.append(file)


def started(reading: Reading) -> threading.Thread | None:
    """Run a reading in a thread of its own; None where the machine gives no more threads, or no memory for one."""
    name = reading.taking.run.name
    thread = threading.Thread(
        target=copy_context().run,  # its log lines are bound to what ours are bound to
        args=(_until_left, reading),
        name=f"paperdigest-source-{name}",
        daemon=True,  # a source that hangs must not hold the process at its end
    )
    try:
        thread.start()
    except (RuntimeError, MemoryError):  # CPython's "can't start new thread" has no type of its own
        return None
    return thread


def _until_left(reading: Reading) -> None:
    try:
        reading.run()
    except LeftAlone:
        told = "reading of source %s ended: nobody waits for it any more"
        log.debug(told, reading.taking.run.name)


def _refused_answer(kind: str, files: list[FileReport]) -> SourceError | None:
    """Return the error for an answer that was refused: the source has failed then, whatever came before it stays.
    People drop files, and one bad file is that alone."""
    if kind == "inbox":
        return None
    refused = next((file for file in files if file.status is Verdict.QUARANTINED), None)
    return None if refused is None else SourceError(_of_address(refused))


def _of_address(refused: FileReport) -> str:
    # What is asked for may be long, and tells no more than the address itself.
    address = refused.path.partition("?")[0]
    return refused.reason if address in refused.reason else f"{address}: {refused.reason}"
