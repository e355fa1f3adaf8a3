"""What holds of every format, whatever the document: read or refused in words, quickly, and nothing live taken."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.diff import raw_hash
from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Format, Parsed
from paperdigest.core.text import clean
from paperdigest.sources import formats

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLES = {
    path.name: path.read_bytes()
    for path in sorted(GOLDEN.iterdir())
    if path.suffix not in (".json", ".txt")
}
FORMATS = {name: formats.detect(data) for name, data in SAMPLES.items()}
#: The answers of services: one JSON document each.
ANSWERS = [
    name
    for name, one in FORMATS.items()
    if one.name
    in {"biorxiv", "crossref", "hf-daily", "json", "openalex", "openreview", "semantic-scholar"}
]
ODD = [None, True, -1, 1.5, 10**30, "", "\ud800\u202e\x00", "x" * 3000, [], [[None]], {}, {"a": 1}]

any_sample = pytest.mark.parametrize("name", SAMPLES)
any_answer = pytest.mark.parametrize("name", ANSWERS)


def read(one: Format, data: bytes) -> Parsed | None:
    """Return what is read, None for what is refused in words; anything else is a failure of the test."""
    try:
        one.recognise(data[: 64 * 1024])
        return one.parse(data)
    except RefusedInput:
        return None


def check(parsed: Parsed | None) -> None:
    """Check what every record keeps, whatever it was made of."""
    for paper in parsed.papers if parsed else ():
        assert paper.title == clean(paper.title) != ""
        assert paper.url.startswith(("http://", "https://")) or paper.url == ""
        assert all(link.url.startswith(("http://", "https://")) for link in paper.links)
        assert all(at.tzinfo is not None for at in (paper.published_at, paper.updated_at) if at)
        with suppress(UnicodeEncodeError):
            raw_hash(paper)


@any_answer
def test_every_beginning_of_an_answer_is_refused(name: str) -> None:
    data = SAMPLES[name].strip()
    for cut in range(1, len(data)):
        assert read(FORMATS[name], data[:cut]) is None


def changed(value: Any, chance: Random) -> Any:
    """Return the value with one in thirty of its parts replaced by odd ones."""
    if chance.random() < 1 / 30:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {key: changed(item, chance) for key, item in value.items()}
    return [changed(item, chance) for item in value] if isinstance(value, list) else value


@any_answer
@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_odd_values_anywhere_in_an_answer_break_nothing(name: str, seed: int) -> None:
    document = changed(json.loads(SAMPLES[name]), Random(seed))
    check(read(FORMATS[name], json.dumps(document).encode()))


@any_sample
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_bytes_in_a_sample_are_read_or_refused(name: str, data: st.DataObject) -> None:
    sample = SAMPLES[name]
    start = data.draw(st.integers(0, len(sample)))
    gone, other = data.draw(st.integers(0, 40)), data.draw(st.binary(max_size=12))
    check(read(FORMATS[name], sample[:start] + other + sample[start + gone :]))


@pytest.mark.parametrize("one", formats.BUILT_IN, ids=lambda one: one.name)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(one: Format, data: bytes) -> None:
    check(read(one, data))
