"""Config and templates are read again while the service runs: whole or not at all, and the operator is told where."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from house import ADA, CONFIG, House
from paperdigest import logs
from paperdigest.core.reload_words import CONFIG as THE_CONFIG
from paperdigest.core.reload_words import TEMPLATES
from paperdigest.reloading import InForce
from paperdigest.rounds import AppRounds

OPERATED = 'operator = "file:ops"\n' + CONFIG
PAGE = "Mine: {{ digest.papers }}"


class Running:
    """A house whose rounds go on; `beat` is one of each. Files are written beneath it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.rounds = AppRounds(house.app)
        self._dumps = 0

    def write(self, name: str, text: str) -> None:
        path = self.house.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def beat(self) -> None:
        now = self.house.now
        self.rounds.ingest(now)
        self.rounds.compose(now)
        self.rounds.deliver(now, lambda: False)

    def day(self) -> str:
        """Let the next digest go out; return its first line."""
        self._dumps += 1
        self.house.drop(f"{self._dumps}.jsonl", f"A paper map number {self._dumps}")
        self.house.wait(days=1)
        self.beat()
        newest = max((self.house.folder / "outbox").glob("*/digest.txt"), key=_written)
        return newest.read_text().splitlines()[0]

    def told(self) -> list[str]:
        """Return what the operator was told, oldest first, as JSON."""
        pages = sorted((self.house.folder / "ops").glob("*/digest.json"), key=_written)
        return [page.read_text() for page in pages]


def _written(page: Path) -> int:
    return page.stat().st_mtime_ns


@pytest.fixture
def running(house: House) -> Iterator[Running]:
    house.write("paperdigest.toml", OPERATED)
    made = Running(house)
    with closing(made.rounds):
        made.beat()
        yield made


def test_a_wrong_main_file_leaves_the_old_one_and_the_operator_is_told_where(
    running: Running,
) -> None:
    running.write("paperdigest.toml", OPERATED + '[email]\nhost = "mail.example.org"\nprot = 25\n')
    running.day()
    running.beat()
    (word,) = running.told()
    assert "The changed config cannot be used" in word
    assert "paperdigest.toml:12:1: unknown key" in word
    assert "What was in use before stays in use" in word


def test_once_it_is_right_the_operator_is_told_that_too(running: Running) -> None:
    running.write("paperdigest.toml", OPERATED + "oops\n")
    running.beat()
    running.write("paperdigest.toml", OPERATED)
    running.beat()
    assert [word.count("The changed config") for word in running.told()] == [1, 1]
    assert "The changed config is in use" in running.told()[1]
    assert not running.rounds.wrong


def test_changed_templates_are_in_use_at_the_next_digest(running: Running) -> None:
    running.write("templates/digest.txt.j2", PAGE)
    assert running.day() == "Mine: 1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% if %}", "digest.txt.j2:1: "),  # does not compile
        ("one\n{{ digest.nothing_such }}", "digest.txt.j2:2: "),  # compiles, and fails at work
    ],
)
def test_wrong_templates_leave_the_old_ones_and_the_operator_is_told_where(
    running: Running, text: str, said: str
) -> None:
    running.write("templates/digest.txt.j2", PAGE)
    assert running.day() == "Mine: 1"
    running.write("templates/digest.txt.j2", text)
    assert running.day() == "Mine: 1"
    (word,) = running.told()
    assert "The changed templates cannot be used" in word
    assert said in word
    running.write("templates/digest.txt.j2", PAGE.replace("Mine", "Ours"))
    assert running.day() == "Ours: 1"
    assert "The changed templates are in use" in running.told()[1]


def test_wrong_templates_do_not_keep_a_changed_config_out(running: Running) -> None:
    running.day()
    running.write("templates/digest.txt.j2", "{% if %}")
    running.write("subscriptions/ada.toml", ADA.replace("file:outbox", "file:elsewhere"))
    running.house.drop("x.jsonl", "A paper map of Venus")
    running.house.wait(days=1)
    running.beat()
    assert list((running.house.folder / "elsewhere").glob("*/digest.json"))
    assert list(running.rounds.wrong) == [TEMPLATES]


def test_a_wrong_config_does_not_keep_changed_templates_out(running: Running) -> None:
    running.write("paperdigest.toml", OPERATED + "oops\n")
    running.write("templates/digest.txt.j2", PAGE)
    assert running.day() == "Mine: 1"
    assert list(running.rounds.wrong) == [THE_CONFIG]


def test_a_template_that_went_away_is_the_bundled_one_again(running: Running) -> None:
    running.write("templates/digest.txt.j2", PAGE)
    assert running.day() == "Mine: 1"
    (running.house.folder / "templates/digest.txt.j2").unlink()
    assert "Mine" not in running.day()


def test_what_is_wrong_is_logged_once(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    running.write("paperdigest.toml", OPERATED + "oops\n")
    for _ in range(3):
        running.beat()
    assert len([one for one in caplog.messages if one.startswith("config-not-reloaded")]) == 1


def test_the_kind_of_log_follows_the_config(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        logs.setup("INFO")
        running.write("paperdigest.toml", OPERATED + '[log]\nformat = "json"\n')
        running.beat()
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
    lines = [line for line in capsys.readouterr().err.splitlines() if "config-reloaded" in line]
    assert [json.loads(line)["event"] for line in lines] == ["config-reloaded"]


def test_what_an_editor_leaves_beside_the_templates_is_no_mistake(running: Running) -> None:
    running.write("templates/digest.txt.j2", PAGE)
    running.write("templates/digest.txt.j2~", "{% if %}")
    assert running.day() == "Mine: 1"
    assert not running.rounds.wrong


def test_a_wrong_config_is_read_once_until_it_changes(house: House) -> None:
    read: list[str] = []

    @contextmanager
    def reloading() -> Iterator[None]:
        read.append("once")
        yield

    with closing(InForce(house.app, reloading)) as force:
        path = house.folder / "paperdigest.toml"
        path.write_text("oops\n")
        for _ in range(3):
            force.follow()
        assert (read, list(force.wrong)) == (["once"], [THE_CONFIG])
        path.write_text(CONFIG)
        for _ in range(3):
            force.follow()
        assert (len(read), force.wrong) == (2, {})
