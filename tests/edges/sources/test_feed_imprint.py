"""Feeds of publishers and blogs: what they print around a title and an abstract is no part of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from paperdigest.core.paper import Paper
from paperdigest.sources.feed import FORMAT

NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
)
SAID = "Mosses were counted on twelve roofs. They keep a house cool."


def one(item: str) -> Paper:
    feed = f"<rss version='2.0' {NAMES}><channel><item>{item}</item></channel></rss>"
    (paper,) = FORMAT.parse(feed.encode()).papers
    return paper


def described(description: str, more: str = "", title: str = "Mosses on roofs") -> Paper:
    return one(
        f"<title>{title}</title><link>https://example.org/1</link>"
        f"<description><![CDATA[{description}]]></description>{more}"
    )


CREATORS = "<dc:creator>Ada Moss</dc:creator><dc:creator>Bo Fern</dc:creator>"


@pytest.mark.parametrize(
    "printed",
    [
        '<p>Nature Roofs, Published online: 20 November 2026; <a href="https://example.org/1">doi:10.1038/s41000-026-00001-2</a></p>',
        "Nature Roofs, Published online: 20 November 2026; doi:10.1038/s41000-026-00001-2",
        "Journal of Roofs, Volume 12, Issue 3, Page 45-60, November 2026. <br/>",
        'Journal of Roofs, <a href="https://example.org/toc">Volume 12, Issue 3</a>, Page 45-60, November 2026. <br/>',
        "Volume 12, Issue 3, November 2026, Page 45-60<br/>. <br/>",
        "Journal of Roofs, Volume 12, Issue 3, November 2026. <br/>Abstract",
        "Journal of Roofs, Ahead of Print. <br/>",
        "Author(s): Ada Moss and Bo Fern<br/>",
        "<p>by Ada Moss, Bo Fern</p>\n",
        "<h3>Abstract</h3>",
        '<span class="section"><div class="boxTitle">Abstract</div>',
        "<b>Abstract:</b> ",
        "Abstract: ",
        "ABSTRACT ",
        "Abstract\n",
        "arXiv:2611.00001v1 Announce Type: replace-cross Abstract: ",
        "arXiv:2611.00001v1 Announce Type: new \nAbstract: ",
        '<p><img src="https://example.org/roof.png" alt="A roof"/></p>',
    ],
)
def test_what_a_publisher_prints_before_an_abstract_is_no_part_of_it(printed: str) -> None:
    said = f"The mosses. {SAID}" if printed.endswith("Abstract") else SAID
    paper = described(printed + said, CREATORS)
    assert paper.abstract.removeprefix('<span class="section">').removeprefix("<b>") == said


@pytest.mark.parametrize(
    "printed",
    [
        '<br/><img src="https://example.org/roof.png"><br/>[Phys. Rev. Roofs 12, 345] Published Fri Nov 20, 2026',
        '<p>The post <a href="https://example.org/1">Mosses on roofs</a> appeared first on <a href="https://example.org">Lab</a>.</p>',
    ],
)
def test_what_a_publisher_prints_after_an_abstract_is_no_part_of_it(printed: str) -> None:
    assert described(f"<p>{SAID}</p>{printed}").abstract == f"<p>{SAID}</p>"


@pytest.mark.parametrize(
    "description",
    [
        "Journal of Roofs, Volume 12, Issue 3, Page 45-60, November 2026. <br/>",
        "Journal of Roofs, EarlyView.",
        '<p><img src="https://example.org/x.gif" alt="Picture" /></p><div><cite>Journal of Roofs</cite></div><div>DOI: 10.1000/roofs</div>',
        "<p>Publication date: January 2027</p><p><b>Source:</b> Journal of Roofs, Volume 172</p><p>Author(s): Ada Moss, Bo Fern</p>",
        "Abstract",
    ],
)
def test_an_entry_that_tells_only_of_its_journal_has_no_abstract(description: str) -> None:
    paper = described(description)
    assert (paper.abstract, paper.partial) == ("", True)


@pytest.mark.parametrize(
    "text",
    [
        "Abstract interpretation of roofs is old. It works.",
        "Abstract Meaning Representation of roofs is new.",
        "AbstractBeam finds what roofs have in common.",
        "In Journal of Roofs, Volume 12, we said that mosses cool. Now we doubt it.",
        "By and by, mosses cover roofs.",
        "<p>by</p> and by",
        "[12] Published work on roofs says little.",
    ],
)
def test_a_text_that_only_resembles_an_imprint_stays_whole(text: str) -> None:
    assert described(text, CREATORS).abstract == text


def test_the_content_is_taken_where_the_description_is_an_imprint() -> None:
    paper = described(
        "Journal of Roofs, EarlyView.",
        "<content:encoded><![CDATA[<p>Roofs in short.</p><br/><h2>Abstract</h2>\n"
        f"<p>{SAID}</p>]]></content:encoded>",
    )
    assert paper.abstract == f"<p>{SAID}</p>"


def test_an_abstract_printed_below_its_authors_is_found() -> None:
    title = "Roofs, Vol. 12, Pages 345: Mosses on roofs"
    paper = described(
        f"{title}\n\tRoofs doi: 10.3390/r12000345\n\tAuthors:\n\t\tAda Moss\n\t\tBo Fern\n\t\t{SAID}",
        CREATORS,
        title,
    )
    assert (paper.title, paper.abstract) == ("Mosses on roofs", SAID)


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("[ASAP] Mosses on roofs", "Mosses on roofs"),
        ("Roofs, Vol. 12, Pages 345: Mosses on roofs", "Mosses on roofs"),
        ("Roofs, Vol. 12: A history", "Roofs, Vol. 12: A history"),
        ("[ASAP]", "[ASAP]"),
    ],
)
def test_a_title_is_without_its_journals_marks(title: str, bare: str) -> None:
    assert described(SAID, title=title).title == bare


def test_authors_venue_and_day_that_stand_only_in_the_description_are_found() -> None:
    paper = described(
        "<p>Publication date: Available online 20 November 2026</p><p><b>Source:</b> Journal of Roofs, Volume 3</p>"
        "<p><b>Author(s):</b> Ada M. Moss, Bo Fern</p>"
    )
    assert paper.authors == ("Ada M. Moss", "Bo Fern")
    assert paper.venue == "Journal of Roofs"
    assert paper.published_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_authors_that_stand_only_in_the_title_are_found() -> None:
    paper = described(SAID, title="Mosses on roofs -- by Ada Moss, Bo Fern")
    assert (paper.title, paper.authors) == ("Mosses on roofs", ("Ada Moss", "Bo Fern"))


def test_authors_in_an_element_of_their_own_are_found() -> None:
    assert described(SAID, "<authors>Ada Moss;Bo Fern</authors>").authors == ("Ada Moss", "Bo Fern")


def test_affiliations_behind_the_authors_are_no_authors() -> None:
    creator = "<dc:creator>Ada Moss, Bo Fern Author affiliations Department of Roofs, Fernton University</dc:creator>"
    assert described(SAID, creator).authors == ("Ada Moss", "Bo Fern")


def test_a_doi_in_the_old_way_of_writing_is_an_id() -> None:
    paper = described(SAID, "<dc:identifier>info:doi/10.1000/Roofs</dc:identifier>")
    assert paper.id == "doi:10.1000/roofs"


def test_a_teaser_that_ends_in_an_ellipsis_is_partial() -> None:
    assert described("<p>Mosses were counted on [&#8230;]</p>").partial


@pytest.mark.parametrize("unit", [" ", "<br/>", "<img>", "<p>", "[", "<h2>", "by ", "a, ", "<div>"])
def test_a_long_description_is_read_to_its_end(unit: str) -> None:
    """What takes a time that grows with the square of the length would take minutes here."""
    assert described(unit * (400_000 // len(unit)), CREATORS).title


def test_the_doi_that_an_articles_address_is_made_of_is_its_id() -> None:
    link = "<link>https://www.nature.com/articles/s41000-026-00001-2</link>"
    paper = one(f"<title>Mosses on roofs</title>{link}<description>{SAID}</description>")
    assert paper.id == "doi:10.1038/s41000-026-00001-2"
