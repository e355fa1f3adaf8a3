"""The `json` format: one document that is a list of records, or an object that holds one such list.

Records are those of our own dumps (`json_record`), with their keys or others. The answers of services have
formats of their own: what shows a mark of one is none of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed, Rejected
from paperdigest.core.text import clean
from paperdigest.sources.budget import check_budget
from paperdigest.sources.encoding import as_utf8
from paperdigest.sources.json_document import load
from paperdigest.sources.json_record import BadRecordError
from paperdigest.sources.json_services import paper_of

_NAME = "json"
#: Keys of records that have a title as well, and are not ours: Hugging Face, Semantic Scholar, bioRxiv,
#: OpenAlex, JSON Feed.
_FOREIGN = frozenset(
    {
        *("paper", "discussionId"),
        *("paperId", "externalIds", "corpusId"),
        *("server", "jatsxml", "preprint_doi"),
        *("display_name", "authorships", "abstract_inverted_index", "primary_location"),
        *("content_html", "content_text"),
    }
)
_FEED = '"https://jsonfeed.org/'
_BLANKS = re.compile(r"[ \t\r\n]*")
_OBJECTS = re.compile(r"\[[ \t\r\n]*(?=\{)")


@dataclass(frozen=True, slots=True)
class JsonList:
    """A list of objects. `fields` says what our keys are called in them: {"title": "name"}."""

    name: str = _NAME
    fields: Mapping[str, str] = field(default_factory=dict)

    def with_fields(self, fields: Mapping[str, str]) -> JsonList:
        """Return the same format for documents with other key names."""
        return JsonList(self.name, fields)

    def recognise(self, head: bytes) -> bool:
        """Say whether the first object of its only list has a title, and nothing that is another's."""
        text = as_utf8(head).decode("utf-8", errors="ignore")
        title = self.fields.get("title", "title")
        start = _first_object(text, title)
        if start is None:
            return False
        keys, _ = _members(text, start)
        if not text.startswith('"', keys.get(title, len(text))):
            return False
        return bool(self.fields) or _FOREIGN.isdisjoint(keys)

    def parse(self, data: bytes) -> Parsed:
        """Return the papers in the list's order. Raises RefusedInput for a broken document, for one without
        exactly one list of objects, and past the budget of bad records."""
        papers: list[Paper] = []
        rejected: list[Rejected] = []
        for place, item in enumerate(_records(load(data)), 1):
            try:
                papers.append(_paper(item, self.fields))
            except BadRecordError as error:
                rejected.append(Rejected(place, str(error)))
        check_budget(rejected, len(papers) + len(rejected))
        return Parsed(_NAME, tuple(papers), tuple(rejected))


FORMAT = JsonList()


def _paper(item: object, fields: Mapping[str, str]) -> Paper:
    if not isinstance(item, Mapping):
        raise BadRecordError("not an object: every record is one {…}")
    return paper_of(item, fields)


def _records(document: object) -> Sequence[object]:
    lists = _lists(document)
    if len(lists) > 1:
        named = ", ".join(f'"{clean(key, 80)}"' for key in list(lists)[:5])
        raise RefusedInput(f"{len(lists)} lists of objects in this document, not one: {named}")
    for records in lists.values():
        return records
    raise RefusedInput("no records in this document: it is no list of objects and holds none")


def _lists(document: object) -> dict[str, list[object]]:
    """Return the lists that hold objects, by key; the document itself has the key ""."""
    among = document if isinstance(document, Mapping) else {"": document}
    return {
        key: value
        for key, value in among.items()
        if isinstance(value, list) and any(isinstance(one, Mapping) for one in value)
    }


# ------------------------------------------------------------------ looking at a beginning


def _first_object(text: str, title: str) -> int | None:
    """Return where the first object of the only list of objects begins; None where there is no such list."""
    start = _past_blanks(text, 0)
    if not text.startswith("{", start):
        found = _OBJECTS.match(text, start)
        return found.end() if found else None
    members, end = _members(text, start)
    if title in members or (end is not None and _past_blanks(text, end) < len(text)):
        return None  # a record itself, or the first line of several
    if text.startswith(_FEED, members.get("version", len(text))):
        return None
    places = [found.end() for place in members.values() if (found := _OBJECTS.match(text, place))]
    return places[0] if len(places) == 1 else None


def _members(text: str, start: int) -> tuple[dict[str, int], int | None]:
    """Return where the value of each key of an object begins, and where the object ends.

    The text may stop anywhere: then the keys are those before, and the end is None.
    """
    members: dict[str, int] = {}
    at = _past_blanks(text, start + 1)
    try:
        while text.startswith('"', at):
            key, at = _decoder.raw_decode(text, at)
            at = _past_blanks(text, _past(text, ":", _past_blanks(text, at)))
            members[str(key)] = at
            _, at = _decoder.raw_decode(text, at)
            at = _past_blanks(text, at)
            if text.startswith(",", at):
                at = _past_blanks(text, at + 1)
        return members, _past(text, "}", at)
    except (ValueError, RecursionError):
        return members, None


def _past(text: str, sign: str, at: int) -> int:
    if not text.startswith(sign, at):
        raise ValueError
    return at + 1


def _past_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


_decoder = json.JSONDecoder()
