"""A papers page as other programs save it: text browsers, clippers, converters to Markdown, and as HTML."""

from __future__ import annotations

import html
import json
from contextlib import suppress
from textwrap import fill

import pytest

from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Parsed
from paperdigest.sources.formats import detect, parse

HUB = "https://huggingface.co"
HEADER = "Get trending papers in your email inbox once a day!\n\nGet trending papers in your email inbox!\n\n"
#: Its id, title, abstract, votes.
PAPERS = (
    (
        "2611.00001",
        "FoldNet: Folding Paper Maps with Graph Neural Networks",
        (
            "Paper maps are hard to fold back along their creases. We propose FoldNet, a small graph network that learns the"
            " order of folds from 2,000 videos of hikers. Code is available at https://example.org/foldnet"
        ),
        12,
    ),
    (
        "2611.00002",
        "What matters when feeding sourdough to a language model?",
        (
            "Sourdough starters are alive, and language models are not. In this work, we study which of the two gains more"
            " from regular feeding. Over twelve weeks the starter doubled its size each day."
        ),
        None,
    ),
    (
        "2611.00003",
        "mBread: Efficient Bootstrapping of Multilingual Bakeries and Other Places with an Oven",
        (
            "Modular bakeries share one oven among many recipes. However, the oven is the bottleneck. This paper introduces"
            " mBread, which bakes more loaves with less heat at the same crust."
        ),
        1203,
    ),
)
ALL = [(title, text) for _, title, text, _ in PAPERS]
IDS = [f"arxiv:{id_}" for id_, *_ in PAPERS]
VOTES = [votes for *_, votes in PAPERS]


def pairs(parsed: Parsed) -> list[tuple[str, str]]:
    return [(paper.title, paper.abstract) for paper in parsed.papers]


def found(text: str) -> Parsed:
    parsed = parse(text.encode())
    assert parsed.rejected == ()
    return parsed


def numbered(definition: str = "[{}]: {}") -> str:
    """Return the page as text browsers write it: links are numbers, lines are wrapped."""
    addresses: list[str] = [HUB, f"{HUB}/login?next=%2Fpapers"]

    def link(address: str) -> str:
        addresses.append(address)
        return f"[{len(addresses)}]"

    page = f"[[Hugging Face's logo] Hugging Face][1]\n* [ Models ][1]\n{HEADER}[Subscribe][2]\n\n# Daily Papers\n\n* Daily\n* Weekly\n\nJun 29\n"
    for id_, title, text, votes in PAPERS:
        paper = f"{HUB}/papers/{id_}"
        vote = link(f"{HUB}/login?next=%2Fpapers%2F{id_}")
        page += (
            f"[\n{'-' if votes is None else votes}\n]{vote}\n\n### [{title}]{link(paper)}\n\n[\n\n"
        )
        page += f"{fill(text, 80)}\n\n]{link(paper)}\n[\n* 3 authors\n]{link(paper)}\n·\nMar 8, 2026 [ 6]{link(paper)}\n"
    lines = [definition.format(number, address) for number, address in enumerate(addresses, 1)]
    return page + "\n" + "\n".join(lines if definition else []) + "\n"


def with_addresses_below() -> str:
    page = f"Hugging Face\n\n{HUB}/\n\nModels\n\n{HUB}/models\n\n{HEADER}Subscribe\n\n{HUB}/login?next=%2Fpapers\n\nDaily Papers\n\n"
    for id_, title, text, votes in PAPERS:
        vote = "-" if votes is None else votes
        page += f" [-] {vote}\n\n{HUB}/login?next=%2Fpapers%2F{id_}\n\n{title}\n\n{HUB}/papers/{id_}\n\n{text}\n\n{HUB}/papers/{id_}\n\n"
        page += f"[\n\n2 authors]({HUB}/papers/{id_})\n\n·\n\nOct 7, 2026 \n\n2\n\n{HUB}/papers/{id_}#community\n\n"
    return page


def with_headings(mark: str = "### ") -> str:
    page = f"# Clipped\n**URL:** {HUB}/papers\n------\n\n{HEADER}## Trending Papers\n\n## by AK and the research community\n\n"
    for _, title, text, _ in PAPERS:
        one = f"{mark}{title}\n\n{fill(text, 90)}\n- 8 authors\n[LINK: GitHub 11.3k](https://github.com/example/fold)\n\n"
        page += one * 2  # saved once for wide screens and once for narrow ones
    return page


def as_html(carried: bool) -> str:
    page = "<!doctype html>\n<html><head><title>Daily Papers - Hugging Face</title></head><body><nav><a href='/models'>Models</a></nav>"
    if carried:
        items = [
            {"paper": {"id": id_, "title": title, "summary": text, "upvotes": votes or 0}}
            for id_, title, text, votes in PAPERS
        ]
        props = html.escape(json.dumps({"dailyPapers": items, "dateString": "2026-11-20"}))
        return f'{page}<div data-target="DailyPapers" data-props="{props}"></div></body></html>'
    for id_, title, text, votes in PAPERS:
        page += (
            f'<article><a href="/login?next=%2Fpapers%2F{id_}"><svg>x</svg><div>{"-" if votes is None else votes}</div></a>'
            f'<h3>\n <a href="/papers/{id_}">{html.escape(title)}</a></h3><p>{html.escape(text)}</p><ul><li>3 authors</li></ul></article>'
        )
    return page + "<script>let x = 1;</script></body></html>"


