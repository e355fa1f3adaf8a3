"""docs/monitoring.md says what there is: every metric and key, and no other."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from house import House
from paperdigest.core import duration
from paperdigest.core.pulse import LONGEST_STEP
from paperdigest.core.units import DeliverySettled, DigestComposed, SourceRead, Unit
from paperdigest.journal import finished, heard_by
from paperdigest.service import EVERY
from ward import shown

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs"
SOURCES = ROOT / "src" / "paperdigest"
PAGE = (PAGES / "monitoring.md").read_text(encoding="utf-8")
#: What Prometheus adds to the name of a summary or histogram.
_PARTS = ("_sum", "_count", "_bucket")


def rows(first: str) -> dict[str, list[str]]:
    """Return the rows of the table whose heading begins so, by their first cell."""
    lines = PAGE.partition(f"| {first} |")[2].splitlines()[2:]
    cells = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines[: next(i for i, line in enumerate(lines) if not line.startswith("|"))]
    )
    return {cell[0]: cell[1:] for cell in cells}


@pytest.fixture
def families(house: House) -> dict[str, set[str]]:
    """The labels of every metric that the page shows after something of everything was done."""
    house.drop("a.jsonl", "A paper map of Mars")
    with shown(house) as ward:
        ward.attendant.skipped("ingest", "overlap")
        with ward.attendant.attending("ingest") as ending:
            house.run()
            ending.error = ""
        with heard_by(lambda unit: ward.attendant.tally.unit(unit) if unit else None):
            finished(DeliverySettled(1, "k", "ada", "email", "a", 0, "unknown", 1, 1.0))
        text = ward.ask("/metrics").body
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = {label for sample in family.samples for label in sample.labels} - {"le"}
    return found


def test_every_metric_and_its_labels_stand_in_the_table_and_no_other(
    families: dict[str, set[str]],
) -> None:
    told = {
        name: set(filter(None, cells[0].split(", ")))
        for names, cells in rows("metric").items()
        for name in re.findall(r"paperdigest_\w+", names)
    }
    assert told == families


def test_every_metric_that_the_page_uses_is_one(families: dict[str, set[str]]) -> None:
    used = set(re.findall(r"\bpaperdigest_[a-z_]+", PAGE))
    known = set(families) | {name + part for name in families for part in _PARTS}
    assert used <= known


@pytest.mark.parametrize("unit", [SourceRead, DigestComposed, DeliverySettled])
def test_every_key_of_a_line_stands_in_the_table(unit: type[Unit]) -> None:
    (said,) = rows("event")[f"`{unit.event}`"]
    told = [key.split(" ")[0] for key in re.sub(r"\([^)]*\)", "", said).split(", ")]
    assert told == [field.name for field in fields(unit)]


@pytest.mark.parametrize("name", EVERY)
def test_how_patient_each_round_is_stands_in_the_table(name: str) -> None:
    every, longest, *_ = rows("round")[name]
    assert duration.parse_duration(every) == EVERY[name]
    assert duration.parse_duration(longest) == LONGEST_STEP[name]


def test_every_check_stands_in_the_table(house: House) -> None:
    house.run()
    with shown(house) as ward:
        checks = [*ward.examiner.live(), *ward.examiner.ready()]
    told = re.findall(r"^\| .*\| `(\w+)` \|", PAGE.partition("| address |")[2], re.MULTILINE)
    assert told == [check.name for check in checks]


def test_every_event_that_service_md_explains_is_one() -> None:
    page = (PAGES / "service.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (`[^|]+`) \| [^|]+ \| [^|]+ \|$", page.partition("| event |")[2], re.M)
    named = {name for cell in told for name in re.findall(r"`([\w-]+)`", cell)}
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py"))
    made = {"config-not-reloaded", "templates-not-reloaded"}  # from one word and another
    assert "round-stuck" in named
    assert not [name for name in named - made if f'"{name}' not in code]
