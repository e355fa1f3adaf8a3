"""The scheduled workflow: never two at once, what was sent is written down whatever happens, no secret in sight."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "github-actions" / "paperdigest.yml"


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    found = yaml.safe_load(FILE.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    found = workflow["jobs"]["pass"]["steps"]
    assert isinstance(found, list)
    return found


def step(steps: list[dict[str, Any]], word: str) -> int:
    """Return the place of the one step whose command holds the word."""
    (found,) = [number for number, one in enumerate(steps) if word in one.get("run", "")]
    return found


def triggers(workflow: dict[Any, Any]) -> dict[str, Any]:
    found = workflow[True]  # YAML 1.1 reads the key "on" as a truth value
    assert isinstance(found, dict)
    return found


def test_two_passes_never_run_at_once(workflow: dict[Any, Any]) -> None:
    assert workflow["concurrency"] == {"group": "paperdigest", "cancel-in-progress": False}


def test_it_runs_by_schedule_and_by_hand_and_on_nobody_elses_word(workflow: dict[Any, Any]) -> None:
    assert triggers(workflow).keys() == {"schedule", "workflow_dispatch"}


def test_the_schedule_keeps_away_from_the_crowded_full_hour(workflow: dict[Any, Any]) -> None:
    (when,) = triggers(workflow)["schedule"]

    assert re.fullmatch(r"[1-9]\d? \* \* \* \*", when["cron"])


def test_it_may_write_the_repository_and_nothing_more(workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {"contents": "write"}


def test_every_action_is_pinned_by_its_commit(steps: list[dict[str, Any]]) -> None:
    used = [one["uses"] for one in steps if "uses" in one]

    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", name) for name in used)


def test_the_state_is_taken_before_the_pass_and_kept_after_it(steps: list[dict[str, Any]]) -> None:
    assert step(steps, "paperdigest-state take") < step(steps, "paperdigest-pass")
    assert step(steps, "paperdigest-state keep") == len(steps) - 1


def test_what_was_sent_is_written_down_even_when_the_pass_failed_or_was_cancelled(
    steps: list[dict[str, Any]],
) -> None:
    assert steps[-1]["if"] == "${{ always() && steps.take.outcome == 'success' }}"


def test_a_pass_that_hangs_leaves_time_to_keep_the_state(
    workflow: dict[Any, Any], steps: list[dict[str, Any]]
) -> None:
    whole = workflow["jobs"]["pass"]["timeout-minutes"]

    assert steps[step(steps, "paperdigest-pass")]["timeout-minutes"] + 10 <= whole


def test_a_public_repository_is_refused_before_anything_is_sent(
    steps: list[dict[str, Any]],
) -> None:
    assert step(steps, "--jq .private") < step(steps, "paperdigest-state take")


def test_only_the_pass_sees_the_secrets_that_send(steps: list[dict[str, Any]]) -> None:
    seeing = {
        number: set(re.findall(r"secrets\.(\w+)", str(one)))
        for number, one in enumerate(steps)
        if "secrets." in str(one)
    }

    assert seeing[step(steps, "paperdigest-pass")] == {"SMTP_PASSWORD", "SLACK_TOKEN"}
    others = seeing.keys() - {step(steps, "paperdigest-pass")}
    assert [seeing[number] for number in others] == [{"PROGRAM_TOKEN"}]


def test_the_program_may_lie_in_another_private_repository(steps: list[dict[str, Any]]) -> None:
    """The workflow's own token opens no other one; a secret that is not set is an empty text."""
    (program,) = [one for one in steps if "repository" in one.get("with", {})]

    assert program["with"]["token"] == "${{ secrets.PROGRAM_TOKEN || github.token }}"


def test_no_command_is_put_together_from_outside_words(steps: list[dict[str, Any]]) -> None:
    """An expression inside `run` is pasted into the script; as a variable it stays a value."""
    assert not [one["name"] for one in steps if "${{" in one.get("run", "")]


def test_no_action_leaves_a_token_in_the_checkout(steps: list[dict[str, Any]]) -> None:
    checkouts = [one for one in steps if "actions/checkout" in one.get("uses", "")]

    assert [one["with"]["persist-credentials"] for one in checkouts] == [False, False]


def test_every_script_it_calls_is_in_the_project(steps: list[dict[str, Any]]) -> None:
    called = {
        name for one in steps for name in re.findall(r"sh \.program/(\S+)", one.get("run", ""))
    }

    assert called == {
        "deploy/install",
        "deploy/github-actions/paperdigest-pass",
        "deploy/github-actions/paperdigest-state",
    }
    assert all((ROOT / name).is_file() for name in called)


@pytest.mark.parametrize(
    ("choice", "word"),
    [("kept", "[]"), ("first", "[first]"), ("resend", "[again]"), ("assume-sent", "[again]")],
)
def test_each_choice_says_what_to_take(
    steps: list[dict[str, Any]], workflow: dict[Any, Any], choice: str, word: str
) -> None:
    command = steps[step(steps, "paperdigest-state take")]["run"]
    rehearsed = re.sub(
        r'sh \.program/\S+ take "\$STATE_DIRECTORY" "\$@"', 'printf "[%s]" "$*"', command
    )

    said = subprocess.run(
        ("sh", "-c", rehearsed), env={"CHOICE": choice}, capture_output=True, text=True, check=True
    )

    assert said.stdout == word
    assert choice in triggers(workflow)["workflow_dispatch"]["inputs"]["state"]["options"]
