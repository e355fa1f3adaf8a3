"""The bytes of a mail are ours and not the interpreter's: every Python on this machine makes the same.

Header code of the standard library has let titles write header lines on some releases (CVE-2024-6923,
CVE-2026-1299), so this is not left to the one that happens to run the tests.
"""

from __future__ import annotations

import ast
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mail_corpus import FIELDS, letters, read_names, written

ROOT = Path(__file__).parents[3]
PURE = ("mail_address", "mail_bytes", "mail_headers")
OLDEST = (3, 11)
# Where the usual installers put interpreters, besides PATH.
FOLDERS = (
    "~/.pyenv/versions/*/bin",
    "~/.local/share/uv/python/*/bin",
    "~/.asdf/installs/python/*/bin",
    "/opt/hostedtoolcache/Python/*/*/bin",
    "/opt/python/*/bin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
)
_ASK = (
    "import sys, platform; print(*sys.version_info[:2], platform.python_version(), sys.executable)"
)
_ANSWER = "import sys; sys.path[:0] = sys.argv[1:]; import mail_corpus; mail_corpus.answer()"


def interpreters() -> dict[str, str]:
    """Return the interpreters of this machine that are new enough, by version: {"3.12.1": path}."""
    found = {platform.python_version(): sys.executable}
    for path in _candidates():
        asked = subprocess.run(
            [path, "-I", "-c", _ASK], capture_output=True, text=True, check=False
        )
        if asked.returncode:
            continue  # a stand-in for a version that is not installed
        major, minor, version, executable = asked.stdout.split(maxsplit=3)
        if (int(major), int(minor)) >= OLDEST:
            found.setdefault(version, executable.strip())
    return found


def _candidates() -> Iterator[str]:
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    for pattern in FOLDERS:
        path = Path(pattern).expanduser()
        folders += Path(path.anchor).glob(str(path.relative_to(path.anchor)))
    for folder in dict.fromkeys(folders):
        for minor in range(OLDEST[1], 30):
            program = folder / f"python3.{minor}"
            if os.access(program, os.X_OK):
                yield str(program)


@cache
def corpus() -> tuple[dict[str, str], ...]:
    return tuple(letters())


def test_every_python_here_makes_the_same_bytes_and_reads_the_same_header() -> None:
    others = interpreters()
    others.pop(platform.python_version())
    if not others:
        pytest.skip(
            f"ONLY Python {sys.version.split()[0]} IS HERE: nothing to compare the bytes with"
        )
    mine = [(data.decode("ascii"), read_names(data)) for data in map(written, corpus())]
    for version, program in others.items():
        # -S: with nothing but the standard library.
        asked = subprocess.run(
            [program, "-I", "-S", "-B", "-c", _ANSWER, str(ROOT / "src"), str(ROOT / "tests")],
            input=json.dumps(corpus()),
            capture_output=True,
            text=True,
            check=False,
        )
        assert asked.returncode == 0, f"{version}: {asked.stderr}"
        theirs = [(data, names) for data, names in json.loads(asked.stdout)]
        for letter, one, other in zip(corpus(), mine, theirs, strict=True):
            assert one == other, f"{version}: {letter}"


def test_the_header_of_each_letter_is_what_was_meant() -> None:
    for letter in corpus():
        assert read_names(written(letter)) == list(FIELDS), letter


@pytest.mark.parametrize("module", PURE)
def test_no_header_code_of_the_standard_library_is_used(module: str) -> None:
    """Only the date comes from there, and it is made of a number."""
    path = ROOT / "src" / "paperdigest" / "channels" / f"{module}.py"
    used = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    plain = {
        alias.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    of_email = {name for name in used | plain if name.partition(".")[0] in ("email", "smtplib")}
    assert of_email <= {"email.utils.format_datetime"}
