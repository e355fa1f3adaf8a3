"""Documents that were cut off: refused, or all but the last record as in the whole, and made good later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Document
from paperdigest.flow.ingest import ingest
from paperdigest.flow.taking import SourceRun
from paperdigest.sources import formats
from paperdigest.sources.single import SingleSource
from paperdigest.store import history
from paperdigest.store.connection import open_memory
from real_papers import recorded_answers

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
#: Formats of many records; every other document is one whole.
BY_RECORD = {
    "arxiv-snapshot",
    "bibtex",
    "json-lines",
    "nbib",
    "page-dump",
    "page-markdown",
    "ris",
    "table",
}


INVENTED = [
    (path.name, path.read_bytes())
    for path in sorted(GOLDEN.iterdir())
    if path.suffix not in (".json", ".txt")
]
DOCUMENTS = [*INVENTED, *((f"real {name}", data) for name, data in recorded_answers())]
by_name = pytest.mark.parametrize(("name", "data"), DOCUMENTS, ids=[name for name, _ in DOCUMENTS])


def pieces(data: bytes) -> Iterator[bytes]:
    """Yield what is there after each kilobyte; of small documents after each sixteenth."""
    step = min(1024, max(1, len(data.rstrip()) // 16))
    for end in range(step, len(data.rstrip()), step):
        yield data[:end]


def without_place(paper: Paper) -> object:
    """Return what a record says of itself: how many follow it is not known of a part."""
    return (paper.title, paper.abstract, paper.ids, paper.authors, paper.version)


@by_name
def test_a_document_that_is_one_whole_is_refused_when_it_is_cut_off(name: str, data: bytes) -> None:
    found = formats.detect(data)
    if found.name in BY_RECORD:
        return
    for piece in pieces(data):
        with pytest.raises(RefusedInput):
            found.parse(piece)


@by_name
def test_of_records_all_but_the_last_are_those_of_the_whole(name: str, data: bytes) -> None:
    found = formats.detect(data)
    if found.name not in BY_RECORD:
        return
    whole = [without_place(paper) for paper in found.parse(data).papers]
    for piece in pieces(data):
        try:
            papers = found.parse(piece).papers
        except RefusedInput:
            continue
        assert [without_place(paper) for paper in papers[:-1]] == whole[: max(0, len(papers) - 1)]
        if papers and without_place(papers[-1]) not in whole:
            assert papers[-1].partial


@by_name
def test_what_was_cut_off_is_made_good_by_the_whole_and_is_no_revision(
    name: str, data: bytes
) -> None:
    found = formats.detect(data)
    if found.name not in BY_RECORD:
        return
    parts = list(pieces(data))
    with open_memory() as store:
        for at, part in enumerate([parts[len(parts) // 2], parts[-1], data]):
            document = Document(name, sha256(part).hexdigest(), part)
            source = SingleSource("there", document, found.name)
            ingest(store, [SourceRun(source, "inbox", max_age=None)], NOW + at * timedelta(hours=1))
        papers = history.papers(store, history.paper_keys(store)).values()
        titles = sorted(paper.title for paper in papers)
        changes = history.changes_after(store, 0, history.newest_change(store))
    with open_memory() as store:
        document = Document(name, sha256(data).hexdigest(), data)
        ingest(
            store,
            [SourceRun(SingleSource("there", document, found.name), "inbox", max_age=None)],
            NOW,
        )
        at_once = history.papers(store, history.paper_keys(store)).values()
        assert titles == sorted(paper.title for paper in at_once)
    assert [str(one.kind) for one in changes if one.kind == "revised"] == []
