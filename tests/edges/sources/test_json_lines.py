"""Our own dump format: what one line may hold, and how much of a file may be bad."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import at_most
from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.sources.json_lines import FORMAT

GOOD = b'{"title":"Folding paper maps"}\n'


def one(**record: Any) -> Paper:
    record.setdefault("title", "Folding paper maps")
    parsed = FORMAT.parse(json.dumps(record).encode() + b"\n")
    assert parsed.rejected == ()
    return parsed.papers[0]


def reason(line: bytes, *, last: bool = False) -> str:
    """Return why a line among a hundred good ones is refused."""
    data = GOOD * 60 + (line if last else line + b"\n" + GOOD * 40)
    parsed = FORMAT.parse(data)
    assert len(parsed.papers) == (60 if last else 100)
    assert [item.place for item in parsed.rejected] == [61]
    return parsed.rejected[0].reason


def test_every_key_is_read() -> None:
    paper = one(
        id="arxiv:2401.00001v2",
        ids=["doi:10.1000/X"],
        abstract="We fold.",
        authors=["Ada Lovelace", "Charles Babbage"],
        categories=["cs.LG"],
        keywords=["maps"],
        venue="Proc. Paper",
        url="https://arxiv.org/abs/2401.00001",
        links=[{"rel": "code", "url": "https://example.org/c"}, "https://example.org/p"],
        published_at="2026-11-20T00:00:00Z",
        updated_at="2026-11-20T01:00:00+02:00",
        votes=12,
        withdrawn=True,
    )
    assert paper == Paper(
        title="Folding paper maps",
        abstract="We fold.",
        id="arxiv:2401.00001",
        ids=("arxiv:2401.00001", "doi:10.1000/x"),
        authors=("Ada Lovelace", "Charles Babbage"),
        categories=("cs.LG",),
        keywords=("maps",),
        venue="Proc. Paper",
        url="https://arxiv.org/abs/2401.00001",
        links=(Link("code", "https://example.org/c"), Link("page", "https://example.org/p")),
        published_at=datetime(2026, 11, 20, tzinfo=UTC),
        updated_at=datetime(2026, 11, 19, 23, tzinfo=UTC),
        version=2,
        votes=12,
        withdrawn=True,
    )


def test_only_a_title_is_required_and_then_the_record_is_partial() -> None:
    assert one() == Paper(title="Folding paper maps", partial=True)


def test_unknown_keys_are_passed_over() -> None:
    assert one(colour="blue", nested={"a": [1]}) == one()


def test_null_is_as_good_as_absent() -> None:
    assert (
        one(
            id=None,
            ids=None,
            abstract=None,
            authors=None,
            votes=None,
            withdrawn=None,
            published_at=None,
        )
        == one()
    )


@pytest.mark.parametrize(
    ("given_ids", "ids", "version"),
    [
        ({"id": "2401.00001v3"}, ("arxiv:2401.00001",), 3),
        ({"id": "https://arxiv.org/abs/2401.00001"}, ("arxiv:2401.00001",), None),
        ({"ids": ["10.1000/ABC"]}, ("doi:10.1000/abc",), None),
        (
            {"id": "pmid:123", "ids": ["pmid:123", "openreview:aB-_9"]},
            ("pmid:123", "openreview:aB-_9"),
            None,
        ),
        ({"id": "feed:https://example.org/f#7"}, ("feed:https://example.org/f#7",), None),
        ({"id": "title1:0123456789abcdef"}, (), None),
        ({"id": "  "}, (), None),
    ],
)
def test_ids_come_in_one_form_with_their_version(
    given_ids: dict[str, Any], ids: tuple[str, ...], version: int | None
) -> None:
    paper = one(**given_ids)
    assert (paper.ids, paper.id, paper.version) == (ids, ids[0] if ids else "", version)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"nonsense", "not JSON"),
        (b'{"title":"x"', "not JSON"),
        (b"[1]", "not an object"),
        (b"{}", "no title"),
        (b'{"title":"  "}', "title is empty"),
        (b'{"title":null}', "title is empty"),
        (b'{"title":5}', '"title" is a number'),
        (b'{"title":"x","abstract":["y"]}', '"abstract" is a list'),
        (b'{"title":"x","authors":{}}', '"authors" is an object'),
        (b'{"title":"x","authors":[1]}', '"authors" holds a number'),
        (b'{"title":"x","votes":"12"}', '"votes" is a text'),
        (b'{"title":"x","votes":1.5}', '"votes" is a number'),
        (b'{"title":"x","votes":true}', '"votes" is true or false'),
        (b'{"title":"x","votes":' + b"9" * 40 + b"}", "out of range"),
        (b'{"title":"x","votes":' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"title":"x","votes":NaN}', "NaN"),
        (b'{"title":"x","other":-Infinity}', "-Infinity"),
        (b'{"title":"x","withdrawn":"yes"}', '"withdrawn" is a text'),
        (b'{"title":"x","published_at":5}', '"published_at" is a number'),
        (b'{"title":"x","links":"https://example.org"}', '"links" is a text'),
        (b'{"title":"x","links":[5]}', '"links" holds a number'),
        (b'{"title":"x","id":"arxiv:nonsense"}', "no arXiv id"),
        (b'{"title":"x","id":"doi:nonsense"}', "no DOI"),
        (b'{"title":"x","id":"nonsense"}', "has no origin"),
        (b'{"title":"x","ids":["ftp://example.org/x"]}', "has no origin"),
        (b'{"title":"x","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"title":"' + b"x" * 1_000_001 + b'"}', "too long"),
    ],
)
def test_a_bad_line_is_refused_alone_with_its_number_and_reason(line: bytes, words: str) -> None:
    assert words in reason(line)


@pytest.mark.parametrize("line", [b'{"title":"x","abst', b'{"title":"caf\xc3', b'{"title"'])
def test_a_last_line_that_stops_in_the_middle_is_called_cut_off(line: bytes) -> None:
    assert reason(line, last=True).startswith("cut off")


def test_a_last_line_without_line_end_is_a_line() -> None:
    assert len(FORMAT.parse(GOOD + GOOD.rstrip()).papers) == 2


def test_bytes_that_are_no_utf8_refuse_the_file_and_name_the_place() -> None:
    with pytest.raises(RefusedInput, match=rf"0xff at offset {len(GOOD) + 10}"):
        FORMAT.parse(GOOD + b'{"title":"\xff"}\n' + GOOD)


@pytest.mark.parametrize(
    ("good", "bad", "taken"),
    [(95, 5, True), (19, 1, True), (94, 6, False), (18, 1, False), (0, 1, False)],
)
def test_at_most_one_line_in_twenty_may_be_bad(good: int, bad: int, taken: bool) -> None:
    data = GOOD * good + b"{}\n" * bad
    if taken:
        assert len(FORMAT.parse(data).rejected) == bad
    else:
        with pytest.raises(
            RefusedInput,
            match=f"{bad} of {good + bad} records cannot be read.*line {good + 1}: no title",
        ):
            FORMAT.parse(data)


def test_at_most_a_thousand_lines_may_be_bad() -> None:
    assert len(FORMAT.parse(GOOD * 30_000 + b"{}\n" * 1000).rejected) == 1000
    with pytest.raises(RefusedInput, match="1,001 of"):
        FORMAT.parse(GOOD * 30_000 + b"{}\n" * 1001)


def test_a_file_without_records_is_refused() -> None:
    with pytest.raises(RefusedInput, match="no records"):
        FORMAT.parse(b"\n \n")


def test_blank_lines_crlf_and_a_byte_order_mark_do_not_matter() -> None:
    parsed = FORMAT.parse(b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n\r\n") * 2)
    assert (len(parsed.papers), parsed.rejected) == (2, ())


def test_only_a_line_feed_ends_a_line() -> None:
    assert one(title="a\u2028b\u0085c\x0bd").title


def test_the_last_of_two_equal_keys_wins() -> None:
    assert FORMAT.parse(b'{"title":"first","title":"second"}').papers[0].title == "second"


def test_half_a_surrogate_pair_is_replaced() -> None:
    paper = FORMAT.parse(
        b'{"title":"a \\ud800 b","authors":["\\udc00x"],"abstract":"\\ud83d\\ude00"}'
    ).papers[0]
    assert (paper.title, paper.authors, paper.abstract) == (
        "a \ufffd b",
        ("\ufffdx",),
        "\U0001f600",
    )


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T08:00:00", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("2026-11-20T08:00:00-05:00", datetime(2026, 11, 20, 13, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 08:00:00 GMT", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
        ("1664-12-31", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("2026-02-30", None),
        ("last week", None),
        ("", None),
    ],
)
def test_dates_are_utc_and_impossible_ones_are_dropped(text: str, at: datetime | None) -> None:
    assert one(published_at=text).published_at == at


def test_addresses_that_are_no_web_addresses_are_dropped() -> None:
    paper = one(url="javascript:alert(1)", links=[{"rel": "code", "url": "file:///etc/passwd"}])
    assert (paper.url, paper.links) == ("", ())


def test_keys_may_have_other_names() -> None:
    other = FORMAT.with_fields({"title": "name", "abstract": "summary"})
    paper = other.parse(b'{"name":"Folding","summary":"We fold."}').papers[0]
    assert (paper.title, paper.abstract) == ("Folding", "We fold.")


@pytest.mark.parametrize(
    ("head", "is_ours"),
    [
        (GOOD, True),
        (b"\n\n" + GOOD, True),
        (b'{ "title": "x"', True),
        (b"broken\n" + GOOD * 3, True),
        (b"[" + GOOD, False),
        (b'{\n  "title": "x"\n}\n', False),
        (b"{{ template }}", False),
        (b"", False),
    ],
)
def test_it_is_told_by_its_first_lines(head: bytes, is_ours: bool) -> None:
    assert FORMAT.recognise(head) is is_ours


@settings(deadline=None, max_examples=150)
@given(st.lists(st.binary(max_size=60), max_size=10))
def test_any_bytes_are_read_or_refused(lines: list[bytes]) -> None:
    with suppress(RefusedInput):
        FORMAT.parse(b"\n".join(lines))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = (
    "id",
    "ids",
    "abstract",
    "authors",
    "categories",
    "keywords",
    "venue",
    "url",
    "links",
    "published_at",
    "votes",
    "withdrawn",
)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=4))
def test_any_value_under_any_key_is_taken_or_refused_alone(record: dict[str, Any]) -> None:
    line = json.dumps({**record, "title": "x"}).encode()
    parsed = FORMAT.parse(GOOD * 50 + line + b"\n")
    assert len(parsed.papers) + len(parsed.rejected) == 51


def test_ten_thousand_records_take_no_time_to_speak_of() -> None:
    """Coarse on purpose: it guards against accidents, the benchmarks measure."""
    line = json.dumps(
        {
            "id": "arxiv:2401.00001v1",
            "title": "Folding maps",
            "abstract": "We fold maps. " * 80,
            "authors": ["Ada L"] * 5,
        }
    )
    data = (line + "\n").encode() * 10_000
    with at_most(20):
        assert len(FORMAT.parse(data).papers) == 10_000
