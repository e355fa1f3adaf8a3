"""[digest] in the main file: what digests are called, what stands before their subjects and at their end."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from paperdigest.channels.mail_address import parse_mailbox
from paperdigest.config import Settings, examine, load
from paperdigest.config.effective import effective
from paperdigest.core.imprint import Imprint

MAIL = """
[email]
host = "smtp.example.org"
auth = "none"
from = "{sender}"
"""


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return tmp_path / "paperdigest.toml"


def loaded(main: Path, text: str) -> Settings:
    main.write_text(text, encoding="utf-8")
    return load(main, env={})


def test_without_the_section_nothing_is_added(main: Path) -> None:
    assert loaded(main, "").digest == Imprint()


def test_the_section_is_an_imprint(main: Path) -> None:
    text = """
[digest]
name = " Vision lab papers "
subject_prefix = "[papers]"
footer = ["Vision lab, 1 Example Street", "Privacy: https://example.org/privacy"]
"""
    assert loaded(main, text).digest == Imprint(
        "Vision lab papers",
        "[papers]",
        ("Vision lab, 1 Example Street", "Privacy: https://example.org/privacy"),
    )


def test_a_single_line_is_a_footer(main: Path) -> None:
    assert loaded(main, '[digest]\nfooter = "Vision lab"').digest.footer == ("Vision lab",)


def test_a_footer_may_be_written_as_one_text_of_several_lines(main: Path) -> None:
    text = '[digest]\nfooter = """\nVision lab\n\n1 Example Street\n"""'
    assert loaded(main, text).digest.footer == ("Vision lab", "1 Example Street")


def test_the_same_line_twice_is_two_lines(main: Path) -> None:
    assert loaded(main, '[digest]\nfooter = ["--", "--"]').digest.footer == ("--", "--")


WRONG = [
    (f'name = "{"x" * 61}"', "2:8: this is too long · write at most 60 characters"),
    (f'subject_prefix = "[{"x" * 30}]"', "2:18: this is too long · write at most 30 characters"),
    (
        'subject_prefix = "a\\nb"',
        "2:18: this holds a control character · type it again",
    ),
    ("name = 1", '2:8: text is wanted here, not a number · put it in quotes: "1"'),
    (
        f'footer = ["fine", "{"x" * 301}"]',
        "2:19: this is too long · write at most 300 characters",
    ),
    ('footer = ["fine", ""]', "2:19: this is empty · write something or leave the line out"),
    (f"footer = {['x'] * 11}", "2:10: these are more than 10 lines · leave some out"),
    ('titel = "x"', "2:1: unknown key \"titel\" · known: footer, name, subject_prefix"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "said"), WRONG, ids=[line[:24] for line, _ in WRONG])
def test_what_is_wrong_is_told_with_its_place(main: Path, line: str, said: str) -> None:
    main.write_text(f"[digest]\n{line}\n", encoding="utf-8")
    assert [str(one) for one in examine(main, env={}).problems] == [f"{main}:{said}"]


@pytest.mark.parametrize("heading", ["", "[email]"])
def test_a_key_in_another_place_is_told_where_it_belongs(main: Path, heading: str) -> None:
    main.write_text(f'{heading}\nsubject_prefix = "[papers]"\n', encoding="utf-8")
    assert f'{main}:2:1: unknown key "subject_prefix" · it belongs below [digest]' in [
        str(one) for one in examine(main, env={}).problems
    ]


# ------------------------------------------------------------------ the sender's name


def sender(main: Path, written: str, name: str = "Vision lab papers") -> tuple[str, str]:
    text = f"[digest]\nname = '{name}'\n" + MAIL.format(sender=written)
    settings = loaded(main, text).email
    assert settings is not None
    box = parse_mailbox(settings.from_)
    assert settings.envelope_from == "papers@example.org"
    return box.name, box.address


@pytest.mark.parametrize("written", ["papers@example.org", "<papers@example.org>"])
def test_a_sender_without_a_name_gets_that_of_the_digest(main: Path, written: str) -> None:
    assert sender(main, written) == ("Vision lab papers", "papers@example.org")


def test_a_sender_with_a_name_keeps_it(main: Path) -> None:
    assert sender(main, "Papers <papers@example.org>") == ("Papers", "papers@example.org")


@pytest.mark.parametrize("name", ['Lab "A", <b> \\ c@d.org', "论文 Übersicht", '"quoted"'])
def test_any_name_is_only_a_name(main: Path, name: str) -> None:
    assert sender(main, "papers@example.org", name) == (name, "papers@example.org")


def test_the_config_in_force_shows_it(main: Path) -> None:
    settings = loaded(main, '[digest]\nname = "Vision lab papers"\nfooter = "Vision lab"')
    shown = effective(settings)["digest"]
    assert (shown["name"], shown["footer"]) == ("Vision lab papers", ["Vision lab"])


def test_what_the_documentation_shows_is_a_config(main: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(loaded(main, block).digest.footer) == 2