@pytest.mark.parametrize("definition", ["[{}]: {}", "  {}. {}"])
def test_links_that_are_numbers_are_put_in_their_places(definition: str) -> None:
    parsed = found(numbered(definition))
    assert pairs(parsed) == ALL
    assert [paper.id for paper in parsed.papers] == IDS
    assert [paper.votes for paper in parsed.papers] == VOTES


def test_a_page_whose_list_of_links_was_cut_off_keeps_its_texts() -> None:
    assert pairs(found(numbered(""))) == ALL


def test_addresses_on_lines_of_their_own_belong_to_the_texts_above() -> None:
    parsed = found(with_addresses_below())
    assert pairs(parsed) == ALL
    assert [paper.id for paper in parsed.papers] == IDS
    assert [paper.votes for paper in parsed.papers] == VOTES


def test_headings_without_links_are_titles() -> None:
    assert pairs(found(with_headings())) == ALL


def test_a_page_saved_as_html_is_read_by_what_it_carries() -> None:
    parsed = found(as_html(carried=True))
    assert pairs(parsed) == ALL
    assert [paper.rank for paper in parsed.papers] == [1, 2, 3]
    assert [paper.votes for paper in parsed.papers] == [12, 0, 1203]


def test_a_page_saved_as_html_that_carries_nothing_is_read_by_its_elements() -> None:
    parsed = found(as_html(carried=False))
    assert pairs(parsed) == ALL
    assert [paper.id for paper in parsed.papers] == IDS
    assert [paper.votes for paper in parsed.papers] == VOTES


@pytest.mark.parametrize(
    "between",
    [
        "· 2 authors · Oct 7, 2026\n",
        "GitHub 1.2k\n",
        "GitHub1.2karXiv Page\n",
        "Published on Oct 4, 2026\nUpvote\n117\n",
        "Mar 9 - Mar 15\n",
        "mercredi 11 mars\n",
        "11 de marzo de 2026\n",
        "Mittwoch, 11. März 2026\n",
        "3月11日\n",
    ],
)
def test_the_pages_own_words_between_papers_are_no_papers(between: str) -> None:
    page = "Get trending papers in your email inbox!\nSubscribe\n" + between
    page += "".join(f"{title}\n{text}\n{between}" for title, text in ALL)
    assert pairs(found(page)) == ALL


@pytest.mark.parametrize("mark", ["{}. ", "{}) ", "* ", "- ", "## "])
def test_the_marks_of_a_list_are_no_part_of_its_titles(mark: str) -> None:
    page = "Get trending papers in your email inbox!\nSubscribe\n"
    page += "".join(f"{mark.format(n)}{title}\n{text}\n" for n, (title, text) in enumerate(ALL, 1))
    assert pairs(found(page)) == ALL


def test_a_number_that_begins_one_title_of_several_stays() -> None:
    page = f"Subscribe\n2. Folding Maps Again and Again\n{ALL[0][1]}\n{ALL[1][0]}\n{ALL[1][1]}\n"
    assert pairs(found(page))[0][0] == "2. Folding Maps Again and Again"


def test_a_paper_that_a_page_shows_twice_is_one() -> None:
    page = HEADER + "".join(f"{title}\n\n{text}\n\n" for title, text in ALL)
    parsed = found(page + page)
    assert pairs(parsed) == ALL
    assert [paper.rank_of for paper in parsed.papers] == [3, 3, 3]


def test_an_abstract_that_the_end_cut_off_is_no_title() -> None:
    page = HEADER + "".join(f"{title}\n\n{text}\n\n" for title, text in ALL)
    cut = page[: page.rindex("one oven")]
    assert [title for title, _ in pairs(found(cut))] == [title for title, _ in ALL]


@pytest.mark.parametrize(
    "text",
    [
        (
            "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Moss, A\n   Fern, B\nTI Mosses on roofs\nSO ROOFS\n"
            "AB Mosses were counted. They keep a house cool, as we show here.\nPY 2026\nUT WOS:1\nER\n\nEF\n"
        ),
        "RT Journal Article\nSR Electronic(1)\nA1 Moss, Ada\nT1 Mosses on roofs\nJF Roofs\nYR 2026\nAB Mosses cool. We show it.\n",
    ],
)
def test_tagged_lines_of_libraries_are_no_page(text: str) -> None:
    with pytest.raises(RefusedInput, match="known formats are"):
        detect(text.encode())


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "]",
        "### [a][1]\n",
        "[1]: http://a.example/\n",
        "### a\n",
        "<a>",
        f"{HUB}/papers/2611.00001\n",
        "a\n\n",
        "· ",
        "<div ",
    ],
)
def test_a_long_page_is_read_to_its_end(unit: str) -> None:
    """What takes a time that grows with the square of the length would take minutes here."""
    for head in (HEADER, "<!doctype html><html><title>Papers - Hugging Face</title>"):
        with suppress(RefusedInput):
            parse((head + unit * (300_000 // len(unit))).encode())
