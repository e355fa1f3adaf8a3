"""The papers of the real page dumps and of recorded answers, where they lie beside the checkout. Their texts stay out of it."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from paperdigest.core.errors import RefusedInput
from paperdigest.core.identity import title_key
from paperdigest.core.paper import Paper
from paperdigest.sources import formats
from paperdigest.sources.page_dump import PageDump

DUMPS = Path(__file__).parents[2] / "shared" / "dumps"
SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
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


def recorded_answers() -> Iterator[tuple[str, bytes]]:
    """Yield the recorded answers, by name; none where they are not beside the checkout."""
    if not SAMPLES.is_dir():
        return
    for name in ("arxiv_rss.xml", "pubmed_efetch.xml", "full.ris"):
        yield name, (SAMPLES / name).read_bytes()
    for path in sorted(SAMPLES.glob("arxiv_api_*.json")):
        yield path.name, json.loads(path.read_text("utf-8"))["body"].encode()
    said = (SAMPLES / "crossref_cursor.yaml").read_text("utf-8")
    body = re.search(r"string: !!binary \|\n((?: {8}\S+\n)+)", said)
    assert body is not None
    yield "crossref", gzip.decompress(base64.b64decode(body[1]))
    body = re.search(r"string: '((?:[^']|'')*)'", (SAMPLES / "s2_search.yaml").read_text("utf-8"))
    assert body is not None
    yield "s2", re.sub(r"\s*\n\s*", " ", body[1]).replace("''", "'").encode()


def recorded_papers() -> tuple[Paper, ...]:
    """Return every paper of the recorded answers; skip the test without them."""
    if not SAMPLES.is_dir():
        pytest.skip("the recorded answers are not beside this checkout")
    found: list[Paper] = []
    for _, data in recorded_answers():
        with suppress(RefusedInput):  # one of them is an error of arXiv's
            found += formats.parse(data).papers
    assert len(found) == 141
    return tuple(found)
