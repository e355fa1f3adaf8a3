"""Files that go along with a digest where a reader asked for them: its papers as reference managers take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from paperdigest.core import words
from paperdigest.core.attachment import Attachment, Citations
from paperdigest.core.citing import bibtex_entries, ris_records
from paperdigest.core.paper import Paper

#: What one file holds at most, in bytes of UTF-8: about a hundred papers.
MOST_BYTES: Final = 200_000
_FOR_THE_COUNT = 200


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of file: how its papers are written and joined, and how a line begins that belongs to none of them."""

    name: str
    media_type: str
    pieces: Callable[[Iterable[Paper]], Iterator[str]]
    between: str
    remark: str


_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        Citations.BIBTEX: _Kind("papers.bib", "application/x-bibtex", bibtex_entries, "\n", "% "),
        # RIS has no comments; every reader passes over lines before the first record, where databases put this one.
        Citations.RIS: _Kind(
            "papers.ris", "application/x-research-info-systems", ris_records, "", "Provider: "
        ),
    }
)


def attachments(papers: Sequence[Paper], kinds: Iterable[str]) -> tuple[Attachment, ...]:
    """Return a file of each kind (`Citations`), none without papers. What would make a file larger than `MOST_BYTES` is left out,
    and the file says in its first line how many papers that are."""
    if not papers:
        return ()
    return tuple(_made(_KINDS[kind], papers) for kind in kinds)


def _made(kind: _Kind, papers: Sequence[Paper]) -> Attachment:
    kept: list[str] = []
    room = MOST_BYTES - _FOR_THE_COUNT
    for piece in kind.pieces(papers):
        taken = len(piece.encode(errors="replace")) + len(kind.between)
        if taken <= room:  # a smaller one may still find some
            kept.append(piece)
            room -= taken
    left = len(papers) - len(kept)
    text = kind.between.join([*([_remark(kind, left)] if left else []), *kept])
    return Attachment(kind.name, kind.media_type, text)


def _remark(kind: _Kind, left: int) -> str:
    more = words.count(left, "more paper")
    return f"{kind.remark}paperdigest, {more} of this digest found no room in this file\n"
