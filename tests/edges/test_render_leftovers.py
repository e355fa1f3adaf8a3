"""What still came through of strangers' texts: code points that are no characters, addresses that are none, and titles as
long as an abstract.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests import digest, entry, listed, section
from pages import Page, rendered
from paperdigest.core.digest import Marked
from paperdigest.render.clean import clean_text, safe_url
from paperdigest.render.excerpts import headed

#: All of Unicode's noncharacters (the Unicode Standard, 23.7): 66 code points that no text may interchange.
NONCHARACTERS = [*range(0xFDD0, 0xFDF0)] + [
    plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF)
]
LONG = "A title " + "of many words " * 70


@pytest.mark.parametrize("code", NONCHARACTERS, ids=hex)
def test_what_is_no_character_is_not_shown(code: int) -> None:
    assert clean_text(f"a{chr(code)}b") == "ab"


def test_their_neighbours_are() -> None:
    kept = "\ufdcf\ufdf0\ufffd\U0001fffd\U00020000\U0010fffd"
    assert clean_text(kept) == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://[::1/x",
        "http://::1]/x",
        "https://example.org:99999/",
        "https://example.org:port/",
        "https://example.org:-1/",
        "https://exa\u2100mple.org/",
    ],
)
def test_an_address_that_no_program_can_take_apart_is_no_link(url: str) -> None:
    assert safe_url(url) == ""
    page = Page(rendered(digest(section(full=(entry(url=url, links=()),)))).html)
    assert {link.partition("?")[0] for link in page.links} == {"mailto:ops@example.org"}  # below


@pytest.mark.parametrize(
    "url", ["http://[::1]:8080/x", "https://example.org:443/", "https://xn--bcher-kva.example/"]
)
def test_one_that_it_can_is(url: str) -> None:
    assert safe_url(url) == url


@given(st.text(alphabet="[]:/@?#%.ex1-\u2100é ", max_size=20).map("https://".__add__))
def test_every_link_can_be_taken_apart(url: str) -> None:
    made = safe_url(url)
    if made:
        parts = urlsplit(made)
        assert parts.hostname
        assert parts.port is None or 0 <= parts.port < 65_536


# ------------------------------------------------------------------ long titles


def test_a_very_long_title_is_cut_in_the_mail_and_whole_in_json() -> None:
    message = rendered(digest(section(full=(entry(title=Marked(LONG)),))))
    for form in (message.html, message.text):
        said = " ".join(form.split())
        assert "A title of many words" in said
        assert LONG[:320] not in said
    (topic,) = json.loads(message.json)["topics"]
    assert topic["papers"][0]["title"] == LONG


def test_so_is_one_that_is_listed() -> None:
    message = rendered(digest(section(full=(entry(1),), listed=(listed(2, LONG),))))
    assert LONG[:250] in message.html
    assert LONG[:320] not in message.html


def test_a_title_of_the_usual_length_is_shown_whole() -> None:
    title = "On the " + "very " * 55 + "end"
    assert title in rendered(digest(section(full=(entry(title=Marked(title)),)))).html


@given(st.text(alphabet="ab é", max_size=400), st.integers(0, 400), st.integers(1, 60))
def test_marks_stay_on_their_words(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    mark = (start, min(start + length, len(text)))
    made = headed(Marked(text, (mark,) if mark[0] < mark[1] else ()), 120)
    assert len(made.text) <= 120
    for first, last in made.marks:
        assert made.text[first:last] == text[first:last] != ""
        assert first == start
