"""One JSON document with a list of records: told from the services' answers, read whole or not at all."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.sources.json_list import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = (GOLDEN / "json_list.dump").read_bytes()


def packed(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "document",
    [
        [{"title": "Folding maps"}],
        {"papers": [{"title": "Folding maps"}]},
        {"count": 1, "next": None, "tags": ["a"], "anything": [{"title": "Folding maps"}]},
        {"empty": [], "results": [{"title": "Folding maps"}], "meta": {"title": "x"}},
    ],
)
def test_a_list_is_read_wherever_it_stands(document: Any) -> None:
    assert FORMAT.recognise(packed(document))
    assert FORMAT.parse(packed(document)).papers == (Paper(title="Folding maps", partial=True),)


def test_keys_may_have_other_names() -> None:
    other = FORMAT.with_fields({"title": "name", "abstract": "summary"})
    data = packed({"items": [{"name": "Folding", "summary": "We fold.", "server": 1}]})
    assert other.recognise(data)
    assert not FORMAT.recognise(data)
    paper = other.parse(data).papers[0]
    assert (paper.title, paper.abstract) == ("Folding", "We fold.")


def test_a_bad_record_is_refused_alone_with_its_place() -> None:
    parsed = FORMAT.parse(packed([{"title": "x"}] * 50 + [{}, 7] + [{"title": "y"}]))
    assert len(parsed.papers) == 51
    assert [(item.place, item.reason) for item in parsed.rejected] == [
        (51, "no title"),
        (52, "not an object: every record is one {…}"),
    ]


def test_too_many_bad_records_refuse_the_document() -> None:
    with pytest.raises(RefusedInput, match="2 of 12 records cannot be read"):
        FORMAT.parse(packed([{"title": "x"}] * 10 + [{}, {}]))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "no records"),
        ([1, "x"], "no records"),
        ({}, "no records"),
        (7, "no records"),
        ({"a": {"b": [{"title": "x"}]}}, "no records"),
        (
            {"a": [{"title": "x"}], "b\u202e": [{}]},
            '2 lists of objects in this document, not one: "a", "b"',
        ),
    ],
)
def test_a_document_without_its_one_list_is_refused(document: Any, words: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        FORMAT.parse(packed(document))
    assert words in str(caught.value)


@pytest.mark.parametrize("cut", range(1, len(SAMPLE.rstrip())))
def test_a_document_that_is_cut_off_is_refused_whole(cut: int) -> None:
    with pytest.raises(RefusedInput):
        FORMAT.parse(SAMPLE[:cut])


def test_the_beginning_of_a_large_document_is_enough_to_tell() -> None:
    record = {"title": "Folding maps", "abstract": "We fold. " * 20_000}
    for document in ([record], {"total": 9, "papers": [record] * 3}):
        assert FORMAT.recognise(packed(document)[: 64 * 1024])


SERVICES: dict[str, Any] = {
    "hugging face": [{"paper": {"id": "2401.00001", "title": "x"}, "title": "x", "upvotes": 3}],
    "biorxiv": {"messages": [{"status": "ok"}], "collection": [{"doi": "10.1101/1", "title": "x"}]},
    "biorxiv rows": {"collection": [{"doi": "10.1101/1", "title": "x", "server": "bioRxiv"}]},
    "openalex": {
        "meta": {"count": 1},
        "results": [{"id": "W1", "title": "x", "display_name": "x"}],
    },
    "crossref": {"status": "ok", "message": {"items": [{"DOI": "10.1000/1", "title": ["x"]}]}},
    "crossref list": [{"DOI": "10.1000/1", "title": ["x"]}],
    "semantic scholar": {"total": 1, "data": [{"paperId": "ab", "title": "x"}]},
    "semantic scholar batch": [{"paperId": "ab", "title": "x"}, None],
    "openreview": {"notes": [{"id": "ab", "content": {"title": {"value": "x"}}}]},
    "json feed": {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "title": "x"}],
    },
}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("indent", [None, 1])
def test_the_answer_of_a_service_is_none_of_ours(service: str, indent: int | None) -> None:
    assert not FORMAT.recognise(json.dumps(SERVICES[service], indent=indent).encode())


@pytest.mark.parametrize(
    "head",
    [
        b'{"title":"x"}\n{"title":"y"}\n',
        b'{"title":"x","links":[{"rel":"code","url":"https://example.org"}]}\n{"title":"y"}\n',
        b'{"references":[{"title":"cited"}],"title":"x"}\n',
        b'{"papers":[{"title":"x"}]}\n{"papers":[{"title":"y"}]}\n',
        b'[{"name":"x"}]',
        b'[{"title":7}]',
        b"[[1]]",
        b"[",
        b"{",
        b'{"papers":[',
        b'{"papers":[{"tit',
        b'{"a" 1}',
        b"{1:2}",
        b'{"a":' + b"[" * 30_000,
        b'[{"a":' + b"1" * 30_000,
        b"<rss></rss>",
        b"Title\n\nAbstract.\n",
        b"title,abstract\n",
        b"",
    ],
)
def test_other_documents_are_none_of_ours(head: bytes) -> None:
    assert not FORMAT.recognise(head)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["title", "id", "authors", "x"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(deadline=None, max_examples=300)
@given(_JSON)
def test_any_document_is_read_or_refused(document: Any) -> None:
    data = packed(document)
    FORMAT.recognise(data)
    with suppress(RefusedInput):
        FORMAT.parse(data)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=20), st.integers(0, len(SAMPLE)), st.integers(0, 20))
def test_any_bytes_anywhere_are_read_or_refused(noise: bytes, place: int, gap: int) -> None:
    for data in (noise, SAMPLE[:place] + noise + SAMPLE[place + gap :]):
        FORMAT.recognise(data)
        with suppress(RefusedInput):
            FORMAT.parse(data)
