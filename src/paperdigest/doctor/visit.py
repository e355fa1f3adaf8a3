"""One visit: every examination in its order, each caught alone, so that what is wrong with one thing hides nothing
of another. Decides nothing: what is read goes to the judgement of the same name in `core`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC
from types import MappingProxyType
from typing import Final

from paperdigest.config import Settings
from paperdigest.core import (
    examine_clock,
    examine_history,
    examine_limits,
    examine_network,
    examine_permissions,
    examine_places,
    examine_software,
    examine_zones,
    words,
)
from paperdigest.core.errors import PaperdigestError, SourceError, StoreError
from paperdigest.core.examination import (
    OVER_THE_NETWORK,
    Finding,
    Grade,
    advice,
    told,
    trouble,
)
from paperdigest.doctor.installation import Installation
from paperdigest.doctor.look import Look
from paperdigest.store.connection import NoHistory

Examiner = Callable[[Installation, Look], Iterator[Finding]]

_MOST_PROBLEMS = 20


def visit(found: Installation, look: Look, *, network: bool) -> Iterator[Finding]:
    """Yield what every examination finds, in the order of `EXAMINATIONS`; those that ask others only with
    `network`. Raises nothing because of what is examined."""
    for name, examine in EXAMINERS.items():
        if network or name not in OVER_THE_NETWORK:
            yield from _alone(name, examine, found, look)


def _alone(name: str, examine: Examiner, found: Installation, look: Look) -> Iterator[Finding]:
    try:
        yield from examine(found, look)
    except PaperdigestError as error:
        yield told(name, str(error), Grade.TROUBLE)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next examination has its turn
        # Not the words of an error that is not ours: nobody has looked whether they hold a secret.
        why = error.strerror if isinstance(error, OSError) and error.strerror else ""
        yield advice(name, f"could not be examined ({why or type(error).__name__})")


def _config(found: Installation, look: Look) -> Iterator[Finding]:
    for problem in found.problems[:_MOST_PROBLEMS]:
        yield told("config", str(problem), Grade.TROUBLE)
    more = len(found.problems) - _MOST_PROBLEMS
    if more > 0:
        yield trouble("config", f"and {words.count(more, 'more mistake')}", "paperdigest check")
    settings = found.settings
    if settings is not None and not found.problems:
        sources = words.count_sources(len(settings.sources))
        readers = words.count(len(settings.subscribers), "subscriber")
        yield Finding("config", f"{settings.path}: {sources}, {readers}")


def _storage(found: Installation, look: Look) -> Iterator[Finding]:
    if found.storage is not None:
        yield from examine_places.storage(str(found.storage), look.mount(found.storage))


def _disk(found: Installation, look: Look) -> Iterator[Finding]:
    if found.storage is not None:
        yield from examine_places.disk(look.disk(found.storage))


def _permissions(found: Installation, look: Look) -> Iterator[Finding]:
    if found.settings is not None:
        yield from examine_permissions.permissions(look.places(found.settings))


def _clock(found: Installation, look: Look) -> Iterator[Finding]:
    newest = None
    with suppress(StoreError):  # the database has its own line
        newest = look.newest(found)
    yield from examine_clock.clock(look.now(), newest, kept_right=look.kept_right())


def _time_zones(found: Installation, look: Look) -> Iterator[Finding]:
    now = look.now()
    zones = look.zones(_zones(found.settings) if found.settings else (), now)
    yield from examine_zones.time_zones(zones, now.astimezone(UTC).date())


def _zones(settings: Settings) -> Iterator[str]:
    yield settings.timezone
    for subscriber in settings.subscribers:
        yield subscriber.timezone


def _service(found: Installation, look: Look) -> Iterator[Finding]:
    if found.storage is not None:
        yield from examine_history.service(look.service(found), found.user)


def _database(found: Installation, look: Look) -> Iterator[Finding]:
    if found.storage is None:
        return
    try:
        database = look.database(found)
        yield from examine_history.database(database)
        if not database.fault:  # of a damaged one there is nothing more to ask
            yield from examine_history.standstill(look.standstill(found))
    except NoHistory as error:
        yield told("database", str(error), Grade.OK)


def _backups(found: Installation, look: Look) -> Iterator[Finding]:
    try:
        yield from examine_history.backups(look.backups(found), look.now())
    except NoHistory:
        yield Finding("backups", "nothing to back up yet")
    except StoreError:  # the database has its own line
        return


def _papers(found: Installation, look: Look) -> Iterator[Finding]:
    try:
        yield from examine_history.papers(*look.contradictions(found))
    except NoHistory:
        yield Finding("papers", "none yet")
    except StoreError:
        return


def _sources(found: Installation, look: Look) -> Iterator[Finding]:
    if found.settings is None:
        return
    gone = []
    with suppress(StoreError):
        gone = [*look.sources_gone(found)]
    yield from examine_history.sources(gone, len(found.settings.sources))


def _channels(found: Installation, look: Look) -> Iterator[Finding]:
    if found.settings is not None:
        yield from look.channels(found.settings)


def _feeds(found: Installation, look: Look) -> Iterator[Finding]:
    if found.settings is not None:
        yield from look.feeds(found.settings)


def _server_time(found: Installation, look: Look) -> Iterator[Finding]:
    if found.settings is None:
        return
    try:
        server, there = look.server(found.settings)
    except SourceError as error:  # whether it answers is for the feeds to say
        yield Finding("server-time", f"nobody told the time ({error})")
        return
    if there is not None:
        yield from examine_clock.server_time(look.now(), there, server)
    else:
        said = f"{server} does not tell the time" if server else "no server to compare with"
        yield Finding("server-time", said)


def _page(found: Installation, look: Look) -> Iterator[Finding]:
    if found.settings is None:
        return
    runs = False
    with suppress(OSError):
        runs = look.service(found) is not None
    yield from examine_network.page(look.page(found.settings), runs)


#: By name, as in `EXAMINATIONS`.
EXAMINERS: Final[Mapping[str, Examiner]] = MappingProxyType(
    {
        "python": lambda _, look: examine_software.python(look.python()),
        "libraries": lambda _, look: examine_software.libraries(look.libraries()),
        "sqlite": lambda _, look: examine_software.sqlite(look.sqlite(), has_fts5=look.fts5()),
        "expat": lambda _, look: examine_software.expat(look.expat()),
        "encoding": lambda _, look: examine_software.encoding(look.output(), look.file_names()),
        "config": _config,
        "storage": _storage,
        "disk": _disk,
        "permissions": _permissions,
        "memory": lambda _, look: examine_limits.memory(look.memory()),
        "open-files": lambda _, look: examine_limits.open_files(look.files()),
        "clock": _clock,
        "time-zones": _time_zones,
        "proxies": lambda _, look: examine_limits.proxies(look.proxies()),
        "service": _service,
        "database": _database,
        "backups": _backups,
        "papers": _papers,
        "sources": _sources,
        "channels": _channels,
        "feeds": _feeds,
        "server-time": _server_time,
        "page": _page,
    }
)
