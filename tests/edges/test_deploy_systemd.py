"""The systemd units load without a warning, are hardened, and make the user and the folders they speak of."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from paperdigest.service import GRACE

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "deploy" / "systemd"
SYSTEM_UNITS = ("paperdigest.service", "paperdigest-once.service", "paperdigest-once.timer")
SERVICES = ("paperdigest.service", "paperdigest-once.service")
#: The most that `systemd-analyze security` may give, in tenths.
MOST_EXPOSED = 15

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason="NOT CHECKED: systemd-analyze is missing, so nobody has looked at the units of deploy/systemd",
)


def run(*command: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        env={**os.environ, "SYSTEMD_COLORS": "0", **(env or {})},
    )


def installed(folder: Path, source: Path) -> Path:
    """Copy units to where their programs exist: what they start is put in by the installation."""
    for unit in source.glob("*.*"):
        if unit.suffix in (".service", ".timer"):
            text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text("utf-8"))
            (folder / unit.name).write_text(text, "utf-8")
    return folder


def settings(unit: Path) -> dict[str, str]:
    """Return the unit's [Service] keys; of one that stands twice, the last."""
    parser = RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # systemd's keys have capitals
    parser.read(unit, "utf-8")
    return dict(parser["Service"])


@pytest.mark.parametrize("unit", SYSTEM_UNITS)
def test_the_system_unit_loads_without_a_word(tmp_path: Path, unit: str) -> None:
    folder = installed(tmp_path, SYSTEMD)

    said = run("systemd-analyze", "verify", "--man=no", str(folder / unit))

    assert (said.returncode, said.stdout + said.stderr) == (0, "")


@pytest.mark.parametrize("unit", SYSTEM_UNITS)
def test_the_user_unit_loads_without_a_word(tmp_path: Path, unit: str) -> None:
    folder = installed(tmp_path, SYSTEMD / "user")
    place = tmp_path / "runtime"
    place.mkdir(mode=0o700)

    said = run(
        *("systemd-analyze", "verify", "--user", "--man=no", str(folder / unit)),
        env={"XDG_RUNTIME_DIR": str(place)},
    )

    assert (said.returncode, said.stdout + said.stderr) == (0, "")


def test_a_unit_with_a_misspelt_key_would_not_pass(tmp_path: Path) -> None:
    folder = installed(tmp_path, SYSTEMD)
    unit = folder / "paperdigest.service"
    unit.write_text(unit.read_text("utf-8").replace("ProtectHome", "ProtectHomes"), "utf-8")

    said = run("systemd-analyze", "verify", "--man=no", str(unit))

    assert "ProtectHomes" in said.stderr


@pytest.mark.parametrize("unit", SERVICES)
def test_the_system_unit_is_hardened(unit: str) -> None:
    said = run(
        *("systemd-analyze", "security", "--offline=true", "--no-pager"),
        *(f"--threshold={MOST_EXPOSED}", str(SYSTEMD / unit)),
    )

    assert said.returncode == 0, said.stdout.splitlines()[-1]


def test_the_pass_by_timer_is_shut_in_like_the_service() -> None:
    once, service = (settings(SYSTEMD / unit) for unit in reversed(SERVICES))
    own = {
        *("Type", "ExecStart", "ExecReload", "Restart", "RestartSec", "RestartPreventExitStatus"),
        *("SuccessExitStatus", "TimeoutStartSec", "WatchdogSec", "NotifyAccess"),
        *("RuntimeDirectory", "RuntimeDirectoryMode"),
    }

    assert {key: once[key] for key in once.keys() - own} == {
        key: service[key] for key in service.keys() - own
    }


@pytest.mark.parametrize("folder", ["", "user"])
def test_a_wrong_config_waits_for_a_person_and_all_else_is_tried_again(folder: str) -> None:
    service = settings(SYSTEMD / folder / "paperdigest.service")

    assert (service["Restart"], service["RestartPreventExitStatus"]) == ("on-failure", "3")


