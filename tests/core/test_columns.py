"""How wide a text is in a terminal or a plain mail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.columns import columns, filled


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Maps", "Maps  "),
        ("Papers", "Papers"),
        ("Folding", "Foldi…"),
        ("論文折り", "論文… "),
        ("論文折", "論文折"),
        ("e\u0301tude", "e\u0301tude "),
    ],
)
def test_a_text_fills_its_columns_whatever_its_letters(text: str, made: str) -> None:
    assert filled(text, 6) == made


@given(st.text(), st.integers(1, 40))
def test_it_takes_exactly_the_columns_there_are(text: str, width: int) -> None:
    assert columns(filled(text, width)) == width
