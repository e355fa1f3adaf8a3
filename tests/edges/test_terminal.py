"""What reaches a terminal: text as it is, and what would act on it made visible."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import unicodedata
from contextlib import redirect_stdout

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.cli.terminal import harmless, harmless_streams, one_line, plain

ACTS = ("Cc", "Cs", "Zl", "Zp")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Folding paper maps · 论文 🗺️", "Folding paper maps · 论文 🗺️"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[2J", "\\u001b[2J"),
        ("\x9b31m", "\\u009b31m"),
        ("over\rwritten\x08", "over\\u000dwritten\\u0008"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\udcff", "\\udcff"),
        ("\x1b[1mbold\x1b[0m", "\\u001b[1mbold\\u001b[0m"),
    ],
)
def test_what_acts_is_shown(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_our_bold_stays_where_there_is_a_terminal() -> None:
    assert harmless("\x1b[1ma\x1b[0m\x1b[5m", bold=True) == "\x1b[1ma\x1b[0m\\u001b[5m"


@settings(max_examples=300, deadline=None, database=None)
@given(st.text())
def test_nothing_that_acts_is_left_of_any_text(text: str) -> None:
    left = {sign for sign in harmless(text) if unicodedata.category(sign) in ACTS} - {"\n", "\t"}
    assert left == set()
    assert harmless(harmless(text)) == harmless(text)


@settings(max_examples=300, deadline=None, database=None)
@given(st.dictionaries(st.text(), st.text()))
def test_an_answer_in_json_says_the_same_afterwards(said: dict[str, str]) -> None:
    assert json.loads(harmless(json.dumps(said, ensure_ascii=False))) == said


def test_a_name_with_a_line_feed_stays_on_its_line() -> None:
    assert one_line("a\nb\x1b.json") == "a\\nb\\u001b.json"


def test_whatever_a_command_prints_goes_through_it() -> None:
    out = io.StringIO()
    with redirect_stdout(out), harmless_streams():
        click.echo("a\x9bb")
        print("c\rd")  # noqa: T201 - what a library might do
        plain(sys.stdout).write("\r")
    assert out.getvalue() == "a\\u009bb\nc\\u000dd\n\r"


def test_the_streams_are_their_own_again_afterwards() -> None:
    before = sys.stdout, sys.stderr
    with pytest.raises(ValueError, match="x"), harmless_streams():
        raise ValueError("x")
    assert (sys.stdout, sys.stderr) == before


def test_a_crash_that_tells_of_a_papers_title_does_not_act_either() -> None:
    script = (
        "from paperdigest.cli.terminal import stay_harmless\n"
        "stay_harmless()\n"
        "raise ValueError('paper \\x1b[2J\\x9b31m')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert "ValueError: paper \\u001b[2J\\u009b31m\n" in done.stderr.decode()


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_an_accent_does_not_end_the_program_whatever_the_terminal_calls_itself(
    encoding: str,
) -> None:
    script = (
        "import click; from paperdigest.cli.terminal import harmless_streams\n"
        "with harmless_streams(): click.echo('caf\\u00e9 \\udcff')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONIOENCODING": encoding, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == "café \\udcff\n"
