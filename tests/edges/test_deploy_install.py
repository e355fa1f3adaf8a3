"""What deploy/install says before it fetches anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

INSTALL = Path(__file__).parents[2] / "deploy" / "install"

#: A Python that lies where it is told, and comes no further than to the first environment that is to be made.
PYTHON = """#!/bin/sh
case "$1 $2" in
    "-m venv") exit 9 ;;
    *base_prefix*) echo "$PREFIX" ;;
    *) exec "$REAL" "$@" ;;
esac
"""


def said(tmp_path: Path, prefix: Path, user: int) -> str:
    """Return what is said to this user of a Python that lies there."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in {"python3": PYTHON, "id": f"#!/bin/sh\necho {user}\n"}.items():
        (tools / name).write_text(text, "utf-8")
        (tools / name).chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    done = subprocess.run(
        ("sh", str(INSTALL), str(tmp_path / "target")),
        env={"PATH": path, "PREFIX": str(prefix), "REAL": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 9
    return done.stderr


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A folder in one that only its owner can enter."""
    folder = tmp_path / "mine" / "python"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    return folder


def test_a_python_that_no_other_user_can_start_is_told_with_another(
    tmp_path: Path, closed: Path
) -> None:
    told = said(tmp_path, closed, user=0)

    assert "which only some users can enter" in told
    assert "PYTHON=/usr/bin/python3 sh deploy/install" in told


def test_a_python_that_everybody_can_start_is_not_worth_a_word(tmp_path: Path) -> None:
    assert said(tmp_path, Path("/usr"), user=0) == ""


def test_whoever_installs_for_themselves_may_take_their_own(tmp_path: Path, closed: Path) -> None:
    assert said(tmp_path, closed, user=1000) == ""
