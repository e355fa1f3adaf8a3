"""Feeds: read whole or refused whole, text untouched, ids that hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Announced, Paper
from paperdigest.core.ports import Parsed
from paperdigest.sources.feed import FORMAT, parse_feed
from paperdigest.sources.names import from_feed, split_creators

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = Path(__file__).parents[4] / "shared" / "samples" / "arxiv_rss.xml"
URL = "https://example.org/feed"


def rss(*items: str, head: str = "") -> bytes:
    inner = "".join(f"<item>{item}</item>" for item in items)
    names = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    )
    return f'<?xml version="1.0"?><rss version="2.0" {names}><channel>{head}{inner}</channel></rss>'.encode()


def one(item: str) -> Paper:
    (paper,) = parse_feed(rss(item), URL).papers
    return paper


def refusal(data: bytes) -> str:
    with pytest.raises(RefusedInput) as caught:
        parse_feed(data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!DOCTYPE html><html><body>503</body></html>", "an HTML page"),
        (b"<HTML></HTML>", "an HTML page"),
        (b'{"items": []}', "JSON"),
        (b"plain words", "not an RSS or Atom feed"),
        (b"<opml version='2.0'/>", "<opml>"),
        (b"<rss>\xff</rss>", "0xff at offset 5"),
        (b"<?xml version='1.0' encoding='klingon'?><rss/>", "not known"),
        (b"<?xml version='1.0' encoding='hex'?><rss/>", "not known"),
        (b"<rss version='2.0'><channel>", "cut off"),
        (b"<rss version='2.0'><channel><a></b></channel></rss>", "broken"),
        (b"<rss version='2.0'><channel>" + b"<a>" * 1000, "cut off"),
        (b'<!DOCTYPE rss [<!ENTITY a "b">]><rss version="2.0"><channel/></rss>', "entities"),
        (
            b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel/></rss>',
            "entities",
        ),
        (
            b'<!-- > --><!DOCTYPE rss SYSTEM "x" [ <!ENTITY a "b"> ]> <rss version="2.0"><channel/></rss>',
            "entities",
        ),
    ],
)
def test_what_is_no_whole_feed_is_refused_in_words(data: bytes, words: str) -> None:
    assert words in refusal(data)


@pytest.mark.parametrize(
    "data",
    [
        rss(),
        b"<rss version='0.91'><channel/></rss>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'/>",
        b"\xef\xbb\xbf<rss version='2.0'><channel/></rss>",
        b"\n<?xml version='1.0'?>\n<!-- hello -->\n<rss version='2.0'><channel/></rss>",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel/></rdf:RDF>",
    ],
)
def test_a_feed_without_entries_is_well(data: bytes) -> None:
    assert FORMAT.recognise(data)
    assert FORMAT.parse(data) == Parsed("feed", ())


@pytest.mark.parametrize("name", ["arxiv_rss.xml", "arxiv_api.xml", "blog_rss.xml"])
def test_a_feed_that_is_cut_anywhere_is_refused_or_whole(name: str) -> None:
    data = (GOLDEN / name).read_bytes()
    whole = parse_feed(data)
    for end in range(0, len(data), 97):
        try:
            assert parse_feed(data[:end]) == whole
        except RefusedInput:
            continue


@pytest.mark.skipif(not SAMPLE.exists(), reason="the real samples are not beside this checkout")
def test_a_real_announcement_is_read_and_every_kilobyte_of_it_refused() -> None:
    data = SAMPLE.read_bytes()
    parsed = parse_feed(data)
    assert (len(parsed.papers), parsed.rejected) == (7, ())
    assert all(
        paper.id.startswith("arxiv:") and paper.version == 1 and paper.authors
        for paper in parsed.papers
    )
    assert {paper.announced for paper in parsed.papers} == {Announced.NEW, Announced.CROSS}
    assert not any("Announce Type" in paper.abstract for paper in parsed.papers)
    for end in range(1000, len(data), 1000):
        with pytest.raises(RefusedInput):
            parse_feed(data[:end])


def test_formulas_keep_their_signs() -> None:
    paper = one("<title>t</title><description>x&lt;y can p &lt;0.05 and a&lt;b&gt;c</description>")
    assert paper.abstract == "x<y can p <0.05 and a<b>c"


def test_named_entities_of_html_are_no_error() -> None:
    assert one("<title>a&eacute;&amp;b&nbsp;c</title>").title == "a\xe9&b c"


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16", "utf-8"])
def test_the_declared_encoding_counts(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><item><title>caf\xe9</title></item></channel></rss>'
    assert parse_feed(text.encode(encoding)).papers[0].title == "caf\xe9"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("new", Announced.NEW),
        ("cross", Announced.CROSS),
        ("replace", Announced.REPLACED),
        ("replace-cross", Announced.REPLACED),
        ("absonly", Announced.REPLACED),
        ("something", Announced.UNSAID),
    ],
)
def test_what_arxiv_calls_a_record_is_kept(said: str, kind: Announced) -> None:
    guid = "<title>t</title><guid isPermaLink='false'>oai:arXiv.org:2611.00001v2</guid>"
    text = (
        f"<description>arXiv:2611.00001v2 Announce Type: {said} \nAbstract: We fold.</description>"
    )
    with_element = one(f"{guid}{text}<arxiv:announce_type>{said}</arxiv:announce_type>")
    assert (with_element.announced, with_element.abstract) == (kind, "We fold.")
    assert one(guid + text).announced is kind


def test_a_replacement_is_not_published_on_the_day_it_was_announced() -> None:
    day = "<pubDate>Fri, 20 Nov 2026 00:00:00 -0500</pubDate><title>t</title><guid>oai:arXiv.org:2611.00001v2</guid>"
    paper = one(day + "<arxiv:announce_type>replace</arxiv:announce_type>")
    assert (paper.published_at, paper.updated_at is not None, paper.version) == (None, True, 2)


@pytest.mark.parametrize("title", ["Feed error for query: cs.NOPE", "  feed error for query: x\n"])
def test_arxivs_error_feed_is_an_error_and_not_an_empty_day(title: str) -> None:
    assert "arXiv answers with an error" in refusal(rss(head=f"<title>{title}</title>"))


def test_arxivs_error_entry_is_an_error_and_not_a_paper() -> None:
    entry = "<entry><id>http://arxiv.org/api/errors#bad_id</id><title>Error</title><summary>incorrect id format</summary></entry>"
    data = f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>".encode()
    assert "incorrect id format" in refusal(data)


def test_the_papers_of_a_feed_carry_its_address_in_their_ids() -> None:
    assert one(
        "<title>t</title><guid isPermaLink='false'>7</guid><link>https://example.org/7</link>"
    ).ids == ("feed:https://example.org/feed#7",)
    assert one("<title>t</title><link>https://example.org/7</link>").ids == (
        "feed:https://example.org/feed#https://example.org/7",
    )
    assert one("<title>t</title>").ids == ()


@pytest.mark.parametrize("guid", ["https://doi.org/10.1000/ABC", "doi:10.1000/abc", "10.1000/abc"])
def test_a_doi_as_id_is_a_doi(guid: str) -> None:
    assert one(f"<title>t</title><guid isPermaLink='false'>{guid}</guid>").id == "doi:10.1000/abc"


def test_an_entry_that_links_to_a_paper_is_that_paper_but_not_its_version() -> None:
    paper = one("<title>t</title><link>https://arxiv.org/abs/2611.00001v3?x=1</link>")
    assert (paper.id, paper.version, paper.announced) == (
        "arxiv:2611.00001",
        None,
        Announced.UNSAID,
    )


def test_no_id_is_taken_from_what_an_entry_says() -> None:
    paper = one(
        "<title>On arXiv:2301.00001</title><description>see 10.1000/x, https://arxiv.org/abs/2301.00002</description>"
    )
    assert paper.ids == ()


def test_an_entry_without_a_title_is_rejected_alone_with_its_number() -> None:
    parsed = parse_feed(rss("<title>a</title>", "<link>https://example.org</link>"))
    assert [paper.title for paper in parsed.papers] == ["a"]
    assert [(item.place, item.reason) for item in parsed.rejected] == [
        (2, "an entry without a title")
    ]


def test_a_feed_without_any_title_is_refused() -> None:
    assert "no entry of this feed has a title" in refusal(rss("<description>a</description>"))


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "/relative"])
def test_an_address_that_is_no_web_address_is_dropped(link: str) -> None:
    assert one(f"<title>t</title><link>{link}</link>").url == ""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lovelace", ("Ada Lovelace",)),
        ("A B, C D (Univ X, City), E F Jr.", ("A B", "C D", "E F Jr.")),
        ("Sammy Davis, Jr., Henry Ford, III", ("Sammy Davis, Jr.", "Henry Ford, III")),
        ("A B (X (Y, Z), W), C D", ("A B", "C D")),
        ("A B (never closed, C D, E F", ("A B never closed", "C D", "E F")),
        ("A B), C D", ("A B)", "C D")),
        (" A  B ,, C\nD, ", ("A B", "C D")),
        ("Jr.", ("Jr.",)),
        ("", ()),
    ],
)
def test_arxivs_one_string_of_authors_is_parted(text: str, names: tuple[str, ...]) -> None:
    assert split_creators(text) == names


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Ada Lovelace", "Charles Babbage"], ("Ada Lovelace", "Charles Babbage")),
        (
            ["Ada Lovelace, Charles Babbage and Emmy Noether"],
            ("Ada Lovelace", "Charles Babbage", "Emmy Noether"),
        ),
        (["Lovelace, A., Babbage, C. H."], ("Lovelace, A.", "Babbage, C. H.")),
        (["Lovelace, Ada; Babbage, Charles"], ("Lovelace, Ada", "Babbage, Charles")),
        (["Lovelace, Ada"], ("Lovelace, Ada")),
        (["ada@example.org (Ada Lovelace)", "bot@example.org"], ("Ada Lovelace",)),
        (["", "  "], ()),
    ],
)
def test_other_feeds_authors_are_parted_only_where_it_is_plain(
    texts: list[str], names: tuple[str, ...] | str
) -> None:
    assert from_feed(texts) == ((names,) if isinstance(names, str) else names)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60))
def test_parting_names_never_raises(text: str) -> None:
    assert all(split_creators(text)) or not text.strip()
    from_feed([text])


_XML = st.text(alphabet=st.sampled_from("<>/!?[]-&;= 'ab\nrsfedENTITYOCP\"#"), max_size=60)


@settings(deadline=None, max_examples=200)
@given(_XML, _XML)
def test_any_text_round_a_feed_is_read_or_refused(before: str, inside: str) -> None:
    data = f"{before}<rss version='2.0'><channel>{inside}</channel></rss>".encode()
    FORMAT.recognise(data)
    try:
        parsed = FORMAT.parse(data)
    except RefusedInput:
        return
    assert parsed.format == "feed"


def test_a_thousand_comments_before_the_root_take_no_time() -> None:
    assert FORMAT.recognise(b"<!-- a -->" * 5000 + b"<rss version='2.0'/>")
    assert not FORMAT.recognise(b"<!-- a -->" * 5000 + b"<html/>")
