"""arXiv's metadata snapshot: what one line says, and how bad ones and foreign ones are told."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP
from paperdigest.sources.arxiv_snapshot import FORMAT, record
from paperdigest.sources.dates import utc
from paperdigest.sources.json_record import BadRecordError

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = (GOLDEN / "arxiv_snapshot.jsonl").read_bytes()
GOOD = SAMPLE.split(b"\n")[0]
BASE: dict[str, Any] = json.loads(GOOD)


def one(**changes: Any) -> Paper:
    return record(json.dumps({**BASE, **changes}).encode())


def test_one_line_is_one_paper() -> None:
    assert record(GOOD + b"\n") == FORMAT.parse(SAMPLE).papers[0]


@pytest.mark.parametrize(
    ("parsed", "names"),
    [
        ([["Lovelace", "Ada", ""]], ("Ada Lovelace",)),
        ([["Babbage", "C.", "Jr.", "Works", "Mill"]], ("C. Babbage, Jr.",)),
        ([["Map Collaboration", "", ""]], ("Map Collaboration",)),
        ([["", "Ada", ""]], ("Ada",)),
        ([["Lovelace", "", "II"]], ("Lovelace, II",)),
        ([["Lovelace", "Ada"], ["Babbage"], []], ("Ada Lovelace", "Babbage")),
        ([["Love\nlace", " Ada ", " "]], ("Ada Love lace",)),
        ([["Lovelace", None, 5], None, "x", [[], {}], ["|", "", ""]], ("Lovelace", "|")),
        ([["x" * 900, "Ada", ""]], ("Ada " + "x" * 196,)),
        ([["a\u202eb", "\x00", ""]], ("ab",)),
        ([["L", "A", ""]] * 2001, ("A L",) * 2000),
        ([["Love|", " ", ""], ["", "", ""], ["|Ada", "|", ""]], ("Love|", "| |Ada")),
    ],
)
def test_names_are_put_together_without_affiliations(parsed: Any, names: tuple[str, ...]) -> None:
    assert one(authors_parsed=parsed).authors == names


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        (
            "A. Lovelace, C. Babbage, Jr. (Works, (Mill) Road)\n  and X Y",
            ("A. Lovelace", "C. Babbage, Jr.", "X Y"),
        ),
        (
            "A. Lovelace, C. Babbage, and X Y (unclosed",
            ("A. Lovelace", "C. Babbage", "X Y unclosed"),
        ),
        (5, ()),
        (None, ()),
    ],
)
def test_names_are_read_from_the_text_where_they_were_not_parsed(
    authors: Any, names: tuple[str, ...]
) -> None:
    assert one(authors_parsed=None, authors=authors).authors == names


def test_versions_give_the_highest_number_and_the_first_and_last_day() -> None:
    first, ninth, tenth = (
        {"version": f"v{number}", "created": f"Mon, {day} Apr 2007 19:18:42 GMT"}
        for number, day in ((1, 2), (9, 9), (10, 16))
    )
    paper = one(versions=[tenth, first, ninth])
    assert paper.version == 10
    assert paper.published_at == datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC)
    assert paper.updated_at == datetime(2007, 4, 16, 19, 18, 42, tzinfo=UTC)


def test_without_the_first_version_there_is_no_day_it_came_out() -> None:
    paper = one(versions=[{"version": "v2", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}])
    assert (paper.version, paper.published_at) == (2, None)
    assert paper.updated_at == datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC)


@pytest.mark.parametrize("versions", [None, [], "v1", [None, {"version": 3}, {"version": "vx"}]])
def test_the_day_of_the_last_change_stands_in_where_no_version_is_named(versions: Any) -> None:
    paper = one(id="0704.0001v3", versions=versions)
    assert (paper.version, paper.published_at) == (3, None)
    assert paper.updated_at == datetime(2008, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("created", "at"),
    [
        ("Mon, 02 Apr 2007 19:18:42 GMT", datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC)),
        ("Mon, 2 Apr 2007 21:18:42 +0200", datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC)),
        ("2007-04-02T19:18:42Z", datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC)),
        ("Sat, 31 Feb 2007 19:18:42 GMT", None),
        ("Mon, 2 Foo 2007 19:18:42 GMT", None),
        (None, None),
        (7, None),
    ],
)
def test_dates_are_read_in_any_spelling(created: Any, at: datetime | None) -> None:
    assert one(versions=[{"version": "v1", "created": created}]).published_at == at


@given(st.datetimes(datetime(1600, 1, 1), datetime(2200, 1, 1)), st.integers(0, 60))  # noqa: DTZ001 -- the spelling has no other zone
def test_arxivs_own_spelling_gives_what_any_other_would(day: datetime, second: int) -> None:
    text = f"{day:%a, %d %b %Y %H:%M}:{second:02} GMT"
    assert one(versions=[{"version": "v1", "created": text}]).published_at == utc(text)


@pytest.mark.parametrize(
    ("doi", "ids"),
    [
        ("10.1000/A.1", ("doi:10.1000/a.1",)),
        ("10.1000/a 10.1000/b;", ("doi:10.1000/a", "doi:10.1000/b")),
        ("10.1000/a\u202e\x07b", ("doi:10.1000/ab",)),
        ("in print", ()),
        (None, ()),
        ([1], ()),
    ],
)
def test_a_doi_is_a_second_id(doi: Any, ids: tuple[str, ...]) -> None:
    assert one(doi=doi).ids == ("arxiv:0704.0001", *ids)


def test_a_doi_with_markup_in_it_makes_no_such_address() -> None:
    assert one(doi='10.1000/<b>"').links[-1] == Link("doi", "https://doi.org/10.1000/%3Cb%3E")


@pytest.mark.parametrize(
    ("given_categories", "categories"),
    [
        ("math.MG cs.CG math.MG", ("math.MG", "cs.CG")),
        (["math.MG cs.CG"], ("math.MG", "cs.CG")),
        ("", ()),
        (None, ()),
        ([None, 5], ()),
    ],
)
def test_categories_keep_their_order(given_categories: Any, categories: tuple[str, ...]) -> None:
    assert one(categories=given_categories).categories == categories


@pytest.mark.parametrize(
    ("changes", "withdrawn"),
    [
        ({"comments": "This paper has been withdrawn by the author"}, True),
        ({"comments": " This\n submission has been withdrawn"}, True),
        ({"abstract": "  The paper is withdrawn, see the comments\n"}, True),
        ({"comments": "12 pages; an earlier version was withdrawn"}, False),
        ({"abstract": "We study why this paper was withdrawn"}, False),
        ({"comments": None, "abstract": None}, False),
    ],
)
def test_withdrawn_is_what_says_so_of_itself(changes: dict[str, Any], withdrawn: bool) -> None:
    assert one(**changes).withdrawn is withdrawn


def test_lines_that_were_wrapped_are_joined_and_nothing_else_is_changed() -> None:
    paper = one(title="A\n  $x<y$ &amp; b", abstract="  One\ntwo <i>three</i>.\n\n  Four\r\n")
    assert (paper.title, paper.abstract) == ("A $x<y$ &amp; b", "One two <i>three</i>. Four")


@pytest.mark.parametrize("abstract", ["", " \n", None, 7, {}])
def test_without_an_abstract_the_record_is_partial(abstract: Any) -> None:
    paper = one(abstract=abstract)
    assert (paper.abstract, paper.partial) == ("", True)


def test_long_texts_are_cut_at_their_caps() -> None:
    paper = one(title="é" * 9_000, abstract="é" * 90_000, **{"journal-ref": "é" * 9_000})
    assert [len(text.encode()) for text in (paper.title, paper.abstract, paper.venue)] == [
        TITLE_CAP,
        ABSTRACT_CAP,
        500,
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"nonsense", "not JSON"),
        (b"[1]", "not an object"),
        (GOOD[:-20], "not JSON"),
        (b'{"id":"0704.0001"}', "no title"),
        (b'{"id":"0704.0001","title":["x"]}', "no title"),
        (b'{"title":"x"}', "no id"),
        (b'{"title":"x","id":704.0001}', "no id"),
        (b'{"title":"x","id":"x/1"}', '"x/1" is no arXiv id'),
        ('{"title":"x","id":"٠٧٠٤.٠٠٠١"}'.encode(), "is no arXiv id"),
        (b'{"title":"x","id":"0704.0001","a":NaN}', "NaN"),
        (b'{"title":"\xff"}', "not valid UTF-8 at byte 10"),
        (b'{"title":"' + b"x" * 1_000_001 + b'"}', "too long"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(line: bytes, words: str) -> None:
    with pytest.raises(BadRecordError) as caught:
        record(line)
    assert words in str(caught.value)


def test_a_bad_line_is_refused_alone_and_a_cut_last_one_is_called_so() -> None:
    parsed = FORMAT.parse((GOOD + b"\n") * 60 + b"{}\n" + GOOD[:300])
    assert len(parsed.papers) == 60
    assert [(item.place, item.reason[:8]) for item in parsed.rejected] == [
        (61, "no title"),
        (62, "cut off:"),
    ]


def test_of_a_file_cut_anywhere_no_other_record_comes_out() -> None:
    whole = FORMAT.parse(SAMPLE).papers
    for cut in range(1, len(SAMPLE)):
        with suppress(RefusedInput):
            assert (
                FORMAT.parse(SAMPLE[:cut]).papers
                == whole[: SAMPLE[:cut].rstrip().count(b"}\n{") + 1]
            )


LONG = {**BASE, "authors": "A. Lovelace, " * 9_000}


@pytest.mark.parametrize(
    ("head", "is_ours"),
    [
        (SAMPLE, True),
        (b"\xef\xbb\xbf\r\n" + SAMPLE, True),
        (b"broken\n" + SAMPLE, True),
        (json.dumps(LONG).encode()[: 64 * 1024], True),
        (b'{"title":"x","versions":[],"update_date":"2026-11-20"}\n', True),
        (b'{"title":"x","abstract":"\\"versions\\": and \\"submitter\\":"}\n', False),
        (b'{"title":"x","id":"arxiv:2401.00001","authors":["Ada Lovelace"]}\n', False),
        (b'{"title":"x","versions":3}\n', False),
        (b'[{"versions":[],"update_date":""}]', False),
        (b'<?xml version="1.0"?><rss><channel></channel></rss>', False),
        (b"Folding paper maps\n\nWe fold.\n", False),
        (b"", False),
    ],
)
def test_it_is_told_by_the_keys_of_its_first_lines(head: bytes, is_ours: bool) -> None:
    assert FORMAT.recognise(head) is is_ours


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["version", "created", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(sorted(BASE)), _JSON, max_size=5))
def test_any_value_under_any_key_is_taken_or_refused_alone(changes: dict[str, Any]) -> None:
    with suppress(BadRecordError):
        one(**changes)


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=80), st.integers(0, len(SAMPLE)), st.integers(0, 40))
def test_any_bytes_anywhere_are_read_or_refused(noise: bytes, place: int, gap: int) -> None:
    FORMAT.recognise(noise)
    with suppress(RefusedInput):
        FORMAT.parse(SAMPLE[:place] + noise + SAMPLE[place + gap :])
    with suppress(RefusedInput):
        FORMAT.parse(noise)
