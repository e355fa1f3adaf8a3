"""JSON read whole or not at all, and values of any type taken for what they should be."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.sources.json_document import at, load, objects, parsed, text, texts, whole

DOCUMENT = b'{"items": [{"title": "Folding maps", "n": 3, "who": {"name": " Ada "}}, null, 7]}'


@pytest.mark.parametrize("cut", range(1, len(DOCUMENT)))
def test_a_document_that_is_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(RefusedInput, match=r"cut off|broken JSON"):
        load(DOCUMENT[:cut])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": 1} {"b": 2}', "broken JSON: extra data in line 1, column 10"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"1" * 5_000 + b"}", "broken JSON: "),
        (b'{"a": "\xff"}', "not valid UTF-8"),
        (b'{"a"', "cut off"),
        (b"", "the answer is empty"),
        (b" \n", "the answer is empty"),
        (b"\n<!DOCTYPE html><p>Sign in", "an HTML page came instead of JSON (a login page"),
        (b"<html lang=en>", "an HTML page came instead of JSON (a login page"),
        (b"<a>", "broken JSON: expecting value in line 1, column 1"),
    ],
)
def test_what_is_no_json_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        load(data)
    assert words in str(caught.value)


def test_what_is_not_there_is_empty() -> None:
    value = load(DOCUMENT)
    assert text(value, "items", 0, "who", "name") == "Ada"
    assert text(value, "items", 0, "n") == "3"
    assert (text(value, "items", 9), text(value, "who"), text(value, "items", "x")) == ("", "", "")
    assert at(value, "items", -1) == 7
    assert whole(value, "items", 0, "n") == 3
    assert whole({"n": "12"}, "n") == 12
    assert [whole({"n": n}, "n") for n in (True, 1.5, "x", None)] == [None] * 4
    assert len(objects(value, "items")) == 1
    assert objects(value, "nothing") == []
    assert texts({"a": ["x", None, " ", 4]}, "a") == ["x", "4"]
    assert texts({"a": "alone"}, "a") == ["alone"]


def test_records_without_a_title_are_rejected_alone() -> None:
    found = parsed("some", [{"t": "A"}, 3, {"t": ""}], lambda one: Paper(title=text(one, "t")))
    assert [paper.title for paper in found.papers] == ["A"]
    assert [(one.place, one.reason) for one in found.rejected] == [
        (2, "no object"),
        (3, "a record without a title"),
    ]
    with pytest.raises(RefusedInput, match="no record of this document has a title"):
        parsed("some", [{}], lambda one: Paper(title=text(one, "t")))
    assert parsed("some", [], lambda one: Paper(title="")).papers == ()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=8,
)


@given(values, st.lists(st.sampled_from(["a", "b", 0, 1]), max_size=4))
def test_any_value_at_any_path_is_read(value: object, path: list[str | int]) -> None:
    load(json.dumps(value).encode())
    assert isinstance(text(value, *path), str)
    assert all(texts(value, *path))
    assert whole(value, *path) is None or isinstance(whole(value, *path), int)
    assert all(isinstance(one, dict) for one in objects(value, *path))
