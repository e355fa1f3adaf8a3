"""Plain feeds are read without feedparser: they say the same either way, and what might not is left to it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Parsed
from paperdigest.sources import feed_document
from paperdigest.sources.feed import parse_feed
from paperdigest.sources.feed_outline import outline
from paperdigest.sources.feed_plain import HeadAndEntries, read_plain
from paperdigest.sources.feed_plain_entry import KEYS

SOURCES = Path(feed_document.__file__).parent
GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"

NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
    ' xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:a="http://www.w3.org/2005/Atom"'
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
)
ATOM = "http://www.w3.org/2005/Atom"


def rss(items: str, head: str = "", names: str = NAMES) -> bytes:
    return f"<rss version='2.0' {names}><channel>{head}{items}</channel></rss>".encode()


def rdf(items: str, head: str = "", names: str = NAMES) -> bytes:
    return (
        f"<rdf:RDF xmlns='http://purl.org/rss/1.0/' {names}>"
        f"<channel rdf:about='x'>{head}</channel>{items}</rdf:RDF>"
    ).encode()


def atom(entries: str, head: str = "", names: str = NAMES) -> bytes:
    return f"<feed xmlns='{ATOM}' {names}>{head}{entries}</feed>".encode()


def entry(inside: str) -> bytes:
    return atom(f"<entry><title>t</title>{inside}</entry>")


def plain(xml: bytes) -> HeadAndEntries | None:
    return read_plain(xml, outline(xml))


def either_way(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object, bool]:
    """Return what is made of the document, what would be without the short way, and whether it was taken."""
    taken = []

    def short_way(*asked: Any) -> HeadAndEntries | None:
        found = read_plain(*asked)
        taken.append(found is not None)
        return found

    monkeypatch.setattr(feed_document, "read_plain", short_way)
    ours = parsed_or_refused(data)
    monkeypatch.setattr(feed_document, "read_plain", lambda *_: None)
    return ours, parsed_or_refused(data), any(taken)


def parsed_or_refused(data: bytes) -> Parsed | str:
    try:
        return parse_feed(data, "https://e.org/feed")
    except RefusedInput as refused:
        return str(refused)


def as_feedparser_says(xml: bytes) -> HeadAndEntries:
    found = feedparser.parse(
        io.BytesIO(xml),
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )
    return found.feed, [dict(one) for one in found.entries]


def asked_for(feed: HeadAndEntries) -> tuple[str, list[dict[str, object]]]:
    """Return the title of the feed, and of the entries what anything of ours ever asks for."""
    head, entries = feed
    return str(head.get("title", "")), [
        {key: _asked_for(key, one[key]) for key in sorted(KEYS) if key in one} for one in entries
    ]


def _asked_for(key: str, value: Any) -> object:
    match key:
        case "authors":
            return [str(author.get("name") or "") for author in value]
        case "content":
            return [part.get("value") for part in value]
        case "links":
            return [(str(link.get("href", "")), str(link.get("type", ""))) for link in value]
        case "tags":
            return [(tag["term"], tag["scheme"], tag["label"]) for tag in value]
    return value


def same(xml: bytes) -> bool:
    """Check that the feed says the same as feedparser says, and return whether it is plain."""
    found = plain(xml)
    if found is not None:
        assert asked_for(found) == asked_for(as_feedparser_says(xml))
    return found is not None


# ------------------------------------------------------------------ whole feeds

FEEDS = ("arxiv_api.xml", "arxiv_atom.xml", "arxiv_rss.xml", "biorxiv.rdf", "journal_rdf.xml", "pubmed.rss")  # fmt: skip


@pytest.mark.parametrize("name", FEEDS)
def test_the_feeds_of_services_are_plain_and_say_the_same_either_way(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, other, taken = either_way((GOLDEN / name).read_bytes(), monkeypatch)
    assert taken
    assert ours == other


def recorded() -> list[bytes]:
    """Return the feeds that services have really sent."""
    answers = sorted(SAMPLES.glob("arxiv_api_*.json"))
    bodies = [json.loads(path.read_text("utf-8"))["body"].encode() for path in answers]
    return [SAMPLES.joinpath("arxiv_rss.xml").read_bytes(), *bodies]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"recorded samples are not at {SAMPLES}")
def test_recorded_feeds_say_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    feeds = recorded()
    assert len(feeds) > 1
    for data in feeds:
        ours, other, taken = either_way(data, monkeypatch)
        assert taken
        assert ours == other


def test_all_that_readers_ask_of_an_entry_is_known_here() -> None:
    asked = set()
    for name in ("arxiv_feed", "biorxiv_feed", "feed_entry", "pubmed_feed"):
        code = (SOURCES / f"{name}.py").read_text("utf-8")
        asked |= set(
            re.findall(r'entry\.get\(\s*"(\w+)"|_said\(\s*entry,\s*"(\w+)"|"(\w+)" in entry', code)
        )
        asked |= set(re.findall(r"()()for key in \((.*)\)", code))
    keys = {key for found in asked for text in found for key in re.findall(r"\w+", text)}
    assert len(keys) > 15
    assert keys <= KEYS


# ------------------------------------------------------------------ what feedparser does that is odd


@pytest.mark.parametrize(
    "inside",
    [
        "<title>a</title><title>b</title>",
        "<title/><title>b</title><dc:title>c</dc:title>",
        "<title>a</title><source url='x'>s</source><title>b</title>",
        "<summary>a</summary><summary>b</summary><summary>c</summary>",
        "<content>a</content><summary>b</summary>",
        "<content:encoded>a</content:encoded><description>b</description><description>c</description>",
        "<summary/><content type='html'>a</content>",
        "<id>https:////e.org/1</id><link href='https:///e.org/2'/>",
        "<id>https://e.org/1</id><link rel='related' href='x'/><link rel='alternate' type='text/plain' href='y'/>",
        "<guid isPermaLink='false'>a:///b</guid><guid>c</guid><link>https://e.org/?a=1&amp;amp;b=2&amp;c;</link>",
        "<link/><link href=''/><link url='' href='u'/><link uri='a' TYPE='TEXT/HTML' REL='Alternate'/>",
        "<enclosure url='a' type='application/PDF'/><enclosure href='b'/><enclosure length='1'/>",
        "<category/><category term='a'/><category scheme='s'>b</category><category domain='s'>b</category>",
        "<category term='a'>b</category><category>b</category><dc:subject scheme=''>b</dc:subject>",
        "<category scheme='s'/><category>b</category><category label='l'/><category>c</category>",
        "<updated>a</updated><dc:date>b</dc:date><modified/><pubDate>c</pubDate><dcterms:issued>d</dcterms:issued>",
        "<author>A</author><dc:creator> B </dc:creator><author/>",
        "<author><name>A</name><uri>u</uri></author><author><email>b@e.org</email><name/></author>",
        "<author>x<name>A</name>y<name>B</name><arxiv:affiliation>C</arxiv:affiliation></author>",
        "<author><name>A</name></author><dc:creator>B</dc:creator>",
        "<contributor><name>A</name><email>a@e.org</email></contributor><dc:contributor>B</dc:contributor>",
        "<dc:identifier>a</dc:identifier><dc_identifier>b</dc_identifier><DC:IDENTIFIER xmlns:DC='http://purl.org/dc/elements/1.1/'>c</DC:IDENTIFIER>",
        "<arxiv:x a='1'>text</arxiv:x><y><z k='l'><z>text</z></z></y><summary>a</summary>",
        "<title>&#xE2;&#x80;&#x93;</title><dc:source>&#x80;&#x81;</dc:source><author><name>&#xC3;&#xA9;</name></author>",
        "<rights>a</rights><language>de</language><dc:publisher>p</dc:publisher><title xml:lang='en'>a</title>",
        "text <title>a<!-- b --><![CDATA[ <c> ]]>&#13;\r\n</title> text",
    ],
)  # fmt: skip
@pytest.mark.parametrize("whole", [rss, rdf, atom])
def test_oddities_are_the_same(whole: Any, inside: str) -> None:
    tag = "entry" if whole is atom else "item"
    assert same(whole(f"<{tag}>{inside}</{tag}><{tag}>{inside}</{tag}>"))
    same(whole(f"<{tag}>{inside}{inside}</{tag}>"))


@pytest.mark.parametrize(
    "head",
    [
        "<title>a</title><title>b</title>",
        "<title>a</title><image><title>b</title><url>u</url></image>",
        "<dc:title>a</dc:title><author><name>A</name></author><category>c</category>",
        "<skipDays><day>Sunday</day></skipDays><items><rdf:Seq><rdf:li rdf:resource='x'/></rdf:Seq></items>",
        "<a:link href='x' rel='self'/><link>l</link><description>d</description><subtitle type='html'>s</subtitle>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("whole", [rss, rdf, atom])
def test_a_head_is_the_same(whole: Any, head: str) -> None:
    tag = "entry" if whole is atom else "item"
    assert same(whole(f"<{tag}><title>t</title></{tag}>", head))


def test_a_title_behind_the_entries_is_the_same() -> None:
    entries = "<entry><title>t</title></entry><title>a</title><title>b</title>"
    assert same(atom(entries, "<title>first</title>"))
    assert same(rss(entries, "<title>first</title>"))


# ------------------------------------------------------------------ what is left to feedparser


@pytest.mark.parametrize(
    "inside",
    [
        "<summary type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a</div></summary>",
        "<summary>a <b>bold</b> word</summary>",
        "<content type='application/octet-stream'>YQ==</content>",
        "<content mode='base64'>YQ==</content>",
        "<content src='https://e.org/1'/>",
        "<summary a:type='html'>a</summary>",
        "<link href='a' HREF='b'/>",
        "<link xml:base='https://e.org/' href='a'/>",
        "<x BASE='https://e.org/'/>",
        "<author>ada@example.org (Ada Lovelace)</author>",
        "<author>A</author><author><name>B</name></author>",
        "<author><email>a@e.org</email></author>",
        "<dc:identifier x='1'>a</dc:identifier>",
        "<x><dc:identifier>a</dc:identifier></x>",
        "<x><title>a</title></x>",
        "<authors>a</authors>",
        "<date>2026</date>",
        "<entry><title>b</title></entry>",
        "<image><title>b</title></image>",
        "<georss:point xmlns:georss='http://www.georss.org/georss'>1 2</georss:point>",
        "<source><title>b</title></source>",
        "<x:title xmlns:x='HTTP://WWW.W3.ORG/1999/XLINK'/><y xmlns:z='http://www.w3.org/1999/xlink'/>",
        "<y xmlns:dc='https://e.org/other'/>",
        "<y xmlns:q='https://e.org/other'/><y xmlns:r='https://e.org/other'/>",
        "<y xmlns:Q='https://e.org/other'/>",
        "<y xmlns='http://backend.userland.com/rss2'/>",
        "<y xmlns=''/>",
        "<updated>" + "1" * 101 + "</updated>",
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_feedparser(
    inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plain(entry(inside)) is None
    ours, other, _ = either_way(entry(inside), monkeypatch)
    assert ours == other


@pytest.mark.parametrize(
    "xml",
    [
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><item><title>a</title></item></rdf:RDF>",
        b"<rss version='2.0'><channel href='x'><item><title>a</title></item></channel></rss>",
        b"<rss version='2.0'><channel/><channel><title>a</title></channel></rss>",
        b"<rss version='2.0'><channel><image><title>a</title></image><title>b</title></channel></rss>",
        b"<rss version='2.0'><textInput/></rss>",
        b"<opml><item><title>a</title></item></opml>",
    ],
)  # fmt: skip
def test_an_odd_frame_is_left_to_feedparser(xml: bytes) -> None:
    assert plain(xml) is None


def test_a_feed_that_is_all_elements_is_left_to_feedparser() -> None:
    """A tree of it would take far more memory than it has bytes."""
    assert plain(atom("<entry/>" * 9_000)) is not None
    assert plain(atom("<entry/>" * 30_000)) is None


# ------------------------------------------------------------------ any feed

_TEXTS = st.sampled_from(
    [
        "", "a", " b ", "c\n d", "https://e.org/1", "https:////e.org/2?a=1&amp;b=2", "2026-11-20T01:02:03Z",
        "Fri, 20 Nov 2026 05:00:00 GMT", "&lt;p&gt;x&lt;/p&gt; &amp;amp;", "<![CDATA[ a <b>]]> c", "x<!-- y -->z",
        "&#xE2;&#x80;&#x93;", "&#x85;&#x93;", "caf\u00e9", "\u03b1", "\u00a0", "a@e.org (A)", "A, B", "<i>n</i>",
        "10.1000/x", "oai:arXiv.org:2611.00001v1", "<name>N</name>", "<name>N</name><email>n@e.org</email>",
    ]
)  # fmt: skip
_TAGS = st.sampled_from(
    [
        "title", "link", "id", "guid", "summary", "description", "content", "content:encoded", "author", "category",
        "published", "pubDate", "updated", "dc:title", "dc:creator", "dc:date", "dc:subject", "dc:description",
        "dc:identifier", "dc:source", "dc:rights", "dcterms:modified", "prism:doi", "prism:section", "arxiv:doi",
        "arxiv:comment", "arxiv:announce_type", "enclosure", "source", "rights", "contributor", "a:link", "a:author",
        "x", "x:y", "dc_creator", "media:title", "image", "item", "entry", "language", "managingEditor", "comments",
    ]
)  # fmt: skip
_ATTRIBUTES = st.sampled_from(
    [
        "", "", "", "", "", "", " type='html'", " type='text'", " type='xhtml'", " href='https://e.org/3'",
        " rel='alternate' href='https://e.org/4' type='text/html'", " rel='self' href='y'", " isPermaLink='false'",
        " url='https://e.org/5.pdf' type='application/pdf'", " term='t'", " scheme='s' label='l'", " domain='d'",
        " xml:lang='en'", " xml:base='https://e.org/'", " mode='escaped'", " x:type='html'",
    ]
)  # fmt: skip
_SPACES = st.sampled_from(
    [
        "xmlns:x='https://e.org/x' xmlns:media='http://search.yahoo.com/mrss/'",
        "xmlns:x='https://e.org/x' xmlns:media='https://e.org/media'",
        "xmlns:x='http://purl.org/dc/elements/1.1/' xmlns:media='https://e.org/media'",
        f"xmlns:x='{ATOM}' xmlns:media='http://search.yahoo.com/mrss/'",
    ]
)


@st.composite
def _inside(draw: st.DrawFn, most: int) -> str:
    parts: Sequence[tuple[str, str, str]] = draw(
        st.lists(st.tuples(_TAGS, _ATTRIBUTES, _TEXTS), max_size=most)
    )
    return "".join(f"<{tag}{said}>{text}</{tag}>" for tag, said, text in parts)


@settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([rss, rdf, atom]), _SPACES, _inside(3), st.lists(_inside(7), max_size=4), _inside(1)
)  # fmt: skip
def test_any_feed_is_the_same_or_left(
    whole: Any, spaces: str, head: str, insides: list[str], behind: str
) -> None:
    tag = "entry" if whole is atom else "item"
    entries = "".join(f"<{tag}>{inside}</{tag}>" for inside in insides)
    same(whole(entries + behind, head, f"{NAMES} {spaces}"))


@settings(
    deadline=None,
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from([rss, rdf, atom]), st.lists(_inside(5), min_size=1, max_size=3))
def test_any_feed_gives_the_same_papers_either_way(
    monkeypatch: pytest.MonkeyPatch, whole: Any, insides: list[str]
) -> None:
    tag = "entry" if whole is atom else "item"
    data = whole("".join(f"<{tag}><title>t</title>{one}</{tag}>" for one in insides))
    ours, other, _ = either_way(data.replace(b"<x:", b"<x_").replace(b"</x:", b"</x_"), monkeypatch)
    assert ours == other
