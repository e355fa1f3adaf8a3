"""Styles of titles and abstracts in a digest: shown in HTML, plain elsewhere, and left with their words by all that cuts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import digest, entry, listed, section
from mail_validator import faults
from pages import TEMPLATES, Page, rendered, slack_of
from paperdigest.core.digest import Entry, Marked
from paperdigest.core.entry import Desk, Find, full_entry, listed_entry
from paperdigest.core.paper import Paper
from paperdigest.core.query import keywords
from paperdigest.core.styles import styles_of
from paperdigest.core.styling import Style
from paperdigest.core.text import display
from paperdigest.render import check
from paperdigest.render.clean import clean_marked, clean_text
from paperdigest.render.excerpts import shortened
from paperdigest.render.skeleton import prepared
from paperdigest.render.styled import styled

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
RAW = "<i>Papyrus</i> boats of {\\bf wet} ink & V<sub>fold</sub>"
SHOWN = "Papyrus boats of wet ink & V_fold"
HTML = '<i>Papyrus</i> boats of <b>wet</b> ink &amp; V<sub style="font-size:13px;line-height:0px">fold</sub>'


def find(*, title: str = RAW, abstract: str = "", key: str = "boats") -> Find:
    paper = Paper(title=title, abstract=abstract, id="arxiv:2611.00001")
    return Find(1, paper, "new", 1, NOW, hits=lambda: keywords([key]).hits(paper))


def said(raw: str) -> Marked:
    return Marked(display(raw), (), styles_of(raw))


# ------------------------------------------------------ from paper to page


def test_a_title_is_shown_in_its_styles() -> None:
    page = rendered(digest(section(full=(entry(title=said(RAW)),)))).html
    assert f">{HTML}</a>" in page


def test_a_title_on_one_line_is_shown_in_its_styles() -> None:
    page = rendered(digest(section(full=(), listed=(listed(1, title=""),)))).html
    assert "<i>" not in page
    named = replace(listed(1), title=said(RAW))
    assert f">{HTML}</a>" in rendered(digest(section(full=(), listed=(named,)))).html


def test_an_abstract_is_shown_in_its_styles() -> None:
    page = rendered(digest(section(full=(entry(excerpt=said(RAW)),)))).html
    assert f">{HTML}</div>" in page


def test_elsewhere_than_in_html_the_title_is_plain() -> None:
    message = rendered(digest(section(full=(entry(title=said(RAW)),))))
    assert SHOWN in message.text
    assert "<i>" not in message.text
    assert "Papyrus boats of wet ink &amp; V\u034f_fold" in slack_of(message)
    assert "styles" not in message.json
    (topic,) = json.loads(message.json)["topics"]
    assert topic["papers"][0]["title"] == SHOWN


def test_an_entry_carries_the_styles_of_its_paper() -> None:
    for make in (full_entry, listed_entry):
        title = make(find(), Desk(), NOW).title
        assert (title.text, title.styles) == (SHOWN, styles_of(RAW))
        assert title.marks == ((8, 13),)


def test_an_excerpt_carries_the_styles_of_its_stretch() -> None:
    abstract = (
        "We fold maps. " * 40 + "An <i>ink</i> boat floats on {\\it wet} paper. " + "We fold. " * 40
    )
    excerpt = full_entry(find(abstract=abstract, key="ink"), Desk(), NOW).excerpt
    assert excerpt.text.startswith("… ")
    assert [excerpt.text[start:end] for start, end, _ in excerpt.styles] == ["ink", "wet"]


def test_marked_words_keep_their_styles() -> None:
    title = Marked("wet ink here", ((4, 12),), ((0, 7, Style.ITALIC),))
    page = rendered(digest(section(full=(entry(title=title),)))).html
    hit = '<b class="hit" style="background-color:#fbedb0">'
    assert f">\u200b<i>wet </i>{hit}<i>ink</i></b>{hit} here</b></a>".replace("\u200b", "") in page


def test_what_is_styled_is_escaped() -> None:
    title = Marked("<script> & ink", (), ((0, 8, Style.BOLD),))
    page = rendered(digest(section(full=(entry(title=title),)))).html
    assert "<b>&lt;script&gt;</b> &amp; ink</a>" in page


def test_styles_are_fit_for_mail() -> None:
    text = "one two three four five_(six)"
    styles = tuple((3 * place, 3 * place + 5, style) for place, style in enumerate(Style))
    title = Marked(text, ((2, 12),), styles)
    shown = digest(
        section(
            full=(entry(title=title, excerpt=title),), listed=(replace(listed(3), title=title),)
        )
    )
    assert faults(rendered(shown).html) == []


def test_a_line_is_the_same_for_readers_whose_marks_differ() -> None:
    """It is rendered once for all of them."""
    one, other = (
        TEMPLATES.line(
            "listed.html.j2",
            prepared(replace(listed(1), title=Marked(SHOWN, marks, styles_of(RAW)))),
        )
        for marks in (((0, 7),), ((8, 13),))
    )
    assert one is other


def test_lines_of_papers_whose_styles_differ_are_told_apart() -> None:
    plain, italic = (
        TEMPLATES.line(
            "listed.html.j2", prepared(replace(listed(1), title=Marked("An ink boat", (), styles)))
        )
        for styles in ((), ((3, 6, Style.ITALIC),))
    )
    assert "An ink boat" in plain
    assert "An <i>ink</i> boat" in italic


@pytest.mark.parametrize(
    ("styles", "html"),
    [
        ((), "a&lt;b"),
        (
            (Style.BOLD, Style.SUBSCRIPT),
            '<b><sub style="font-size:13px;line-height:0px">a&lt;b</sub></b>',
        ),
        ((Style.MONOSPACE,), "<code>a&lt;b</code>"),
        (("superscript",), '<sup style="font-size:13px;line-height:0px">a&lt;b</sup>'),
        ((Style.SIGN,), ""),
        (("nothing of ours",), "a&lt;b"),
    ],
)
def test_a_piece_stands_in_the_elements_of_its_styles(styles: tuple[str, ...], html: str) -> None:
    assert styled("a<b", styles) == html


@pytest.mark.parametrize("name", ["entry.html.j2", "listed.html.j2"])
def test_a_slip_in_a_users_own_template_that_only_styles_bring_out_is_found(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("{% if title.styles %}{{ styled(title) }}{% endif %}", "utf-8")
    (problem,) = check(tmp_path)
    assert f"{name}:1: " in str(problem)


# -------------------------------------------------- what cuts and cleans


@st.composite
def marked(draw: st.DrawFn) -> Marked:
    """Return a text of single words that differ, with marks and styles of some of them."""
    words = draw(st.lists(st.text("ab\u200b\u202e\x07é", min_size=1, max_size=5), max_size=30))
    text, places = "", []
    for number, word in enumerate(words):
        places.append((len(text), len(text) + len(word) + len(str(number))))
        text += f"{word}{number} "
    some = st.lists(st.sampled_from(places), unique=True).map(sorted) if places else st.just([])
    styles = [(*place, style) for style in (Style.BOLD, Style.ITALIC) for place in draw(some)]
    return Marked(text.rstrip(), tuple(draw(some)), tuple(sorted(styles)))


def styled_words(text: Marked) -> list[tuple[str, Style]]:
    return [(text.text[start:end], style) for start, end, style in text.styles]


@settings(deadline=None)
@given(marked())
def test_a_text_that_is_cleaned_has_its_words_in_their_styles(given_text: Marked) -> None:
    cleaned = clean_marked(given_text)
    assert cleaned.text == clean_text(given_text.text)
    assert styled_words(cleaned) == [
        (clean_text(word), style) for word, style in styled_words(given_text)
    ]


@settings(deadline=None)
@given(marked(), st.integers(0, 120))
def test_a_text_that_is_shortened_has_its_words_in_their_styles(
    given_text: Marked, room: int
) -> None:
    short = shortened(given_text, room)
    before = styled_words(given_text)
    for word, style in styled_words(short):
        assert any(word in whole and style is its for whole, its in before)
    for piece, _, styles in short.pieces():
        assert "…" not in piece or not styles


def test_a_page_says_a_text_without_the_signs_of_its_scripts() -> None:
    page = Page(rendered(digest(section(full=(entry(title=said(RAW)),)))).html)
    assert SHOWN.replace("_", "") in page.text


def test_no_entry_asks_for_styles_of_its_own() -> None:
    """What most papers have is nothing."""
    assert Entry(1, "new", "x", Marked("Paper boats")).title.styles == ()
    assert [tuple(piece) for piece in Marked("Paper boats", ((0, 5),)).pieces()] == [
        ("Paper", True, ()),
        (" boats", False, ()),
    ]
