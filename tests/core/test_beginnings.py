"""The letters that all keys of a word begin with: a word that is passed over wrongly would never be found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.beginnings import beginning, beginnings
from paperdigest.core.forms import text_keys
from paperdigest.core.plural_tables import IRREGULAR, TAILS
from paperdigest.core.spelling import ENDS, PARTS, WHOLE

TABLES = sorted({*IRREGULAR, *TAILS, *PARTS, *ENDS, *WHOLE})
PIECES = ["", "a", "re", "bio", "multi", "s", "es", "ies", "ed", "ing", "isation", "ou", "x"]


def promised(word: str) -> bool:
    """Say whether what is said of the beginning holds for every key of the word."""
    begins = beginning(word)
    keys = (key.removeprefix("\x00") for key in text_keys(word))
    return not begins or all(begins in beginnings(key) for key in keys)


@pytest.mark.parametrize("before", ["", "a", "re", "bio", "multi"])
def test_every_word_of_the_tables_begins_as_promised(before: str) -> None:
    words = [before + word + after for word in TABLES for after in ("", "s", "d", "al")]
    assert [word for word in words if not promised(word)] == []


@settings(deadline=None, max_examples=500)
@given(
    st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(TABLES)), min_size=1, max_size=4)
)
def test_any_word_made_of_them_begins_as_promised(pieces: list[str]) -> None:
    word = "".join(pieces)
    assert not word or promised(word)
