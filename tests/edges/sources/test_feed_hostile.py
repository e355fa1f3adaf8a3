"""Feeds that mean harm, are broken, or are no feeds: papers or RefusedInput, soon, and nothing else."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Parsed
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP
from paperdigest.sources.feed import FORMAT, parse_feed
from paperdigest.sources.names import MOST

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
FEEDS = sorted(
    path.name for path in GOLDEN.iterdir() if path.suffix in (".rdf", ".rss") or path.stem in (
        "arxiv_api", "arxiv_atom", "arxiv_rss", "blog_rss", "journal_rdf"
    )
)  # fmt: skip
NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:gml="http://www.opengis.net/gml"'
    ' xmlns:georss="http://www.georss.org/georss"'
    ' xmlns:itunes="http://www.itunes.com/DTDs/PodCast-1.0.dtd"'
)
BUSY = "made to keep its reader busy"


def rss(items: str, head: str = "") -> bytes:
    return f"<rss version='2.0' {NAMES}><channel>{head}{items}</channel></rss>".encode()


def item(inside: str) -> bytes:
    return rss(f"<item><title>t</title>{inside}</item>")


def atom(inside: str) -> bytes:
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><entry>{inside}</entry></feed>".encode()


def refusal(data: bytes) -> str:
    with pytest.raises(RefusedInput) as caught:
        FORMAT.parse(data)
    return str(caught.value)


def well(parsed: Parsed) -> bool:
    """Say whether everything that was read keeps to the caps, and every address is one of the web."""
    for paper in parsed.papers:
        addresses = [paper.url, *(link.url for link in paper.links)]
        assert all(one.startswith(("https://", "http://")) for one in addresses if one)
        assert len(paper.title.encode()) <= TITLE_CAP
        assert len(paper.abstract.encode()) <= ABSTRACT_CAP
        assert len(paper.authors) <= MOST
        assert all(text.isprintable() for text in (*paper.ids, *paper.authors, *paper.categories))
    return True


def read_or_refused(data: bytes) -> bool:
    FORMAT.recognise(data)
    try:
        return well(FORMAT.parse(data))
    except RefusedInput:
        return False


# ------------------------------------------------------------------ cut off, or no feed


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_that_is_cut_at_any_byte_is_refused(name: str) -> None:
    data = (GOLDEN / name).read_bytes().rstrip()
    for end in range(len(data)):
        with pytest.raises(RefusedInput):
            FORMAT.parse(data[:end])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            b"<!doctype html>\n<html><head><title>Sign in to Hotel WiFi</title></head></html>",
            "HTML",
        ),
        (b"<!-- portal --><html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "HTML"),
        (b"<head><meta http-equiv='refresh' content='0; url=/login'></head>", "HTML"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "JSON"),
        (b"[1, 2]", "JSON"),
        (b"502 Bad Gateway", "not an RSS or Atom feed"),
        (b"<error>rate limited</error>", "<error>"),
        (b"\x00\x01\x02\x03", "not an RSS or Atom feed"),
    ],
)
def test_another_kind_of_answer_is_named(data: bytes, words: str) -> None:
    assert not FORMAT.recognise(data)
    assert words in refusal(data)


def test_a_page_behind_a_feeds_root_is_no_feed() -> None:
    assert "broken" in refusal(b"<rss version='2.0'><channel><p>We<br>are down</channel></rss>")


@pytest.mark.parametrize(
    "bad", ["\x00", "\x08", "\x1b", "&#0;", "&#8;", "&#xD800;", "&#xDFFF;", "&#x110000;", "&#99999999999999999999;", "&#xFFFF;"]
)  # fmt: skip
def test_what_xml_does_not_allow_is_refused(bad: str) -> None:
    assert "broken" in refusal(item(f"<description>a{bad}b</description>"))


def test_unseen_signs_that_xml_allows_are_taken_out() -> None:
    bad = "a&#x202E;b&#x200B;c&#x85;d\u0007".replace("\u0007", "&#x7F;")
    (paper,) = FORMAT.parse(
        item(f"<guid isPermaLink='false'>10.1000/{bad}</guid><author>{bad}</author>")
    ).papers
    assert (paper.ids[0][:12], paper.authors[0][:3]) == ("doi:10.1000/", "abc")
    assert paper.ids[0].isprintable()
    assert paper.authors[0].isprintable()


# ------------------------------------------------------------------ declarations and encodings


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "b">',
        '<!ENTITY a "b"><!ENTITY c "&a;&a;&a;&a;">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;',
        '<!-- ]> --><!ENTITY a "b">',
    ],
)
def test_entities_of_its_own_are_refused(declared: str) -> None:
    data = f"<!DOCTYPE rss [{declared}]><rss version='2.0'><channel>&a;</channel></rss>".encode()
    assert not read_or_refused(data)


def test_a_declaration_of_another_document_type_is_not_followed() -> None:
    data = b"<!DOCTYPE rss SYSTEM 'http://127.0.0.1:9/x.dtd'>" + item("<link>&x;</link>")
    assert "undefined entity" in refusal(data)


def test_the_line_of_what_is_broken_is_counted_from_the_start_of_the_file() -> None:
    data = b"<?xml version='1.0'?>\n<!-- a\nb -->\n<rss version='2.0'>\n<channel></rss>"
    assert "in line 5" in refusal(data)


@pytest.mark.parametrize(
    "encoding",
    ["idna", "punycode", "unicode_escape", "utf-7", "undefined", "rot13", "zlib", "mbcs"],
)
def test_what_is_no_encoding_of_texts_is_refused(encoding: str) -> None:
    start = f"<?xml version='1.0' encoding='{encoding}'?>".encode()
    for body in (item("<link>+2AA- \\ud800 a-</link>"), b"a-" * 50_000, b"." * 70):
        refusal(start + body)


@pytest.mark.parametrize(
    "data",
    [
        "<rss version='2.0'><channel><item><title>\u00e9</title></item></channel></rss>".encode(
            codec
        )
        for codec in ("utf-16", "utf-32", "utf-8-sig")
    ],
)
def test_a_byte_order_mark_tells_the_encoding(data: bytes) -> None:
    assert FORMAT.parse(data).papers[0].title == "\u00e9"


# ------------------------------------------------------------------ too much in one place

MANY = 60_000
ATTRIBUTE = "a{}='' "
PREFIX = "xmlns:a{0}='u{0}' "


def numbered(form: str, count: int = MANY // 5) -> str:
    return "".join(form.format(place) for place in range(count))


@pytest.mark.parametrize(
    "data",
    [
        item(f"<author>{'a' * MANY}</author>"),
        item(f"<author>{'ab ' * MANY}</author>" + "<author><name>a</name></author>" * 6000),
        item(numbered("<category>{}</category>")),
        item(numbered("<dc_subject>{}</dc_subject>")),
        item(f"<itunes:keywords>{numbered('{},')}</itunes:keywords>"),
        rss("", numbered("<category>{}</category>")),
        atom(f"<title type='xhtml'>{'<?a?> ' * MANY}</title>"),
        rss("<a base='http://x/aaaaaaaaaaaa/'>" * 10_000 + "</a>" * 10_000),
        f"<rss version='2.0' {numbered(ATTRIBUTE)}><channel/></rss>".encode(),
        f"<rss version='2.0' {numbered(PREFIX)}>{'<a1:b/>' * MANY}</rss>".encode(),
    ],
    ids=[
        "letters", "authors", "tags", "odd-tags", "keywords", "channel", "instructions", "bases", "attributes", "prefixes",
    ],
)  # fmt: skip
def test_what_takes_far_longer_than_it_is_long_is_refused_at_once(data: bytes) -> None:
    begun = perf_counter()
    assert BUSY in refusal(data)
    assert perf_counter() - begun < 1


@pytest.mark.parametrize(
    "data",
    [
        item(f"<author>{'@(' * MANY}</author>"),
        item(f"<author>{'a@( ' * MANY}</author>"),
        item(f"<guid isPermaLink='false'>oai:arXiv.org:2611.00001v1</guid><dc:creator>{'a b ' * MANY}</dc:creator>"),
        item(f"<guid isPermaLink='false'>10.1000/x{'.' * MANY}</guid>"),
        item(f"<dc:identifier>doi:10.1000/x{')' * MANY}</dc:identifier>"),
        item(f"<link>https://www.biorxiv.org/content/{'1.1/' * MANY}</link><dc:identifier>doi:10.1/x</dc:identifier>"),
        item(f"<link>https://arxiv.org/abs/{'a/' * MANY}</link>"),
        item(f"<pubDate>{'1' * MANY}</pubDate><dc:date>{'2026-' * MANY}</dc:date>"),
        item(f"<pubDate>{'a, ' * MANY}</pubDate>"),
        item(f"<guid isPermaLink='false'>pubmed:1</guid><description>{'&lt;p> ' * MANY}</description>"),
        item(f"<title>{'&lt;/a' * MANY}</title><description>{'&amp;a' * MANY}</description>"),
        item("<enclosure url='https://e.org/a.pdf' type='pdf'/>" * 5000),
        item("<dc:identifier>doi:10.1000/x</dc:identifier>" * 5000),
        b"\n" * MANY + rss("<item><title>t</title></item>"),
        b"<?a b?>" * MANY + rss("<item><title>t</title></item>"),
        "\ufeff".encode() * MANY + rss("<item><title>t</title></item>"),
    ],
)  # fmt: skip
def test_one_huge_text_takes_no_time_and_keeps_to_the_caps(data: bytes) -> None:
    begun = perf_counter()
    assert well(FORMAT.parse(data))
    assert perf_counter() - begun < 1


def test_a_feed_of_nothing_but_entries_is_refused_before_it_takes_memory() -> None:
    data = (
        b"<rss version='2.0'><channel><title>x</title>" + b"<item/>" * 100_001 + b"</channel></rss>"
    )
    with pytest.raises(RefusedInput, match="more than 100,000 entries"):
        FORMAT.parse(data)


def test_a_feed_of_ordinary_entries_is_never_taken_for_one_made_to_harm() -> None:
    tags = numbered("<category domain='x'>tag {}</category>", 60)
    people = numbered("<dc:creator>Ada B. Lovelace {} (ada@example.org)</dc:creator>", 200)
    entry = f"<item><title>t</title><source url='https://e.org'>e</source>{tags}{people}</item>"
    assert len(FORMAT.parse(rss(entry * 20, tags)).papers) == 20


def test_a_paper_of_three_thousand_authors_is_read() -> None:
    names = ", ".join(f"A. Author{place} (University {place}, City)" for place in range(3000))
    guid = "<guid isPermaLink='false'>oai:arXiv.org:2611.00001v1</guid>"
    (paper,) = FORMAT.parse(item(f"{guid}<dc:creator>{names}</dc:creator>")).papers
    assert (len(paper.authors), paper.authors[1999]) == (MOST, "A. Author1999")


def test_deep_nesting_is_only_nesting() -> None:
    assert read_or_refused(atom("<title>t</title>" + "<a>" * 5000 + "</a>" * 5000))
    assert read_or_refused(atom(f"<title type='xhtml'>{'<b>' * 5000}t{'</b>' * 5000}</title>"))


def seconds(entries: int) -> float:
    data = rss(numbered("<item><title>Fold {0}</title><guid>{0}</guid></item>", entries))
    begun = perf_counter()
    assert len(FORMAT.parse(data).papers) == entries
    return perf_counter() - begun


def test_ten_times_the_entries_take_ten_times_as_long() -> None:
    assert seconds(5000) < 30 * min(seconds(500) for _ in range(3))


# ------------------------------------------------------------------ odd entries


@pytest.mark.parametrize(
    "data",
    [
        item("<gml:pos>1 2</gml:pos>"),
        item("<georss:where><gml:Polygon><gml:LinearRing><gml:posList>a</gml:posList></gml:LinearRing></gml:Polygon></georss:where>"),
        item("<textInput><link>x</link></textInput>"),
    ],
)  # fmt: skip
def test_what_feedparser_stumbles_over_is_refused(data: bytes) -> None:
    assert "cannot be read" in refusal(data)


@pytest.mark.parametrize(
    "date", ["", "0", "yesterday", "30 Feb 2026", "2026-13-45", "0000-00-00", "9" * 5000, "Mon, 99 Zzz 99999 99:99:99 +9999", "-1", "١٢"]
)  # fmt: skip
def test_a_date_that_is_none_is_no_date(date: str) -> None:
    (paper,) = FORMAT.parse(item(f"<pubDate>{date}</pubDate><dc:date>{date}</dc:date>")).papers
    assert (paper.published_at, paper.updated_at) == (None, None)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "file:///etc/passwd", "//e.org/x", "https://", "http://[", "https://a@b/", "ftp://e.org/", "https://e.org\\x"],
)  # fmt: skip
def test_no_address_but_one_of_the_web_is_kept_anywhere(address: str) -> None:
    inside = (
        f"<link>{address}</link><enclosure url='{address}' type='application/pdf'/>"
        f"<guid>{address}</guid><source url='{address}'>s</source>"
    )
    (paper,) = FORMAT.parse(item(inside)).papers
    assert (paper.url, paper.links) == ("", ())


def test_markup_stays_raw_text_and_is_not_read() -> None:
    live = "<script>x</script><img src=x onerror=y>"
    escaped = live.replace("<", "&lt;")
    (paper,) = FORMAT.parse(item(f"<description>{escaped}</description>")).papers
    assert (paper.title, paper.abstract) == ("t", live)


def test_entries_of_one_guid_are_all_read() -> None:
    parsed = FORMAT.parse(rss("<item><title>a</title><guid>1</guid></item>" * 3))
    assert [paper.id for paper in parsed.papers] == ["feed:1"] * 3


@pytest.mark.parametrize("version", ["0.91", "0.92", "2.0", "", "99"])
def test_an_old_feed_without_guids_is_known_by_its_links(version: str) -> None:
    data = f"<rss version='{version}'><channel><item><title>a</title><link>https://e.org/1</link></item></channel></rss>"
    assert parse_feed(data.encode(), "https://e.org/f").papers[0].ids == (
        "feed:https://e.org/f#https://e.org/1",
    )


def test_entries_within_entries_lose_no_identifier_to_a_neighbour() -> None:
    """What two readers count differently is not put together."""
    inner = "<item><title>b</title><dc:identifier>doi:10.1000/b</dc:identifier></item>"
    papers = FORMAT.parse(item(f"<dc:identifier>doi:10.1000/a</dc:identifier>{inner}")).papers
    assert [paper.ids for paper in papers] == [("doi:10.1000/a",), ("doi:10.1000/b",)]


# ------------------------------------------------------------------ anything


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refused(data)
    read_or_refused(b"<rss version='2.0'><channel>" + data + b"</channel></rss>")


_BITS = st.sampled_from(
    [b"", b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<item>", b"</item>", b"<entry>", b"<title>x</title>", b"<link href='javascript:x'/>", b"<source>", b"<image>", b"<textInput>", b"<category/>", b"<author/>", b"<content type='xhtml'>", b"\x00", b"\xff", b"&#xD800;", b"xml:base='http://['", b"type='application/octet-stream'", b"v99999"]
)  # fmt: skip


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(FEEDS),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), _BITS | st.binary(max_size=8)),
        min_size=1,
        max_size=4,
    ),
)
def test_any_change_to_a_feed_is_read_or_refused(
    name: str, edits: list[tuple[float, int, bytes]]
) -> None:
    data = (GOLDEN / name).read_bytes()
    for place, gone, bit in edits:
        start = int(place * len(data))
        data = data[:start] + bit + data[start + gone :]
    read_or_refused(data)


_TAGS = st.sampled_from(
    [
        "title",
        "link",
        "description",
        "guid",
        "author",
        "name",
        "category",
        "content",
        "summary",
        "source",
        "image",
        "textInput",
        "item",
        "dc:creator",
        "dc:date",
        "dc:identifier",
        "itunes:owner",
        "itunes:keywords",
        "gml:pos",
        "gml:Point",
        "georss:point",
        "georss:where",
        "pubDate",
        "enclosure",
    ]
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    tag = draw(_TAGS)
    attributes = draw(
        st.sampled_from(["", " type='xhtml'", " href='x'", " mode='base64'", " url='http://['"])
    )
    if depth == 0:
        return f"<{tag}{attributes}>{draw(st.sampled_from(['', 'x', '2026', '1 2', 'a@b.c', '&lt;b']))}</{tag}>"
    inside = "".join(draw(st.lists(elements(depth=depth - 1), max_size=3)))
    return f"<{tag}{attributes}>{inside}</{tag}>"


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(elements(), max_size=5))
def test_elements_in_any_place_are_read_or_refused(some: list[str]) -> None:
    read_or_refused(rss(f"<item><title>t</title>{''.join(some)}</item>", "".join(some[:2])))
