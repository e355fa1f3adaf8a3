"""The papers of the real page dumps, where they lie beside the checkout. Their texts stay out of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from paperdigest.core.identity import title_key
from paperdigest.core.paper import Paper
from paperdigest.sources.page_dump import PageDump

DUMPS = Path(__file__).parents[2] / "shared" / "dumps"
ABSENT = "the real dumps are not beside this checkout"
COUNT = 446


def real_papers() -> dict[str, Paper]:
    """Return every paper once, by the 16 hex digits of its title's key; skip the test without dumps."""
    if not DUMPS.is_dir():
        pytest.skip(ABSENT)
    papers = _papers()
    assert len(papers) == COUNT
    return papers


@cache
def _papers() -> dict[str, Paper]:
    found: dict[str, Paper] = {}
    for file in sorted(DUMPS.glob("*.txt")):
        for paper in PageDump().parse(file.read_bytes()).papers:
            found.setdefault(title_key(paper.title).removeprefix("title1:"), paper)
    return found
