"""Records of services, one a line or in a list of others': each read as its service's own format reads it."""

from __future__ import annotations

from collections.abc import Mapping

from paperdigest.core.paper import Paper
from paperdigest.sources import crossref, hf_daily, openalex, semantic_scholar
from paperdigest.sources.json_names import in_our_words, is_ours
from paperdigest.sources.json_record import BadRecordError, record

#: What no record of ours or of a data set has, and which service's it is.
_MARKS = {
    "authorships": openalex.paper_of,
    "abstract_inverted_index": openalex.paper_of,
    "paper": hf_daily.paper_of,
    "paperId": semantic_scholar.paper_of,
}


def paper_of(value: Mapping[str, object], fields: Mapping[str, str]) -> Paper:
    """Return the paper that an object describes, whoever wrote it. `fields` gives other names for our keys.

    Raises BadRecordError naming the key.
    """
    if fields or is_ours(value):
        return record(value, fields)
    read = next((read for mark, read in _MARKS.items() if mark in value), None)
    if read is None and isinstance(value.get("title"), list) and "DOI" in value:
        read = crossref.paper_of
    if read is None:
        return record(in_our_words(value), {})
    paper = read(value)
    if not paper.title:
        raise BadRecordError("no title")
    return paper
