"""Whole documents of every kind against what they are known to hold: `NAME.EXT` beside `NAME.EXT.json`."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from paperdigest.core.paper import Link, Paper
from paperdigest.core.ports import Parsed
from paperdigest.sources import formats

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLES = sorted(path.name for path in GOLDEN.iterdir() if path.suffix != ".json")


def plain(parsed: Parsed) -> dict[str, Any]:
    """Return what was read as JSON would hold it, without what is empty."""
    return {
        "format": parsed.format,
        "papers": [_paper(paper) for paper in parsed.papers],
        "rejected": [[item.place, item.reason] for item in parsed.rejected],
    }


def _paper(paper: Paper) -> dict[str, Any]:
    default = Paper(title="")
    values = {one.name: getattr(paper, one.name) for one in fields(Paper)}
    return {
        name: _value(value) for name, value in values.items() if value != getattr(default, name)
    }


def _value(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case tuple():
            return [_value(item) for item in value]
        case Link():
            return [value.rel, value.url]
    return value


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_as_expected(name: str, request: pytest.FixtureRequest) -> None:
    found = plain(formats.parse((GOLDEN / name).read_bytes()))
    beside = GOLDEN / f"{name}.json"
    if request.config.getoption("--update-golden", default=False):
        beside.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(beside.read_text(encoding="utf-8"))


def test_every_expectation_has_its_sample() -> None:
    assert sorted(path.name.removesuffix(".json") for path in GOLDEN.glob("*.json")) == SAMPLES
