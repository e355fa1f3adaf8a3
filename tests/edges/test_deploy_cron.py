"""cron's pass says something only where a person is needed, and launchd starts the program itself."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
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
        timeout=240,
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
    stamp = house.folder / "cron.last"
    code, at = stamp.read_text("utf-8").split()
    stamp.write_text(f"{code} {int(at) - 86_400}\n", "utf-8")

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


# ------------------------------------------------------------------ what is said, pass after pass

#: Every shell that is here; on most machines /bin/sh is one of the first two.
SHELLS = [found for name in ("dash", "bash", "busybox") if (found := shutil.which(name))]
DAY = 24 * 60


@dataclass
class Passes:
    """Passes that end as they are told, under a clock of their own. `minute` is the time, `tools` are functions of
    the shell that stand in for commands: BusyBox looks for its own ones before it looks into PATH."""

    folder: Path
    shell: str
    minute: int = 0
    tools: str = 'date() { echo "$NOW"; }\n'

    def __post_init__(self) -> None:
        program = self.folder / "paperdigest"
        program.write_text('#!/bin/sh\necho "it ended so: $CODE"\nexit "$CODE"\n', "utf-8")
        program.chmod(0o755)

    def ended(self, *codes: int, every: int = 15) -> list[int]:
        """Let passes end with these codes, so many minutes apart; return those of which something was said."""
        told = []
        for code in codes:
            said = self.one(code)
            assert (said.returncode, said.stderr) == (0 if code == 5 else code, "")
            if said.stdout:
                assert said.stdout.startswith(f"it ended so: {code}\n")
                told.append(code)
            self.minute += every
        return told

    def one(self, code: int, script: Path = SCRIPT) -> subprocess.CompletedProcess[str]:
        shell = [self.shell, "sh"] if self.shell.endswith("busybox") else [self.shell]
        env = {
            "PATH": os.environ["PATH"],
            "PAPERDIGEST_PROGRAM": str(self.folder / "paperdigest"),
            "PAPERDIGEST_STAMP": str(self.folder / "cron.last"),
            "NOW": str(1_795_000_000 + 60 * self.minute),
            "CODE": str(code),
        }
        return subprocess.run(
            (*shell, "-c", f"{self.tools}. {script}"),
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
            env=env,
        )


@pytest.fixture(params=SHELLS, ids=lambda path: Path(path).name)
def passes(request: pytest.FixtureRequest, tmp_path: Path) -> Passes:
    return Passes(tmp_path, request.param)


def test_two_failures_that_alternate_are_said_once_each_a_day(passes: Passes) -> None:
    assert passes.ended(*[4, 1] * 10) == [4, 1]


def test_the_lesser_failure_is_no_news_after_the_worse_one(passes: Passes) -> None:
    assert passes.ended(1, 4, 1, 4, 0, 4) == [1]


def test_another_failure_as_bad_is_said(passes: Passes) -> None:
    assert passes.ended(3, 1, 3, 1) == [3, 1]


def test_a_failure_that_comes_and_goes_is_said_once_a_day(passes: Passes) -> None:
    assert passes.ended(*[1, 0] * 10) == [1]


@pytest.mark.parametrize("code", [1, 2, 3, 4, 137])
def test_what_lasts_is_said_once_a_day(passes: Passes, code: int) -> None:
    assert passes.ended(*[code] * 7, every=DAY // 3) == [code] * 3


@pytest.mark.parametrize("code", [2, 3])
def test_what_a_person_has_put_right_is_said_at_once_when_it_breaks_again(
    passes: Passes, code: int
) -> None:
    assert passes.ended(code, 0, code) == [code] * 2


def test_a_failure_after_an_hour_in_which_all_was_well_is_said(passes: Passes) -> None:
    assert passes.ended(1, *[0] * 6, 1) == [1, 1]


def test_a_source_that_fails_now_and_then_is_said_once_a_day_however_well_it_was(
    passes: Passes,
) -> None:
    assert passes.ended(4, *[0] * 20, 4) == [4]


def test_a_pass_beside_another_is_neither_well_nor_a_failure(passes: Passes) -> None:
    assert passes.ended(1, 5, 1, 5, 1) == [1]


def test_a_clock_that_was_set_back_silences_nothing(passes: Passes) -> None:
    passes.minute = 400 * DAY
    passes.ended(1)
    passes.minute = 0

    assert passes.ended(1) == [1]


def test_what_an_older_script_remembered_is_no_hindrance(passes: Passes) -> None:
    (passes.folder / "cron.last").write_text("4\n", "utf-8")

    assert passes.ended(4, 4, 1) == [4, 1]


@pytest.mark.parametrize(
    ("timeout", "limit"),
    [
        ('[ "$1" = -k ] || return 1; shift 3; "$@"', "-k 60 10800"),
        # As in BusyBox before 1.34.
        ('case $1 in -*) echo "usage" >&2; return 1;; esac; shift; "$@"', "10800"),
        ("return 127", ""),
    ],
    ids=["it knows -k", "it knows no -k", "there is none"],
)
def test_a_pass_is_limited_by_whatever_timeout_there_is(
    passes: Passes, timeout: str, limit: str
) -> None:
    timed = passes.folder / "timed"
    passes.tools += f'timeout() {{ echo "$*" >>{timed}; {timeout}; }}\n'

    assert passes.ended(4) == [4]

    limits = [line.partition(" /") for line in timed.read_text("utf-8").splitlines()]
    assert [before for before, cut, _ in limits if cut] == ([limit] if limit else [])


def test_a_pass_that_hangs_is_ended(passes: Passes) -> None:
    """By the machine's own timeout, and it is said."""
    short = passes.folder / "short"
    short.write_text(SCRIPT.read_text("utf-8").replace("10800", "1"), "utf-8")
    (passes.folder / "paperdigest").write_text("#!/bin/sh\nexec sleep 300\n", "utf-8")

    said = passes.one(0, script=short)

    assert said.returncode in {124, 143}
    assert "ended with 1" in said.stdout


def test_the_script_is_one_for_any_shell() -> None:
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        pytest.skip("shellcheck is not here")
    assert subprocess.run((shellcheck, "--shell=sh", str(SCRIPT)), check=False).returncode == 0


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
