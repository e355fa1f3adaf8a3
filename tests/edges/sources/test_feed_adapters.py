"""Feeds of single services: what bioRxiv, PubMed and arXiv say in places where a feed usually does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Announced, Paper
from paperdigest.core.text import clean, display
from paperdigest.sources.biorxiv_feed import authors
from paperdigest.sources.feed import FORMAT, parse_feed

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
ABSENT = "the real samples are not beside this checkout"
ATOM = "{http://www.w3.org/2005/Atom}"
NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:os="http://a9.com/-/spec/opensearch/1.1/"'
)


def rss(item: str, head: str = "") -> bytes:
    return f"<rss version='2.0' {NAMES}><channel>{head}<item>{item}</item></channel></rss>".encode()


def one(item: str) -> Paper:
    (paper,) = FORMAT.parse(rss(item)).papers
    return paper


def golden(name: str) -> tuple[Paper, ...]:
    return FORMAT.parse((GOLDEN / name).read_bytes()).papers


# ------------------------------------------------------------------ bioRxiv and medRxiv


def biorxiv(address: str, more: str = "<dc:identifier>doi:10.1101/700002</dc:identifier>") -> Paper:
    return one(f"<title>t</title><link>\n{address}\n</link>{more}")


@pytest.mark.parametrize(
    "address",
    [
        "http://biorxiv.org/cgi/content/short/700002v3?rss=1",
        "https://www.biorxiv.org/content/10.1101/700002v3?rss=1",
        "https://www.biorxiv.org/content/10.1101/700002v3.full",
        "https://www.biorxiv.org/content/early/2026/11/20/700002v3",
    ],
)
def test_the_address_of_a_preprint_tells_its_version(address: str) -> None:
    paper = biorxiv(address)
    assert (paper.id, paper.version) == ("doi:10.1101/700002", 3)
    assert paper.url == "https://www.biorxiv.org/content/10.1101/700002v3"


def test_a_later_version_of_a_preprint_is_not_dated_as_its_publication() -> None:
    first, third, _ = golden("biorxiv.rdf")
    assert first.published_at == datetime(2026, 11, 19, tzinfo=UTC)
    assert third.published_at is None
    assert third.updated_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_doi_of_any_prefix_is_a_preprints() -> None:
    more = "<dc:identifier>doi:10.64898/2026.11.18.7</dc:identifier>"
    paper = biorxiv("https://www.medrxiv.org/content/10.64898/2026.11.18.7v1", more)
    assert (paper.id, paper.venue) == ("doi:10.64898/2026.11.18.7", "medRxiv")


def test_who_links_to_a_preprint_is_not_its_server() -> None:
    paper = biorxiv("https://www.biorxiv.org/content/10.1101/700002v3", "")
    assert (paper.version, paper.venue) == (None, "")


@pytest.mark.parametrize("title", ["WITHDRAWN: Folding masks", "WITHDRAWN Folding masks"])
def test_a_withdrawn_preprint_is_withdrawn(title: str) -> None:
    link = "<link>https://www.biorxiv.org/content/10.1101/700002v3</link>"
    named = f"{link}<dc:identifier>doi:10.1101/700002</dc:identifier>"
    assert one(f"<title>{title}</title>{named}").withdrawn
    assert not one(f"<title>On papers withdrawn</title>{named}").withdrawn


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (" Kurz, D., Lang, A. B., Breit, S. ", ("Kurz, D.", "Lang, A. B.", "Breit, S.")),
        ("Ørsted, Ø., Émile-Roy, É.-J.", ("Ørsted, Ø.", "Émile-Roy, É.-J.")),
        ("Kurz, D., Fold Consortium, Lang, A.", ("Kurz, D.", "Fold Consortium", "Lang, A.")),
        ("Fold Consortium", ("Fold Consortium",)),
        ("Ford, H., III, Kurz, D.", ("Ford, H., III", "Kurz, D.")),
        ("LI, X., WU, Y., Wang, Z., Wang, Z.", ("LI, X.", "WU, Y.", "Wang, Z.", "Wang, Z.")),
        ("Kurz, D. E.; Lang, A.", ("Kurz, D. E.", "Lang, A.")),
        (", ,", ()),
        ("", ()),
    ],
)
def test_a_preprints_authors_are_paired_with_their_initials(
    text: str, names: tuple[str, ...]
) -> None:
    assert authors(text) == names


# ------------------------------------------------------------------ PubMed


def pubmed(more: str) -> Paper:
    return one(f"<title>t</title><guid isPermaLink='false'>pubmed:0090</guid>{more}")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_all_identifiers_of_an_article_count_in_any_order(order: tuple[int, ...]) -> None:
    """feedparser keeps the last one only."""
    said = ("pmid:90", "doi:10.1000/A.1", "pmc:PMC7")
    more = "".join(f"<dc:identifier>{said[place]}</dc:identifier>" for place in order)
    assert pubmed(more).ids == ("doi:10.1000/a.1", "pmid:90")


def test_an_article_without_identifiers_is_known_by_its_guid() -> None:
    paper = pubmed("<link>https://pubmed.ncbi.nlm.nih.gov/90/?utm_source=x</link>")
    assert paper.ids == ("pmid:90",)
    assert paper.url == "https://pubmed.ncbi.nlm.nih.gov/90/"


def test_each_creator_of_an_article_is_one_author() -> None:
    names = ("Ada Lovelace", "Wei Wang", "Wei Wang", "Cranes and Hearts Group", "Ford H, Jr")
    assert pubmed("".join(f"<dc:creator>{name}</dc:creator>" for name in names)).authors == names


def content(html: str, description: str = "The end.") -> Paper:
    return pubmed(
        f"<description>{description}</description>"
        f"<content:encoded><![CDATA[{html}]]></content:encoded>"
    )


def test_an_article_has_its_whole_abstract_and_nothing_round_it() -> None:
    paper = content(
        "<p style='color: green'>J Fold. 2026. doi: 10.1000/cited.</p><p><b>ABSTRACT</b></p>"
        "<p>START: n<m.</p><p>END: PMID: is a word.</p><p>PMID:<a href='#'>90</a></p>"
    )
    assert display(paper.abstract) == "START: n<m. END: PMID: is a word."
    assert not paper.partial


@pytest.mark.parametrize(
    ("html", "description", "abstract"),
    [
        ("<p>J Fold.</p><p>NO ABSTRACT</p><p>PMID:90</p>", "NO ABSTRACT", ""),
        ("<p>J Fold.</p><p>NO ABSTRACT</p><p>PMID:90</p>", "&lt;p>&lt;b>NO ABSTRACT&lt;/b>", ""),
        ("<p>J Fold.</p><p><b>ABSTRACT</b></p><p>PMID:90</p>", "The end.", "The end."),
        ("<p>J Fold.</p><p>PMID:90</p>", "", ""),
    ],
)
def test_an_article_without_its_whole_abstract_is_partial(
    html: str, description: str, abstract: str
) -> None:
    paper = content(html, description)
    assert (paper.abstract, paper.partial) == (abstract, True)


def test_the_conclusion_alone_is_partial() -> None:
    paper = pubmed("<description>CONCLUSION: It folds.</description>")
    assert (paper.abstract, paper.partial) == ("CONCLUSION: It folds.", True)


def test_an_articles_title_is_one_line_and_keeps_its_tags() -> None:
    assert golden("pubmed.rss")[0].title.startswith("Creased <i>in vivo</i> by <scp>ORIGAMI</scp>")


def test_the_id_in_an_address_of_pubmed_is_its_own_and_the_entry_someone_elses() -> None:
    paper = one(
        "<title>t</title><link>https://pubmed.ncbi.nlm.nih.gov/90/</link><dc:source>x</dc:source>"
    )
    assert (paper.id, paper.venue) == ("pmid:90", "")


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://openreview.net/forum?id=Ab_c-1", "openreview:Ab_c-1"),
        ("https://openalex.org/W12", "openalex:W12"),
        ("https://journal.example.org/doi/10.1000/x", None),
        ("pmid:90", None),
    ],
)
def test_an_address_that_is_an_id_elsewhere_is_that_id(link: str, name: str | None) -> None:
    ids = one(f"<title>t</title><link>{link}</link>").ids
    assert ids[0] == name if name else ids in ((f"feed:{link}",), ("pmid:90", f"feed:{link}"))


# ------------------------------------------------------------------ arXiv


def test_a_channel_says_on_which_days_nothing_comes() -> None:
    """feedparser keeps the last day only."""
    parsed = FORMAT.parse((GOLDEN / "arxiv_rss.xml").read_bytes())
    assert parsed.quiet_days == frozenset({5, 6})


@pytest.mark.parametrize(
    ("head", "days"),
    [
        ("<skipDays><day>Monday</day><day> sunday\n</day></skipDays>", {0, 6}),
        ("<skipDays><day>Montag</day><day/></skipDays><day>Friday</day>", set()),
        ("<skipHours><hour>1</hour></skipHours>", set()),
    ],
)
def test_only_names_of_days_are_quiet_days(head: str, days: set[int]) -> None:
    assert FORMAT.parse(rss("<title>t</title>", head)).quiet_days == days


def test_an_entry_cannot_silence_its_channel() -> None:
    parsed = FORMAT.parse(rss("<title>t</title><skipDays><day>Monday</day></skipDays>"))
    assert parsed.quiet_days == frozenset()


@pytest.mark.parametrize(
    ("said", "total"),
    [("2", 2), (" 214881 ", 214881), ("0", 0), ("-1", None), ("many", None), ("9" * 13, None)],
)
def test_a_page_of_more_says_how_much_there_is(said: str, total: int | None) -> None:
    head = f"<os:totalResults>{said}</os:totalResults>"
    assert FORMAT.parse(rss("<title>t</title>", head)).total == total
    assert FORMAT.parse(rss(f"<title>t</title>{head}")).total is None


def test_an_answer_of_the_api_says_how_much_there_is() -> None:
    assert FORMAT.parse((GOLDEN / "arxiv_api.xml").read_bytes()).total == 2


@pytest.mark.parametrize("place", ["<name>{}</name><a>{}</a>", "<a>{}</a><name>{}</name>"])
def test_affiliations_do_not_come_between_authors(place: str) -> None:
    """feedparser keeps the last one only."""
    people = ("Ada Lovelace", "Martin King, Jr", "The Fold and Crease Team")
    parts = "".join(
        f"<author>{place.replace('a>', 'arxiv:affiliation>').format(name, name)}</author>"
        for name in people
    )
    entry = f"<entry><id>http://arxiv.org/abs/2611.00001v2</id><title>t</title>{parts}</entry>"
    (paper,) = FORMAT.parse(
        f"<feed xmlns='http://www.w3.org/2005/Atom' {NAMES}>{entry}</feed>".encode()
    ).papers
    assert paper.authors == people


def entries(data: bytes) -> list[ET.Element]:
    return list(ET.fromstring(data).iter(f"{ATOM}entry"))


def said(entry: ET.Element, name: str) -> str:
    return entry.findtext(ATOM + name) or ""


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=ABSENT)
@pytest.mark.parametrize(
    ("name", "total"), [("id_astro-ph", 1), ("q_testing", 214881), ("id_0000", 0)]
)
def test_a_real_answer_of_the_api_is_read_as_another_reader_reads_it(name: str, total: int) -> None:
    (path,) = SAMPLES.glob(f"arxiv_api_{name}*.json")
    data = json.loads(path.read_text("utf-8"))["body"].encode()
    parsed = FORMAT.parse(data)
    assert (parsed.total, parsed.rejected) == (total, ())
    for entry, paper in zip(entries(data), parsed.papers, strict=True):
        assert f"http://arxiv.org/abs/{paper.id[6:]}v{paper.version}" == said(entry, "id")
        assert display(paper.title) == display(said(entry, "title"))
        assert paper.abstract == clean(said(entry, "summary"))
        assert list(paper.authors) == [
            clean(said(one, "name")) for one in entry.iter(f"{ATOM}author")
        ]
        assert paper.published_at == datetime.fromisoformat(said(entry, "published"))
        assert paper.updated_at == datetime.fromisoformat(said(entry, "updated"))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=ABSENT)
def test_a_real_announcement_is_read_as_another_reader_reads_it() -> None:
    data = (SAMPLES / "arxiv_rss.xml").read_bytes()
    for entry, paper in zip(entries(data), FORMAT.parse(data).papers, strict=True):
        assert f"oai:arXiv.org:{paper.id[6:]}v{paper.version}" == said(entry, "id")
        creators = entry.findtext("{http://purl.org/dc/elements/1.1/}creator") or ""
        assert ", ".join(paper.authors) == clean(creators)
        assert said(entry, "summary").endswith(paper.abstract)
        assert list(paper.categories) == [one.get("term") for one in entry.iter(f"{ATOM}category")]
        assert paper.published_at == datetime.fromisoformat(said(entry, "published"))
        assert paper.announced in (Announced.NEW, Announced.CROSS)


def test_arxivs_error_is_an_error_in_rss_too() -> None:
    with pytest.raises(RefusedInput, match="arXiv answers with an error"):
        parse_feed(rss("<title>t</title>", "<title>Feed error for query: cs.NOPE</title>"))
