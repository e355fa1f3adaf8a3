"""What is shown of a paper: the address of a search, and where an excerpt begins."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.entry import address
from paperdigest.core.paper import Paper
from paperdigest.core.text import display


def searched(template: str, title: str) -> str:
    return address(Paper(title=title, sources=("hf",)), {"hf": template})[0]


@pytest.mark.parametrize(
    ("template", "url"),
    [
        ("https://e.org/papers?q={title}", "https://e.org/papers?q=Paper+boats+%26+C%2B%2B"),
        ("https://e.org/find/{title}", "https://e.org/find/Paper%20boats%20%26%20C%2B%2B"),
        ("https://e.org/a?b=1#?q={title}", "https://e.org/a?b=1#?q=Paper%20boats%20%26%20C%2B%2B"),
    ],
)
def test_a_search_writes_a_blank_as_short_as_it_may_stand_there(template: str, url: str) -> None:
    assert searched(template, "Paper boats & C++") == url


@given(st.text(max_size=60).map(display).filter(bool))
def test_a_search_asks_for_the_title_as_it_is_shown(title: str) -> None:
    asked = urlsplit(searched("https://e.org/papers?q={title}", title)).query
    assert parse_qs(asked, keep_blank_values=True) == {"q": [title]}
