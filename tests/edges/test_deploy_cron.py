"""cron's pass says something only where a person is needed, and launchd starts the program itself."""

from __future__ import annotations

import os
import plistlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from house import House
from paperdigest.service import GRACE
from paperdigest.store.locks import FileLock

DEPLOY = Path(__file__).parents[2] / "deploy"
SCRIPT = DEPLOY / "cron" / "paperdigest-cron"
WRONG = 'nonsense = "yes"\n'


def one_pass(house: House) -> subprocess.CompletedProcess[str]:
    """Run cron's line over the real program."""
    return subprocess.run(
        ("sh", str(SCRIPT)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd="/",
        env={
            "PATH": os.environ["PATH"],
            "PAPERDIGEST_PROGRAM": str(Path(sys.executable).with_name("paperdigest")),
            "PAPERDIGEST_CONFIG": str(house.folder / "paperdigest.toml"),
            "PAPERDIGEST_STAMP": str(house.folder / "cron.last"),
        },
    )


def test_a_good_pass_says_nothing(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")

    said = one_pass(house)

    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
    assert house.titles() == [["Folding paper maps again"]]


def test_a_pass_beside_another_one_says_nothing(house: House) -> None:
    with FileLock(house.folder / "service.lock").holding():
        said = one_pass(house)

    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_a_wrong_config_is_said_with_its_place_and_the_code(house: House) -> None:
    house.write("paperdigest.toml", WRONG)

    said = one_pass(house)

    assert said.returncode == 3
    assert "paperdigest.toml:1:1: unknown key" in said.stdout
    assert "ended with 3" in said.stdout


def test_what_lasts_is_not_said_again_at_the_next_pass(house: House) -> None:
    house.write("paperdigest.toml", WRONG)
    one_pass(house)

    said = one_pass(house)

    assert (said.returncode, said.stdout) == (3, "")


def test_what_lasts_is_said_again_the_next_day(house: House) -> None:
    house.write("paperdigest.toml", WRONG)
    one_pass(house)
    yesterday = (house.folder / "cron.last").stat().st_mtime - 86_400
    os.utime(house.folder / "cron.last", (yesterday, yesterday))

    assert "unknown key" in one_pass(house).stdout


def test_what_was_put_right_and_breaks_again_is_said_at_once(house: House) -> None:
    good = (house.folder / "paperdigest.toml").read_text("utf-8")
    house.write("paperdigest.toml", WRONG)
    one_pass(house)
    house.write("paperdigest.toml", good)
    one_pass(house)
    house.write("paperdigest.toml", WRONG)

    assert "unknown key" in one_pass(house).stdout


def test_a_file_that_is_refused_is_said_once(house: House) -> None:
    house.write("inbox/broken.json", '[{"title": ')
    os.utime(house.folder / "inbox/broken.json", (0, 0))

    said = one_pass(house)

    assert said.returncode == 4
    assert "broken.json" in said.stdout


def test_what_comes_and_goes_is_said_once_a_day(house: House) -> None:
    def refused(name: str) -> subprocess.CompletedProcess[str]:
        house.drop_bytes(name, f'[{{"title": {name}'.encode())
        return one_pass(house)

    refused("one.json")
    well = one_pass(house)
    again = refused("two.json")

    assert (well.returncode, again.returncode, again.stdout) == (0, 4, "")


def test_the_crontab_names_a_user_and_the_script() -> None:
    text = (DEPLOY / "cron" / "paperdigest.cron").read_text("utf-8")
    (line,) = [line for line in text.splitlines() if re.match(r"[*\d]", line)]

    assert line.split() == [
        "*/15",
        "*",
        "*",
        "*",
        "*",
        "paperdigest",
        "/usr/local/bin/paperdigest-cron",
    ]


@pytest.fixture(scope="module")
def agent() -> dict[str, object]:
    found = plistlib.loads((DEPLOY / "launchd" / "org.paperdigest.run.plist").read_bytes())
    assert isinstance(found, dict)
    return found


def test_launchd_starts_the_program_without_a_shell(agent: dict[str, object]) -> None:
    program = agent["ProgramArguments"]

    assert isinstance(program, list)
    assert program[0].endswith("/bin/paperdigest")
    assert program[-1] == "run"


def test_launchd_is_given_whole_paths(agent: dict[str, object]) -> None:
    """It knows no ~ and no variables."""
    paths = [agent[key] for key in ("WorkingDirectory", "StandardErrorPath", "StandardOutPath")]

    assert all(str(path).startswith("/") for path in paths)


def test_launchd_starts_it_again_after_a_failure_and_not_too_often(
    agent: dict[str, object],
) -> None:
    assert (agent["KeepAlive"], agent["ThrottleInterval"]) == ({"SuccessfulExit": False}, 60)


def test_launchd_waits_longer_than_the_message_in_hand_may_take(agent: dict[str, object]) -> None:
    wait = agent["ExitTimeOut"]

    assert isinstance(wait, int)
    assert wait >= 2 * GRACE.total_seconds()


def test_launchd_knows_the_label_by_the_file_name(agent: dict[str, object]) -> None:
    assert agent["Label"] == "org.paperdigest.run"
    assert agent["Umask"] == 0o077
