"""Judges what the system lets a process have: memory, open files, and which proxies it names. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from paperdigest.core import words
from paperdigest.core.examination import Finding, advice
from paperdigest.core.room import MEGABYTE

#: A file of 50 MB is read in 150 MB; the database's cache and the search index come to it.
ENOUGH_MEMORY: Final = 256 * MEGABYTE
#: The unsubscribe page may hold a hundred connections.
ENOUGH_FILES: Final = 256
_PROXY_KINDS: Final = ("http://", "https://")


def memory(limit: int | None) -> Iterator[Finding]:
    """Judge the most memory we may have, in bytes; None for no limit."""
    if limit is None:
        yield Finding("memory", "no limit")
    elif limit < ENOUGH_MEMORY:
        yield advice(
            "memory",
            f"{limit // MEGABYTE:,} MB are allowed, so a large file may end the process",
            f"allow {ENOUGH_MEMORY // MEGABYTE} MB or more: MemoryMax= in the unit, --memory of the container",
        )
    else:
        yield Finding("memory", f"{limit // MEGABYTE:,} MB are allowed")


def open_files(limit: int | None) -> Iterator[Finding]:
    """Judge how many files may be open at once; None for no limit."""
    if limit is not None and limit < ENOUGH_FILES:
        yield advice(
            "open-files",
            f"{words.count(limit, 'file')} at once are allowed",
            "allow more: ulimit -n 1024, or LimitNOFILE=1024 in the unit",
        )
        return
    said = "no limit" if limit is None else f"{words.count(limit, 'file')} at once are allowed"
    yield Finding("open-files", said)


def proxies(named: Mapping[str, str]) -> Iterator[Finding]:
    """Judge the proxies of the environment, by scheme; their addresses hold no passwords any more."""
    if not named:
        yield Finding("proxies", "none")
        return
    for scheme, address in sorted(named.items()):
        where = (
            f"{'all' if scheme == 'all' else scheme} requests go through {address}, mail does not"
        )
        if address.startswith(_PROXY_KINDS):
            yield Finding("proxies", where)
        else:
            yield advice(
                "proxies",
                f"{where}; only http and https proxies can be used",
                f"change {scheme}_proxy",
            )
