"""Records of tagged lines, as RIS and MEDLINE have them: a tag, a dash, a value that may run over lines.

Where a record begins and ends is its format's to say; here is what one holds, and what becomes of the last
one of a file that was cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed, Rejected
from paperdigest.sources.budget import check_budget


@dataclass(slots=True)
class Record:
    """The fields of one record in its order; a value keeps its line ends. `place` is its first line, from 1.

    `ended` says that its end was seen.
    """

    place: int
    ended: bool = False
    fields: list[tuple[str, list[str]]] = field(default_factory=list)

    def add(self, tag: str, value: str) -> None:
        """Begin a field."""
        self.fields.append((tag, [value]))

    def go_on(self, line: str) -> None:
        """Add a line to the last field."""
        if self.fields:
            self.fields[-1][1].append(line.strip())

    def values(self, *tags: str) -> Iterator[str]:
        """Yield what stands under any of the tags, in the record's order."""
        return (value for _, value in self.pairs(*tags))

    def pairs(self, *tags: str) -> Iterator[tuple[str, str]]:
        """Yield (tag, value) of the fields with any of the tags, in the record's order."""
        return ((tag, "\n".join(lines).strip()) for tag, lines in self.fields if tag in tags)

    def first(self, *tags: str) -> str:
        """Return the first value that is not empty of the tag named first, else of the next one."""
        return next((value for tag in tags for value in self.values(tag) if value), "")


def parsed(name: str, records: Iterable[Record], read: Callable[[Record], Paper]) -> Parsed:
    """Return what each record says by `read`. Raises RefusedInput past the budget of bad records.

    A record without its end loses its last field, which may be cut, and is partial.
    """
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    for record in records:
        if not record.ended and record.fields:
            record.fields.pop()
        paper = read(record)
        if paper.title:
            papers.append(paper if record.ended else replace(paper, partial=True))
        else:
            cut = "cut off: the last record ends in its middle"
            rejected.append(
                Rejected(record.place, "a record without a title" if record.ended else cut)
            )
    if not papers and not rejected:
        raise RefusedInput("no records in this file")
    check_budget(rejected, len(papers) + len(rejected))
    return Parsed(name, tuple(papers), tuple(rejected))
