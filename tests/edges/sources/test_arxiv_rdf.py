"""arXiv's announcements as they were until 2024 (RSS 1.0), which archives and mirrors still hold."""

from __future__ import annotations

from paperdigest.core.paper import Announced, Paper
from paperdigest.sources.feed import FORMAT

ADA = "&lt;a href=&quot;http://arxiv.org/find/cs/1/au:+Moss_A/0/1/0/all/0/1&quot;&gt;Ada Moss&lt;/a&gt;"
BO = "&lt;a href=&quot;http://arxiv.org/find/cs/1/au:+Fern_B/0/1/0/all/0/1&quot;&gt;Bo Fern&lt;/a&gt;"


def announced(mark: str = "", creators: str = ADA) -> Paper:
    feed = f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://arxiv.org/"><title>cs.LG updates on arXiv.org</title>
<link>http://arxiv.org/</link><description rdf:parseType="Literal">d</description></channel>
<item rdf:about="http://arxiv.org/abs/1805.00001"><title>Mosses on $n$ roofs. (arXiv:1805.00001v2 [cs.LG]{mark})</title>
<link>http://arxiv.org/abs/1805.00001</link>
<description rdf:parseType="Literal">&lt;p&gt;Mosses grow where $2&amp;lt;n$
on roofs.
&lt;/p&gt;
</description>
<dc:creator> {creators}</dc:creator></item></rdf:RDF>"""
    (paper,) = FORMAT.parse(feed.encode()).papers
    return paper


def test_the_title_is_without_the_id_and_the_mark_that_stood_behind_it() -> None:
    assert announced(" UPDATED").title == "Mosses on $n$ roofs"


def test_version_and_category_are_taken_from_behind_the_title() -> None:
    paper = announced()
    assert (paper.id, paper.version, paper.categories) == ("arxiv:1805.00001", 2, ("cs.LG",))


def test_the_mark_says_how_a_paper_is_announced() -> None:
    kinds = [announced(mark).announced for mark in ("", " CROSS LISTED", " UPDATED")]
    assert kinds == [Announced.NEW, Announced.CROSS, Announced.REPLACED]


def test_authors_are_without_their_links_and_affiliations() -> None:
    creators = f"{ADA} (1), {BO} (Roof Collaboration), ((1) Fernton)"
    assert announced(creators=creators).authors == ("Ada Moss", "Bo Fern")


def test_the_abstract_is_without_the_paragraph_around_it() -> None:
    assert announced().abstract == "Mosses grow where $2&lt;n$ on roofs."