@pytest.mark.parametrize("unit", ["paperdigest.service", "paperdigest-once.service"])
@pytest.mark.parametrize("folder", ["", "user"])
def test_systemd_waits_longer_than_the_message_in_hand_may_take(folder: str, unit: str) -> None:
    service = settings(SYSTEMD / folder / unit)

    assert int(service["TimeoutStopSec"]) >= 2 * GRACE.total_seconds()


@pytest.mark.parametrize("folder", ["", "user"])
def test_a_pass_that_only_partly_worked_is_no_failed_unit(folder: str) -> None:
    once = settings(SYSTEMD / folder / "paperdigest-once.service")

    assert {"4", "5"} <= set(once["SuccessExitStatus"].split())


@pytest.mark.parametrize("folder", ["", "user"])
def test_a_pass_that_was_stopped_is_no_failed_unit(folder: str) -> None:
    once = settings(SYSTEMD / folder / "paperdigest-once.service")

    assert str(128 + signal.SIGTERM) in once["SuccessExitStatus"].split()


@pytest.mark.parametrize("folder", ["", "user"])
def test_the_timer_names_a_time_that_comes(folder: str) -> None:
    timer = (SYSTEMD / folder / "paperdigest-once.timer").read_text("utf-8")
    (when,) = re.findall(r"(?m)^OnCalendar=(.+)$", timer)

    said = run("systemd-analyze", "calendar", when)

    assert said.returncode == 0, said.stderr
    assert "Next elapse: " in said.stdout


def test_the_drop_in_with_credentials_loads_with_the_unit(tmp_path: Path) -> None:
    folder = installed(tmp_path, SYSTEMD)
    drop_ins = folder / "paperdigest.service.d"
    drop_ins.mkdir()
    text = (SYSTEMD / "credentials.conf").read_text("utf-8")
    # The line that is commented out is offered as well, so it must be right as well.
    (drop_ins / "credentials.conf").write_text(text.replace("#LoadCred", "LoadCred"), "utf-8")

    said = run("systemd-analyze", "verify", "--man=no", str(folder / "paperdigest.service"))

    assert (said.returncode, said.stdout + said.stderr) == (0, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT CHECKED: only root can make users and owners")
def test_the_user_and_the_folders_are_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    users = run("systemd-sysusers", f"--root={tmp_path}", "--inline", *sysusers_lines())
    assert users.returncode == 0, users.stderr
    (line,) = [
        line
        for line in (tmp_path / "etc/passwd").read_text("utf-8").splitlines()
        if line.startswith("paperdigest:")
    ]
    _, password, uid, gid, _, home, shell = line.split(":")

    made = run(
        "systemd-tmpfiles", f"--root={tmp_path}", "--create", str(SYSTEMD / "paperdigest.tmpfiles")
    )

    assert (password, home, shell) == ("x", "/var/lib/paperdigest", "/usr/sbin/nologin")
    assert made.returncode == 0, made.stderr
    assert {
        place: owned(tmp_path / place)
        for place in ("etc/paperdigest", "etc/paperdigest/secrets", "var/lib/paperdigest/inbox")
    } == {
        "etc/paperdigest": (0, int(gid), 0o750),
        "etc/paperdigest/secrets": (int(uid), int(gid), 0o700),
        "var/lib/paperdigest/inbox": (int(uid), int(gid), 0o700),
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT CHECKED: only root can make users and owners")
def test_what_root_has_written_is_read_by_the_service_and_by_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    run("systemd-sysusers", f"--root={tmp_path}", "--inline", *sysusers_lines())
    written = {
        name: tmp_path / "etc/paperdigest" / name for name in ("paperdigest.toml", "secrets/pw")
    }
    for path in written.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("by root", "utf-8")
        path.chmod(0o644)

    run("systemd-tmpfiles", f"--root={tmp_path}", "--create", str(SYSTEMD / "paperdigest.tmpfiles"))

    uid, gid, _ = owned(tmp_path / "var/lib/paperdigest")
    assert {name: owned(path) for name, path in written.items()} == {
        "paperdigest.toml": (0, gid, 0o640),
        "secrets/pw": (uid, gid, 0o600),
    }


def sysusers_lines() -> list[str]:
    text = (SYSTEMD / "paperdigest.sysusers").read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def owned(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid, found.st_mode & 0o7777
