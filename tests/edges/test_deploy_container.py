"""The container file and the compose file keep what docs/deploy/container.md promises."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from paperdigest.service import GRACE

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "container"


def instructions(stage: int | None = None) -> list[tuple[str, str]]:
    """Return (instruction, what follows) of the container file, or of its stage with that number."""
    text = (FOLDER / "Containerfile").read_text("utf-8")
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text))
    found = [
        (word, rest)
        for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]
    starts = [number for number, (word, _) in enumerate(found) if word == "FROM"] + [len(found)]
    return found if stage is None else found[starts[stage] : starts[stage + 1]]


def last(word: str) -> str:
    return [rest for name, rest in instructions(-2) if name == word][-1]


def compose() -> dict[str, Any]:
    """Return compose.yaml as it is read."""
    found = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture
def service() -> dict[str, Any]:
    found = compose()["services"]["paperdigest"]
    assert isinstance(found, dict)
    return found


def test_every_base_image_is_named_with_its_version_and_without_a_registry() -> None:
    images = [rest.split()[0] for word, rest in instructions() if word == "FROM"]

    assert images == ["python:3.13-slim", "python:3.13-slim"]


def test_the_container_runs_as_a_number_that_is_not_root() -> None:
    user, group = last("USER").split(":")

    assert (int(user), int(group)) == (10001, 10001)


def test_nothing_is_run_as_root_after_the_user_is_set() -> None:
    words = [word for word, _ in instructions(-2)]

    assert not {"RUN", "COPY", "ADD"} & set(words[words.index("USER") :])


def test_what_is_copied_is_there_and_is_the_program_alone() -> None:
    copied = [
        source
        for word, rest in instructions(0)
        if word == "COPY"
        for source in shlex.split(rest)[:-1]
    ]

    assert all((ROOT / source).exists() for source in copied)
    assert {"config", "templates", "src", "requirements.lock"} <= set(copied)
    assert "." not in copied


def test_what_is_copied_is_let_through_and_nothing_else_is() -> None:
    lines = (FOLDER / "Containerfile.dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    copied = {
        source
        for word, rest in instructions(0)
        if word == "COPY"
        for source in shlex.split(rest)[:-1]
    }

    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == copied


def test_no_secret_can_come_into_a_layer() -> None:
    assert not [
        (word, rest)
        for word, rest in instructions()
        if word == "ARG" or re.search(r"password|token|secret", rest, re.IGNORECASE)
    ]


def test_the_health_check_is_a_command_without_a_shell() -> None:
    _, _, command = last("HEALTHCHECK").partition("CMD ")

    assert yaml.safe_load(command) == ["paperdigest", "status", "--healthy"]


def test_the_program_itself_is_what_is_started_so_that_it_hears_the_signal() -> None:
    assert (
        last("STOPSIGNAL"),
        yaml.safe_load(last("ENTRYPOINT")),
        yaml.safe_load(last("CMD")),
    ) == (
        "SIGTERM",
        ["paperdigest"],
        ["run"],
    )


def test_the_state_lies_in_a_volume_that_the_user_owns() -> None:
    made = " ".join(rest for word, rest in instructions(-2) if word == "RUN")

    assert last("VOLUME") == "/var/lib/paperdigest"
    assert "install -d -o 10001 -g 10001 -m 0700 /var/lib/paperdigest" in made


def test_compose_builds_this_container_file(service: dict[str, Any]) -> None:
    context = (FOLDER / service["build"]["context"]).resolve()

    assert (context / service["build"]["dockerfile"]).resolve() == FOLDER / "Containerfile"


def test_compose_takes_away_what_the_program_does_not_need(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.keys() & {"privileged", "cap_add", "user", "devices", "ports"}


def test_compose_waits_longer_than_the_message_in_hand_may_take(service: dict[str, Any]) -> None:
    assert int(service["stop_grace_period"].removesuffix("s")) >= 2 * GRACE.total_seconds()


def test_compose_mounts_the_config_read_only_and_the_state_from_a_volume(
    service: dict[str, Any],
) -> None:
    state, config = service["volumes"]

    assert state == "state:/var/lib/paperdigest"
    assert config.endswith(":/etc/paperdigest:ro")
    assert "state" in compose()["volumes"]


def test_the_host_has_a_name_that_outlives_the_container(service: dict[str, Any]) -> None:
    """The lock's note names it, and a container's own name is a number that changes each time."""
    assert service["hostname"] == "paperdigest"


def test_a_secret_is_a_file_and_never_a_variable(service: dict[str, Any]) -> None:
    assert service["secrets"] == list(compose()["secrets"])
    assert service["environment"].keys() == {"PAPERDIGEST_CONFIG"}


def test_the_log_has_an_end(service: dict[str, Any]) -> None:
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


def test_compose_and_the_container_file_ask_for_health_alike(service: dict[str, Any]) -> None:
    options = dict(re.findall(r"--([\w-]+)=(\w+)", last("HEALTHCHECK")))
    check = service["healthcheck"]

    assert check["test"] == ["CMD", "paperdigest", "status", "--healthy"]
    assert {key.replace("_", "-"): str(value) for key, value in check.items() if key != "test"} == (
        options
    )


def test_the_trial_mailbox_is_seen_on_this_machine_alone() -> None:
    trial = yaml.safe_load((FOLDER / "compose.trial.yaml").read_text("utf-8"))["services"]

    assert trial["paperdigest"]["ports"] == ["127.0.0.1:8025:8025"]
    assert trial["mail"]["network_mode"] == "service:paperdigest"
