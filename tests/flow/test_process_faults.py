"""The real service as a process while its disk fills up under it, on a small file system of its own: nothing is sent
meanwhile, and with room again all of it goes out without a restart. And what else a machine may lack."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from house import CONFIG, House
from running import command, eventually, said, service, stopped

BOTH = [["Folding paper maps again"], ["Reading paper maps aloud"]]


@pytest.fixture
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of 96 MB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root, and Linux's tools")
    place = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let root mount a small file system")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def served(house: House, disk: Path) -> House:
    """A house whose database lies on that disk, with an operator whose mail does not."""
    house.write(
        "paperdigest.toml",
        f'operator = ["file:{house.folder}/operator"]\n{CONFIG}\n[storage]\ndir = "{disk}"\n',
    )
    text = (house.folder / "subscriptions/ada.toml").read_text()
    house.write("subscriptions/ada.toml", text.replace("file:outbox", f"file:{house.folder}/ada"))
    house.drop("monday.jsonl", "Folding paper maps again")
    return house


def fill(disk: Path) -> Path:
    """Leave not a byte."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while os.write(file.fileno(), b"\0" * size):
                    pass
    return ballast


def test_a_disk_that_fills_up_stops_all_sending_and_with_room_again_all_goes_out(
    served: House, disk: Path
) -> None:
    with service(served) as process:
        said(process, "state=sent")
        ballast = fill(disk)
        served.drop("tuesday.jsonl", "Reading paper maps aloud")
        failed = said(process, "round-failed round=ingest", "digest-composed")
        untouched = (served.folder / "inbox/tuesday.jsonl").exists()
        ballast.unlink()
        said(process, "source-read")
        subprocess.run(command(served, "send", "ada"), check=True, capture_output=True)
        eventually(lambda: len(served.titles("ada")) == len(BOTH))
        assert stopped(process) == 0

    assert "StoreFull" in failed
    assert untouched
    assert sorted(served.titles("ada")) == BOTH


def test_on_a_read_only_file_system_no_service_starts_and_it_says_why(
    served: House, disk: Path
) -> None:
    subprocess.run(command(served, "run", "--once"), check=True, capture_output=True)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    served.drop("tuesday.jsonl", "Reading paper maps aloud")

    answer = subprocess.run(command(served, "run"), capture_output=True, text=True, check=False)

    assert answer.returncode == 1
    assert "read-only" in answer.stderr.lower()
    assert str(disk) in answer.stderr
    assert "Traceback" not in answer.stderr
    assert served.titles("ada") == [["Folding paper maps again"]]


def test_a_machine_without_time_zones_of_its_own_is_served_by_the_package_of_them(
    house: House, tmp_path: Path
) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")

    answer = subprocess.run(
        command(house, "run", "--once"),
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONTZPATH": str(tmp_path / "nowhere")},
    )

    assert answer.returncode == 0, answer.stderr
    assert house.digests()[0]["slot"].endswith("Europe/Berlin")
