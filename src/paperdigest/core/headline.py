"""What stands largest on a page. A subject names the topics, too; there they have a line of their own, with numbers."""

from __future__ import annotations

from paperdigest.core import words
from paperdigest.core.digest import Digest

_MOST = 8
_ROOM = 200  # letters of all names


def headline(digest: Digest) -> str:
    """Return `27 new papers` of a digest that names its topics in `topics_line`; of every other its title."""
    if not topics_line(digest):
        return digest.title
    return words.new_and_waited(digest.papers - digest.waited, digest.waited)


def topics_line(digest: Digest) -> tuple[tuple[str, int], ...]:
    """Return (name, its papers) of each topic of a digest, where there are two to eight and their names fit a few lines."""
    if digest.kind != "digest" or digest.group == "day" or digest.condensed:
        return ()
    counts = [
        (part.name, len(part.full) + len(part.listed) + len(part.counted))
        for part in digest.sections
    ]
    named = tuple((name, papers) for name, papers in counts if papers)
    return named if 1 < len(named) <= _MOST and _width(named) <= _ROOM else ()


def _width(named: tuple[tuple[str, int], ...]) -> int:
    return sum(len(name) for name, _ in named)
