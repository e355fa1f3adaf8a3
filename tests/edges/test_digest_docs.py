"""docs/digests.md shows a picture of every kind, made by one command from what the golden files hold."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "digests.md").read_text(encoding="utf-8")
KINDS: tuple[str, ...] = runpy.run_path(str(ROOT / "docs" / "make_pictures.py"))["KINDS"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_made_from_a_golden_file_and_shown_on_a_phone_and_a_desktop(
    kind: str,
) -> None:
    assert (ROOT / "tests" / "golden" / "digests" / f"{kind}.html").is_file()
    for width in ("phone", "desktop"):
        assert f"](pictures/{kind}-{width}.webp)" in PAGE


def test_every_picture_that_is_shown_is_there() -> None:
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", PAGE)
    assert [name for name in shown if not (ROOT / "docs" / name).is_file()] == []
    made = {path.name for path in (ROOT / "docs" / "pictures").iterdir()}
    assert made == {Path(name).name for name in shown if name.startswith("pictures/")}
