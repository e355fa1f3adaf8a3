"""A JSON document read whole, and its values as what they should be. For the answers of services, whose keys
may be missing, null or of another type from one day to the next: what is not there is empty, never an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed, Rejected
from paperdigest.sources.encoding import as_utf8, decoded

#: The largest number that every JSON writer can write to the unit.
_MOST_TOTAL = 2**53
_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def load(data: bytes) -> object:
    """Return the value of a whole JSON document. Raises RefusedInput for what is cut off, broken, empty or a page
    for people."""
    text = decoded(as_utf8(data))
    if not text.strip():
        raise RefusedInput("the answer is empty")
    if _HTML.match(text):
        raise RefusedInput(
            "an HTML page came instead of JSON (a login page, a captive portal or an error page?)"
        )
    try:
        return _decoder.decode(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            raise RefusedInput("the JSON document is cut off") from error
        raise RefusedInput(
            f"broken JSON: {error.msg.lower()} in line {error.lineno:,}, column {error.colno:,}"
        ) from error
    except RecursionError as error:
        raise RefusedInput("broken JSON: nested too deeply") from error
    except ValueError as error:  # a number of very many digits, or NaN
        raise RefusedInput(f"broken JSON: {error}") from error


def at(value: object, *path: str | int) -> object:
    """Return what stands at the end of a path of keys and places, None where there is nothing."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: object, *path: str | int) -> str:
    """Return the text there without blanks at its ends; a whole number as its digits; else nothing."""
    found = at(value, *path)
    if isinstance(found, str):
        return found.strip()
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def texts(value: object, *path: str | int) -> list[str]:
    """Return the texts of a list there that are not empty; one text alone is a list of one."""
    found = at(value, *path)
    some = found if isinstance(found, list) else [found]
    return [said for one in some if (said := text(one))]


def whole(value: object, *path: str | int) -> int | None:
    """Return the whole number there, written as such or as digits; else None."""
    found = at(value, *path)
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return found
    if isinstance(found, str) and re.fullmatch(r"-?[0-9]{1,18}", found.strip()):
        return int(found)
    return None


def objects(value: object, *path: str | int) -> list[Mapping[str, object]]:
    """Return the objects of a list there; what is none is left out."""
    found = at(value, *path)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def promised(value: object, *path: str | int) -> int | None:
    """Return the number of all records that an answer is a page of, if it says a number that can be."""
    total = whole(value, *path)
    return total if total is not None and 0 <= total <= _MOST_TOTAL else None


def parsed(
    name: str,
    records: Iterable[object],
    read: Callable[[Mapping[str, object]], Paper],
    *,
    total: int | None = None,
) -> Parsed:
    """Return what each record says by `read`; one that is no object or has no title is rejected alone.
    `total` as of `promised`.

    Raises RefusedInput when there are records and none has a title.
    """
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    for place, record in enumerate(records, 1):
        if not isinstance(record, Mapping):
            rejected.append(Rejected(place, "no object"))
            continue
        paper = read(record)
        if paper.title:
            papers.append(paper)
        else:
            rejected.append(Rejected(place, "a record without a title"))
    if rejected and not papers:
        raise RefusedInput("no record of this document has a title")
    return Parsed(name, tuple(papers), tuple(rejected), total=total)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


_decoder = json.JSONDecoder(parse_constant=_no_constant)
