"""The HTML of every kind of digest is fit for mail: what is in it, what it depends on, and how well it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from contrast import Reading, Scheme, contrast, hard_to_read, readings
from digests import OK, OPTIONAL, digest, entries, entry, listed, section
from mail_validator import faults
from pages import rendered
from paperdigest.core import words
from paperdigest.core.digest import DayCount, Digest, Entry, Marked, SourceLine, TopicWeeks
from paperdigest.core.paper import ChangeKind, Link
from paperdigest.render import BUDGET, sample_digest, sample_notice
from paperdigest.render.fragments import encoded_size

GOLDEN = tuple(sorted((Path(__file__).parents[1] / "golden" / "digests").glob("*.html")))

_FAILED = SourceLine("hf", "failed", 0, "could not be read since 06:30 (connection refused)")


def of(*papers: Entry, **over: object) -> Digest:
    return digest(section(full=papers), **over)


def kinds_of_change() -> Digest:
    return of(*(entry(key, kind=kind) for key, kind in enumerate(ChangeKind, 1)))


def papers_that_lack_something() -> Digest:
    each = (
        replace(entry(key), **{name: nothing})  # type: ignore[arg-type]  # the names are Entry's
        for key, (name, nothing) in enumerate(OPTIONAL.items(), 1)
    )
    return of(*each, Entry(20, "new", "", Marked("A title and nothing else")))


def everything_long() -> Digest:
    long = "Folding " * 125
    return of(
        entry(
            title=Marked(long, ((0, 7),)),
            authors=(long,) * 5,
            venue=long,
            excerpt=Marked("x" * 300, ((10, 20),)),
            links=tuple(Link("code", f"https://example.org/{n}/" + "y" * 900) for n in range(9)),
            also=(long, long),
        ),
        preheader=f"{long} · {long}",
    )


def more_than_fits() -> Digest:
    return digest(*(section(f"Topic {n}", full=entries(100 * n, 30)) for n in range(6)))


def month() -> tuple[DayCount, ...]:
    return tuple(DayCount(date(2026, 11, 1) + timedelta(days=at), at) for at in range(30))


KINDS: dict[str, Callable[[], Digest]] = {
    "the sample": sample_digest,
    "kinds of change": kinds_of_change,
    "something missing": papers_that_lack_something,
    "everything long": everything_long,
    "more than fits": more_than_fits,
    "an alert": lambda: digest(kind="alert", shared=True),
    "nothing found": lambda: digest(kind="empty", sections=(), preheader=""),
    "a failing source": lambda: digest(
        sources=(*OK, _FAILED), looked_at=words.looked_at((*OK, _FAILED), 412)
    ),
    "a page to leave by": lambda: digest(manage=("Stop: https://papers.example.org/u/AbC1.",)),
    "titles alone": lambda: digest(section(full=(), listed=(listed(1), listed(2, url="")))),
    "only counted": lambda: digest(section(full=(), counted=(listed(1), listed(2)))),
    "sent before": lambda: digest(
        section(full=(), earlier=(listed(1, note="sent at once on Tuesday"),), more_earlier=7)
    ),
    "a month of days": lambda: digest(per_day=month()),
    "weeks of long topics": lambda: digest(
        weeks=tuple(TopicWeeks(name, (1_000,) * 8) for name in ("Folding " * 50, "x" * 300))
    ),
    "words that find nothing": lambda: digest(dormant=("Nothing in 30 days: “<b>” (`x`)",) * 6),
    "notes": lambda: digest(section(note="New keyword: boat"), notes=("It covers 3 days.",) * 2),
    "from right to left": lambda: of(entry(title=Marked("שלום עולם: قوارب ورقية", ((0, 4),)))),
    "formulas": lambda: of(entry(title=Marked("E = mc² for a < b & c > d", ((4, 7),)))),
}


# ------------------------------------------------------- fit for mail


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_golden_digest_is_fit_for_mail(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_digest_is_fit_for_mail(kind: str) -> None:
    assert faults(rendered(KINDS[kind]()).html) == []


def test_the_kinds_reach_the_budget() -> None:
    """What gives way is among what is looked at."""
    assert BUDGET * 0.9 < encoded_size(rendered(more_than_fits()).html) <= BUDGET


# ------------------------------------------- the validator finds faults

SOUND = rendered(sample_digest()).html
NOTICE = rendered(sample_notice()).html
_END = "</body>"
SPOILED = {
    "an image": (_END, '<img src="https://example.org/x.png" alt="x"></body>', "<img> may not"),
    "a wide cell": ('<td width="28"', '<td width="280"', "fixed width of 280"),
    "a script": (_END, "<script>x()</script></body>", "<script> may not"),
    "a form": (_END, '<form action="x"></form></body>', "<form> may not"),
    "a link to a style": ("<title>", '<link rel="x" href="x"><title>', "<link> may not"),
    "an event": ("<h1 ", '<h1 onclick="x()" ', "<h1> may not have onclick"),
    "an id": ("<h1 ", '<h1 id="x" ', "<h1> may not have id"),
    "a position": ("margin:0;font-size:24px", "position:absolute;font-size:24px", "has position"),
    "a float": ("margin:0;font-size:24px", "float:left;font-size:24px", "has float"),
    "a picture behind": ("background-color:#fdfcfa", "background:url(x)", "has background"),
    "a colour by name": ("color:#5b616c", "color:gray", "color: gray, which"),
    "a fixed width": ("max-width:600px", "width:600px", "has width"),
    "a wide sheet": ("max-width:600px", "max-width:640px", "max-width: 640px"),
    "a wide table": ('width="100%"', 'width="600"', "fixed width of 600"),
    "a table with cells": ('<table role="presentation"', "<table", "without role"),
    "a property nobody knows": ("margin:0;font-size:24px", "gap:0;font-size:24px", "has gap"),
    "a typing error in a style": ("margin:0;font-size:24px", "margin 0;font-size:24px", "not read"),
    "important inline": ("color:#23262c", "color:#23262c !important", "!important inline"),
    "an attribute twice": ("<h1 ", '<h1 class="soft" ', "duplicate-attribute"),
    "a tag left open": ("</h1>", "", "</td> closes nothing"),
    "a tag in a table": ("<tr><td", "<p>x</p><tr><td", "another tree"),
    "a cell too many for Outlook": ("<tr><td><![endif]", "<tr><td><td><![endif]", "comments other"),
    "a comment": ("<h1 ", "<!-- x --><h1 ", "comments other"),
    "no type": ("<!DOCTYPE html>\n", "", "does not begin"),
    "no language": (' lang="en"', "", "no lang"),
    "no charset": ('<meta charset="utf-8">\n', "", "charset"),
    "no title": ("<title>", "<title></title><title>", "one <title>"),
    "no viewport": ('name="viewport"', 'name="view"', "no viewport"),
    "no dark colours": ('name="color-scheme"', 'name="scheme"', "no color-scheme"),
    "a level left out": ("<h2 ", "<h4 ", "<h4> may not"),
    "no first heading": ("<h1 ", "<h2 ", "its one <h1>"),
    "a link nowhere": ('href="https://', 'href="//', "a link goes to"),
    "a link to a script": ('href="https://', 'href="javascript:', "a link goes to"),
    "a link to here": (">code</a>", ">here</a>", "says only 'here'"),
    "two links alike": (">page</a>", ">code</a>", "two links of one paper"),
    "a class nobody styled": ('class="soft"', 'class="sfot"', "a class without a rule: sfot"),
    "a style from elsewhere": ("<style>", '<style>@import "x";', "more than plain rules"),
    "a layout in the style block": (":root {", ".sheet { padding: 0 } :root {", "belongs inline"),
    "a query that moves things": (".edge { padding", ".edge { display: none; padding", "sets display"),
    "a query without importance": ("padding: 28px 12px !important", "padding: 28px 12px", "never wins"),
    "another query": ("(min-width: 600px)", "(min-width: 480px)", "@media (min-width: 480px)"),
    "a preheader that is seen": ("mso-hide:all", "mso-hide:none", "may be seen, without mso-hide"),
    "a long preheader": ("mso-hide:all\">", "mso-hide:all\">" + "x" * 300, "characters"),
    "something else hidden": ('<h1 class="name" style="', '<h1 class="name" style="display:none;', "more than"),
    "a line that does not wrap": ("2 of 8 papers", "2 of 8 papers" + " and more" * 9, "does not wrap"),
}  # fmt: skip


@pytest.mark.parametrize("fault", SPOILED)
def test_the_validator_finds(fault: str) -> None:
    sound, spoiled, said = SPOILED[fault]
    assert SOUND.count(sound), "the sample has changed"
    assert any(said in line for line in faults(SOUND.replace(sound, spoiled, 1)))


# ------------------------------------------------------------ contrast


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_text_of_every_golden_digest_can_be_read(path: Path, scheme: Scheme) -> None:
    assert hard_to_read(path.read_text(encoding="utf-8"), scheme) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_of_every_kind_of_digest_can_be_read(kind: str, scheme: Scheme) -> None:
    assert hard_to_read(rendered(KINDS[kind]()).html, scheme) == []


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),  # the W3C's own example of a grey that just fails
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
        ("#123456", "#123456", 1.0),
    ],
)
def test_a_contrast_is_that_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


@pytest.mark.parametrize(
    ("scheme", "sound", "spoiled"),
    [
        ("light", "color:#5b616c", "color:#8b919c"),  # a softer grey
        ("light", "background-color:#fbedb0", "background-color:#57480f"),  # a mark for the dark
        ("light", "color:#1b4f8f;", ""),  # a link in the browser's own blue
        ("light", "color:#7a2a14", "color:#d8a0a0"),  # the badge, and what went
        ("dark", ".came { background-color: #1f3d27", ".came { background-color: #8abf97"),
        ("light", ";color:#23262c;font-family", ";font-family"),  # no colour at all
        ("dark", ".soft { color: #a3a8b2", ".soft { color: #6c727c"),
        ("dark", ".sheet { background-color: #1d2025", ".sheet { background-color: #8a8f98"),
        ("dark", ".link { color: #8ab8f0 !important; }", ""),  # a link left in its light colour
        ("dark", "color: #fbf0c8 !important", "color: #57480f !important"),
    ],
)
def test_a_wrong_colour_is_found(scheme: Scheme, sound: str, spoiled: str) -> None:
    pages = [page for page in (SOUND, NOTICE) if sound in page]
    assert not any(hard_to_read(page, scheme) for page in pages)
    assert any(hard_to_read(page.replace(sound, spoiled), scheme) for page in pages)


def test_every_visible_text_is_looked_at() -> None:
    """A text that nobody looked at would have no wrong colour."""
    seen = " ".join(reading.text for reading in readings(SOUND, "light"))
    for paper in sample_digest().entries:
        assert paper.title.text.split(":")[-1].split()[-1] in seen
    assert words.NO_TRACKING in seen


def test_the_dark_colours_are_not_the_light_ones() -> None:
    light, dark = list(readings(SOUND, "light")), list(readings(SOUND, "dark"))
    assert [one.text for one in light] == [one.text for one in dark]
    assert all(one.colour != other.colour for one, other in zip(light, dark, strict=True))


def test_a_text_without_a_colour_counts_as_unreadable() -> None:
    assert Reading("x", "", "#ffffff").ratio == 0
    assert Reading("x", "red", "#ffffff").ratio == 0
