"""Judges what is stored and who has it in hand: the service, the database, papers and sources in it. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from paperdigest.core import restoring, words
from paperdigest.core.doi_versions import first_version
from paperdigest.core.examination import Finding, Grade, advice, told, trouble
from paperdigest.core.identity import REGISTRIES, scheme_of
from paperdigest.core.room import MEGABYTE
from paperdigest.core.text import display

#: The log is written over from its start whenever it was written back: it stays as large as it ever was. One
#: file of 50 MB makes about as much.
LARGE_LOG: Final = 256 * MEGABYTE
#: So many papers are listed.
MOST_LISTED: Final = 10
_LONG_TITLE: Final = 80
#: The operator hears after as long without a backup.
LONG_WITHOUT_BACKUP: Final = timedelta(days=3)
_BY_HAND: Final = "paperdigest backup makes one now"


@dataclass(frozen=True, slots=True)
class Service:
    """Who holds the service's lock. `user` is whose process it is, "" where that cannot be told."""

    holder: str
    user: str = ""


def service(found: Service | None, us: str) -> Iterator[Finding]:
    """Judge who runs. `us` is the user of this command."""
    if found is None:
        yield Finding("service", "not running")
    elif found.user and found.user != us:
        yield trouble(
            "service",
            f"runs as {found.user} ({found.holder}), and this is {us}",
            f"use one user for both: sudo -u {found.user} paperdigest …",
        )
    else:
        yield Finding("service", f"runs: {found.holder}")


@dataclass(frozen=True, slots=True)
class Database:
    """The database as it is. Sizes in bytes. `write_ahead`: it is in WAL mode. `fault`: what SQLite's quick check said, "" for nothing wrong, None
    where it was not asked; `examined`: when the service last looked through all of it."""

    path: str
    size: int
    log: int
    schema: int
    newest_schema: int
    papers: int
    write_ahead: bool = True
    fault: str | None = None
    examined: datetime | None = None


def database(found: Database) -> Iterator[Finding]:
    """Judge the database."""
    if found.fault:
        yield trouble(
            "database",
            f"{found.path} is damaged ({words.cut(found.fault, 120)})",
            "stop the service, keep the file, restore a backup",
        )
        return
    checked = "sound" if found.fault == "" else "too large to be looked through here"
    if found.fault is None and found.examined is not None:
        checked = f"sound on {words.day_and_year(found.examined.date())}"
    yield Finding(
        "database",
        f"{found.path}: {words.count_papers(found.papers)}, {_megabytes(found.size)},"
        f" schema {found.schema}, {checked}",
    )
    if found.schema < found.newest_schema:
        said = f"its schema is {found.schema}, this version's is {found.newest_schema}"
        yield advice("database", said, "paperdigest run --once brings it up to date")
    if not found.write_ahead:
        said = "it is not in WAL mode any more, so reading and writing wait for each other"
        yield advice(
            "database", said, "stop the service, and switch it back with the sqlite3 shell"
        )
    if found.log > LARGE_LOG:
        yield advice(
            "database",
            f"its log has grown to {_megabytes(found.log)}: some command may be reading without an end",
            "end other paperdigest commands and restart the service",
        )


@dataclass(frozen=True, slots=True)
class Standstill:
    """Why nothing is sent from this database before a person has decided: another machine used it last (its name,
    and when), or it was restored from a backup of that moment and what went out since is not known."""

    elsewhere: tuple[str, datetime] | None = None
    restored_from: datetime | None = None


def standstill(found: Standstill) -> Iterator[Finding]:
    """Judge whether `run` goes on with the database, or asks first."""
    if found.elsewhere is not None:
        yield told("database", restoring.other_host(*found.elsewhere), Grade.TROUBLE)
    if found.restored_from is not None:
        yield trouble(
            "database",
            restoring.not_decided_line(found.restored_from),
            restoring.to_decide(take_over=found.elsewhere is not None),
        )


@dataclass(frozen=True, slots=True)
class Backups:
    """How it stands with backups. `last`: when the last one was made; `trouble`: why the last try failed, ""
    where it did not; `wanted`: the config asks for them."""

    last: datetime | None = None
    trouble: str = ""
    wanted: bool = True


def backups(found: Backups, now: datetime) -> Iterator[Finding]:
    """Judge the last backup."""
    shown = "none was made yet"
    if found.last is not None:
        shown = f"the last one is of {words.day_and_year(found.last.date())}"
    if found.trouble:
        yield trouble("backups", f"the last try failed ({found.trouble}); {shown}", _BY_HAND)
    elif not found.wanted:
        yield advice(
            "backups", f"[backup] keep is 0; {shown}", "set [backup] keep, or see to it otherwise"
        )
    elif found.last is None:
        yield advice("backups", shown, f"the service makes one each night; {_BY_HAND}")
    elif now - found.last > LONG_WITHOUT_BACKUP:
        yield advice("backups", shown, f"{_BY_HAND}, and look why the service made none")
    else:
        yield Finding("backups", shown)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A paper with all its ids, two of which are of one registry."""

    title: str
    ids: Sequence[str]


def papers(count: int, listed: Sequence[Contradiction]) -> Iterator[Finding]:
    """Judge papers whose ids contradict each other: `count` of all, some `listed`."""
    if not count:
        yield Finding("papers", "none has two ids of one registry")
        return
    has = "has" if count == 1 else "have"
    yield advice(
        "papers",
        f"{words.count_papers(count)} {has} two ids of one registry: a preprint and its journal version may,"
        " two works may not",
        "look with paperdigest show ID; paperdigest paper split ID parts what was merged wrongly",
    )
    for paper in listed[:MOST_LISTED]:
        title = words.cut(display(paper.title), _LONG_TITLE)
        ids = list(contradicting(paper.ids))
        yield advice(
            "papers", f"{title}: {words.names(ids)}", f"paperdigest show {shlex.quote(ids[0])}"
        )
    if count > MOST_LISTED:
        yield advice("papers", f"and {words.number(count - MOST_LISTED)} more")


def contradicting(ids: Sequence[str]) -> Iterator[str]:
    """Yield the ids that share their registry with another one, in their order; versions of one work are one."""
    works = {first_version(id_): scheme_of(id_) for id_ in ids}
    schemes = list(works.values())
    for id_ in ids:
        scheme = scheme_of(id_)
        if scheme in REGISTRIES and schemes.count(scheme) > 1:
            yield id_


def sources(gone: Sequence[tuple[str, int]], configured: int) -> Iterator[Finding]:
    """Judge sources that have records and are no longer in the config: (name, records)."""
    for name, records in gone:
        yield advice(
            "sources",
            f'"{name}" has {words.count(records, "record")} and is not in the config',
            "its papers stay; if it was only renamed, under its old name it carries on where it was",
        )
    if not gone:
        yield Finding(
            "sources", f"{words.count_sources(configured)} in the config, none has left it"
        )


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.1f} MB"
