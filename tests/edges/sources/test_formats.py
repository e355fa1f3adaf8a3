"""Telling formats apart by content, and the words for what is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Format, Parsed
from paperdigest.sources import formats

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
PAGE = (
    b"Folding Paper Maps with Graphs\nWe fold maps along their creases. The loss of ink is small.\n"
)
LINES = b'{"title":"Folding Paper Maps with Graphs","abstract":"We fold maps."}\n'
FEED = b'<?xml version="1.0"?>\n<rss version="2.0"><channel><item><title>Folding Maps</title></item></channel></rss>'


@pytest.mark.parametrize(
    ("data", "name"), [(PAGE, "page-dump"), (LINES, "json-lines"), (FEED, "feed")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_format_is_told_by_content_in_any_marked_encoding(
    data: bytes, name: str, encoding: str
) -> None:
    coded = data.decode().encode(encoding)
    assert formats.detect(coded).name == name
    assert formats.parse(coded).papers[0].title.startswith("Folding")


@pytest.mark.parametrize(
    ("wanted", "data"),
    [("json-lines", LINES), ("jsonl", LINES), ("feed", FEED), ("RSS", FEED), ("page-dump", PAGE)],
)
def test_a_format_may_be_named(wanted: str, data: bytes) -> None:
    assert len(formats.parse(data, wanted).papers) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b" \n\t\r\n", "nothing but white space"),
        (b"\xef\xbb\xbf", "nothing but white space"),
        (b"PK\x03\x04abc", "a zip archive"),
        (b"%PDF-1.7\n1 0 obj", "a PDF"),
        (b"\x7fELF\x02\x01\x01" + bytes(40), "not text: byte"),
        (b"Title one\nabc \xff\xfe", "not valid UTF-8: byte 0xff at offset 14"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "an HTML page"),
        (
            b"<?xml version='1.0'?><opml/>",
            'a list of feeds (OPML): write a [[source]] of kind "feed"',
        ),
        (b"<?xml version='1.0'?><article xmlns='x'/>", "the full text of one article (JATS)"),
        (b"<!-- x --><OAI-PMH><a/></OAI-PMH>", "XML with the root element <OAI-PMH>"),
        (b"FN Clarivate Analytics\nVR 1.0\nPT J\n", "Web of Science's tagged lines: export"),
        (b"%0 Journal Article\n%T x\n", "EndNote's tagged lines: export"),
        (b'[{"name": "x"}]', "JSON, but of no service we know"),
        (b'{\n  "title": "x"\n}', "JSON, but of no service we know"),
        (b"milk\nbread\n", "not recognised"),
        (b"\xff\xfea", "not valid UTF-16"),
    ],
)
def test_what_is_no_format_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        formats.detect(data)
    assert words in str(caught.value)


def test_an_unknown_document_and_an_unknown_name_list_what_is_known() -> None:
    for data, wanted in ((b"milk\nbread\n", "auto"), (PAGE, "excel")):
        with pytest.raises(
            RefusedInput, match=r"known formats are arxiv-snapshot, bibtex, .*, table"
        ):
            formats.detect(data, wanted)


def test_bytes_that_are_no_utf8_refuse_a_page_and_name_the_place() -> None:
    with pytest.raises(RefusedInput, match=rf"0xe9 at offset {len(PAGE) + 3}"):
        formats.parse(PAGE + b"caf\xe9\n")


def test_other_key_names_reach_the_format_that_has_keys() -> None:
    data = json.dumps({"name": "Folding maps"}).encode()
    assert formats.parse(data, fields={"title": "name"}).papers[0].title == "Folding maps"
    assert formats.parse(PAGE, fields={"title": "name"}).papers


class Shouting:
    """A format of someone else."""

    name = "shouting"

    def recognise(self, head: bytes) -> bool:
        return head.startswith(b"LOUD")

    def parse(self, data: bytes) -> Parsed:
        return Parsed(self.name, (Paper(title=data.decode()),))


def test_formats_of_others_are_asked_and_before_the_one_that_takes_any_text() -> None:
    known = (*reversed(formats.BUILT_IN), Shouting())
    assert formats.parse(b"LOUD\n" + PAGE, formats=known).format == "shouting"
    assert formats.parse(PAGE, formats=known).format == "page-dump"


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=200))
def test_any_bytes_are_told_or_refused(data: bytes) -> None:
    try:
        found = formats.parse(data)
    except RefusedInput:
        return
    assert found.format in {one.name for one in formats.BUILT_IN}


@pytest.mark.parametrize(
    ("data", "fields", "title"),
    [
        (b"Name,Text\nFolding maps,We fold.\n", {"title": "Name", "abstract": "Text"}, "Folding maps"),
        (b'[{"name": "Folding maps"}]', {"title": "name"}, "Folding maps"),
    ],
)  # fmt: skip
def test_other_key_names_count_when_formats_are_told_apart(
    data: bytes, fields: dict[str, str], title: str
) -> None:
    assert formats.parse(data, fields=fields).papers[0].title == title


@pytest.mark.parametrize("one", formats.BUILT_IN, ids=lambda one: one.name)
def test_no_format_takes_what_is_another_ones(one: Format) -> None:
    """The order only settles what two may claim: JSON in general, and text of any kind."""
    general = {"json", "json-lines", "page-dump"}
    for path in sorted(GOLDEN.iterdir()):
        if path.suffix != ".json" and one.name not in general:
            head = path.read_bytes()[: 64 * 1024]
            expected = json.loads((GOLDEN / f"{path.name}.json").read_text())["format"]
            assert one.recognise(head) is (expected == one.name), path.name
