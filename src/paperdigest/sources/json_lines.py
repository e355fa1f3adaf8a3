"""The `json-lines` format: our own dumps, one paper a line (interface: "Our own dump format").

A bad line is refused alone, up to 5% and 1,000 of a file. How one record is read: `json_record`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed, Rejected
from paperdigest.sources.budget import check_budget
from paperdigest.sources.encoding import as_utf8, decoded
from paperdigest.sources.json_record import BadRecordError
from paperdigest.sources.json_services import paper_of

_NAME = "json-lines"
_LOOK = 20
_LINE_CAP = 1_000_000
_CUT_OFF = "cut off: the last line ends in the middle of a record"
_OBJECT = re.compile(rb'\s*\{\s*(?:"|\})')


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON object a line. `fields` says what our keys are called in the file: {"title": "name"}."""

    name: str = _NAME
    fields: Mapping[str, str] = field(default_factory=dict)

    def with_fields(self, fields: Mapping[str, str]) -> JsonLines:
        """Return the same format for files with other key names."""
        return JsonLines(self.name, fields)

    def recognise(self, head: bytes) -> bool:
        """Say whether most of the first lines begin an object: one bad line hides nothing."""
        lines = [line for line in as_utf8(head).split(b"\n", _LOOK)[:_LOOK] if line.strip()]
        objects = sum(_OBJECT.match(line) is not None for line in lines)
        return objects * 2 > len(lines)

    def parse(self, data: bytes) -> Parsed:
        """Return the papers in the file's order. Raises RefusedInput past the budget of bad lines."""
        return by_line(_NAME, data, lambda line: paper_of(object_of(line), self.fields))


FORMAT = JsonLines()


def by_line(name: str, data: bytes, read: Callable[[bytes], Paper]) -> Parsed:
    """Return what `read` makes of each line that is not blank, in the file's order.

    `read` raises what `object_of` does, or BadRecordError: such a line is rejected alone. Raises
    RefusedInput past the budget, and for bytes that are not UTF-8.
    """
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    whole = as_utf8(data)
    lines = whole.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line or line.isspace():
            continue
        try:
            papers.append(read(line))
        except BadRecordError as error:
            rejected.append(Rejected(number, str(error)))
        except json.JSONDecodeError as error:
            rejected.append(Rejected(number, _CUT_OFF if number == len(lines) else not_json(error)))
        except UnicodeDecodeError as error:
            if number < len(lines) or error.end < len(line):
                decoded(whole)  # refuses the file, naming the byte
            rejected.append(Rejected(number, _CUT_OFF))
    if not papers and not rejected:
        raise RefusedInput("no records in this file")
    check_budget(rejected, len(papers) + len(rejected))
    return Parsed(name, tuple(papers), tuple(rejected))


def object_of(line: bytes) -> dict[str, object]:
    """Return the object that a line is. Raises BadRecordError, JSONDecodeError or UnicodeDecodeError."""
    if len(line) > _LINE_CAP:
        raise BadRecordError(f"a line of {len(line):,} bytes is too long (at most {_LINE_CAP:,})")
    text = line.rstrip(b" \t\r").decode("utf-8")
    value, end = None, 0
    try:
        if text.startswith("{"):
            value, end = _decoder.raw_decode(text)
        if end != len(text):  # seldom: blanks before the record, or what is none
            value = _decoder.decode(text)
    except json.JSONDecodeError:
        raise
    except RecursionError as error:
        raise BadRecordError("nested too deeply") from error
    except ValueError as error:
        raise BadRecordError("a number has too many digits") from error
    if not isinstance(value, dict):
        raise BadRecordError("not an object: every line is one {…}")
    return value


def not_json(error: json.JSONDecodeError) -> str:
    """Return the reason to give for a line that is no JSON."""
    return f"not JSON: {error.msg.lower()} at column {error.colno}"


def _no_constant(name: str) -> NoReturn:
    raise BadRecordError(f"{name} is no JSON number")


_decoder = json.JSONDecoder(parse_constant=_no_constant)
