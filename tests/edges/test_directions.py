"""Text that goes from right to left stands at the right edge, in a mail that goes from left to right."""

from __future__ import annotations

from collections.abc import Iterator

from turbohtml import Element

from digests import digest, entry, listed, section
from mail_page import MailPage, attributes, inline
from pages import rendered
from paperdigest.core.digest import Difference, Marked
from paperdigest.core.word_changes import Fate, Piece

TITLE = "قوارب ورقية: دراسة في الطي والطفو"
AUTHORS = ("آدا لوفليس", "تشارلز باباج")
LISTED = "סירות נייר: מחקר"


def page() -> MailPage:
    changed = Difference("abstract", (Piece(AUTHORS[0], Fate.WENT), Piece(TITLE, Fate.CAME)))
    paper = entry(
        title=Marked(TITLE, ((0, 5),)),
        authors=AUTHORS,
        more_authors=0,
        excerpt=Marked(f"{TITLE}. " * 4),
        differences=(changed,),
    )
    return MailPage(rendered(digest(section(full=(paper,), listed=(listed(2, LISTED),)))).html)


def alignment(element: Element) -> str:
    """Return where the lines of an element begin, as browsers work it out: the nearest that says so, style before
    attribute."""
    for each in (element, *element.ancestors):
        if isinstance(each, Element):
            said = inline(each).get("text-align") or attributes(each).get("align")
            if said:
                return said
    return "start"


def directed(shown: MailPage) -> Iterator[Element]:
    for each in shown.elements:
        if attributes(each).get("dir") == "auto" and each.tag != "span":
            yield each


def test_what_has_a_direction_of_its_own_begins_where_that_begins() -> None:
    assert {alignment(each) for each in directed(page())} == {"start"}


def test_title_authors_excerpt_differences_and_lines_have_a_direction_of_their_own() -> None:
    said = [each.text.strip() for each in directed(page())]
    for text in (TITLE, ", ".join(AUTHORS), f"{TITLE}. " * 4, f"{AUTHORS[0]} {TITLE}", LISTED):
        assert text.strip() in said


def test_how_many_papers_is_not_torn_apart_by_the_name_beside_it() -> None:
    shown = digest(section("قوارب", full=(entry(1),), listed=(listed(2),)))
    said = {
        each.text: attributes(each).get("dir")
        for each in MailPage(rendered(shown).html).elements
        if each.tag == "span"
    }
    assert said["1 of 2 papers"] == "ltr"


def test_who_does_not_know_where_a_line_starts_has_it_at_the_left() -> None:
    """Outlook, Yahoo: never in the middle, as the cell around the sheet says."""
    (sheet,) = (each for each in page().elements if "sheet" in attributes(each).get("class", ""))
    assert (inline(sheet)["text-align"], attributes(sheet)["align"]) == ("start", "left")


def test_what_came_is_told_by_more_than_its_colour() -> None:
    (came,) = (each for each in page().elements if each.tag == "ins")
    assert inline(came)["text-decoration"] == "underline"
