"""The `table` format: CSV and TSV with a line of column names, one paper a row.

https://www.rfc-editor.org/rfc/rfc4180, https://www.iana.org/assignments/media-types/text/tab-separated-values
Which column means what, and how a cell is read: `table_columns`. A bad row is rejected alone.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed, Rejected
from paperdigest.sources.budget import check_budget
from paperdigest.sources.encoding import as_utf8, decoded
from paperdigest.sources.json_record import BadRecordError, record
from paperdigest.sources.table_columns import columns_of, value_of

_NAME = "table"
_HEAD = 64 * 1024
#: The names of the columns stand in one of so many rows.
_ABOVE = 2
_DELIMITERS = (",", ";", "\t")
_CUT_OFF = "cut off: the file ends in the middle of a row"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column names. `fields` says what our keys are called there: {"title": "Name"}."""

    name: str = _NAME
    fields: Mapping[str, str] = field(default_factory=dict)

    def with_fields(self, fields: Mapping[str, str]) -> Table:
        """Return the same format for files with other column names."""
        return Table(self.name, fields)

    def recognise(self, head: bytes) -> bool:
        """Say whether the first line names a title column and at least one more that is known."""
        header = _header(as_utf8(head).decode("utf-8", errors="ignore"), self.fields)
        return header is not None and len(header.columns) > 1

    def parse(self, data: bytes) -> Parsed:
        """Return the papers in the file's order. A last row without line end may be cut: it is partial.

        Raises RefusedInput without a title column, and past the budget of bad rows.
        """
        text, torn = _text(as_utf8(data))
        header = _header(text, self.fields)
        if header is None:
            raise RefusedInput("no table of papers: no column of its first line is a title")
        papers: list[Paper] = []
        rejected: list[Rejected] = []
        for row in _rows(text, header):
            try:
                papers.append(_paper(row, header, torn=torn))
            except BadRecordError as error:
                rejected.append(Rejected(row.place, str(error)))
                rejected.extend(Rejected(place, _lost(row)) for place in row.swallowed)
        if not papers and not rejected:
            raise RefusedInput("no records in this file")
        check_budget(rejected, len(papers) + len(rejected))
        return Parsed(_NAME, tuple(papers), tuple(rejected))


FORMAT = Table()


@dataclass(frozen=True, slots=True)
class _Header:
    """How the table is laid out: `columns` are the places of each of our keys that has some, `above` counts the
    rows up to the one with the names."""

    delimiter: str
    width: int
    above: int
    columns: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row, or the reason why it is none. `place` is its first line, from 1; `ended` says whether its line
    end is there; `swallowed` are further lines that look like rows a quote ran over."""

    place: int
    cells: Sequence[str]
    reason: str
    ended: bool
    swallowed: Sequence[int] = ()


def _text(data: bytes) -> tuple[str, bool]:
    """Return the text, and whether it stops in the middle of a character."""
    reader = codecs.getincrementaldecoder("utf-8")()
    try:
        text = reader.decode(data)
    except UnicodeDecodeError:
        return decoded(data), False  # refuses the file, naming the byte
    torn = bool(reader.getstate()[0])
    return text + "\ufffd" if torn else text, torn


def _header(text: str, fields: Mapping[str, str]) -> _Header | None:
    """Return the layout that the first line tells, by the delimiter under which it names most."""
    best: _Header | None = None
    for delimiter in _DELIMITERS:
        for above, names in enumerate(_first_rows(text[:_HEAD], delimiter), 1):
            columns = columns_of(names, fields)
            if "title" in columns and (best is None or len(columns) > len(best.columns)):
                best = _Header(delimiter, len(names), above, columns)
            if len(names) > 1:
                break  # only one cell may stand above the names: what the file is
    return best


def _first_row(text: str, delimiter: str) -> list[str]:
    return next(_first_rows(text, delimiter), [])


def _first_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the first two rows that are not blank, as far as they can be read."""
    found = 0
    with suppress(csv.Error):
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if any(cell.strip() for cell in cells):
                found += 1
                yield _without_tail(cells, 0)
            if found == _ABOVE:
                break


def _without_tail(cells: list[str], least: int) -> list[str]:
    """Return the cells without the empty ones at the end that spreadsheets add, but `least` of them."""
    end = len(cells)
    while end > least and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


# ------------------------------------------------------------------ rows


def _rows(text: str, header: _Header) -> Iterator[_Row]:
    """Yield the rows below the header that are not blank."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    above = 0
    while reader.line_num < len(lines):
        first = reader.line_num
        cells, reason = _cells(reader)
        if not reason and not any(cell.strip() for cell in cells):
            continue
        if above < header.above:
            above += 1
            continue
        yield _row(lines[first : reader.line_num], first + 1, header, cells, reason)


def _cells(reader: Iterator[list[str]]) -> tuple[list[str], str]:
    """Return the next row's cells, or why they cannot be read."""
    try:
        return next(reader, []), ""
    except csv.Error as error:
        if "end of data" in str(error):
            return [], _CUT_OFF
        if "limit" in str(error):
            return [], f"a cell of more than {csv.field_size_limit():,} characters"
        return [], "a quote in a quoted cell is not doubled"


def _row(lines: Sequence[str], place: int, header: _Header, cells: list[str], reason: str) -> _Row:
    ended = lines[-1].endswith(("\n", "\r"))
    if reason and header.delimiter == "\t" and len(lines) == 1:
        # Where tabs part the cells, quotes need not mean anything.
        literal = lines[0].rstrip("\r\n").split("\t")
        cells, reason = (literal, "") if len(literal) == header.width else (cells, reason)
    cells = _without_tail(cells, header.width)
    if not reason and len(cells) != header.width:
        reason = f"{len(cells):,} columns instead of {header.width:,}" if ended else _CUT_OFF
    swallowed = _swallowed(lines[1:], place + 1, header) if reason else ()
    return _Row(place, cells, reason, ended, swallowed)


def _swallowed(lines: Sequence[str], place: int, header: _Header) -> Sequence[int]:
    """Return the places of the lines that are rows by themselves, where most are: no text is written so."""
    rows = [
        number
        for number, line in enumerate(lines, place)
        if len(_first_row(line, header.delimiter)) == header.width
    ]
    return rows if len(rows) > 1 and len(rows) * 2 > len(lines) else ()


def _lost(row: _Row) -> str:
    return f"lost to a quote that opens in line {row.place:,} and is not closed there"


def _paper(row: _Row, header: _Header, *, torn: bool) -> Paper:
    if row.reason:
        raise BadRecordError(row.reason)
    if torn and not row.ended:
        raise BadRecordError(_CUT_OFF)
    paper = record(value_of(row.cells, header.columns), {})
    return paper if row.ended else replace(paper, partial=True)
