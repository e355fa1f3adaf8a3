"""The real program as a process: the service ends on SIGTERM, a full disk sends nothing, a pipe may close."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from house import House
from running import command, eventually, said, service, slot_is_far, stopped


def test_the_service_delivers_and_ends_with_0_on_sigterm(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")

    with service(house) as process:
        said(process, "state=sent")
        assert stopped(process) == 0

    assert house.titles() == [["Folding paper maps again"]]


def test_a_second_service_ends_with_5_and_names_the_first(house: House) -> None:
    with service(house) as first:
        said(first, "started")
        second = subprocess.run(command(house, "run"), capture_output=True, text=True, check=False)
        stopped(first)

    assert second.returncode == 5
    assert str(first.pid) in second.stderr


def test_commands_work_beside_the_service(house: House) -> None:
    with service(house) as process:
        said(process, "started")
        answer = subprocess.run(
            command(house, "status", "--json"), capture_output=True, text=True, check=False
        )
        stopped(process)

    assert answer.returncode == 0
    assert str(process.pid) in json.loads(answer.stdout)["service"]


def test_beside_the_service_send_leaves_delivering_to_it(house: House) -> None:
    """Its other messages need not wait for a person's command."""
    slot_is_far(house)
    house.drop("monday.jsonl", "Folding paper maps again")
    asked(house, "run", "--once")
    house.drop("tuesday.jsonl", "A paper map of the sea")
    asked(house, "ingest")
    with service(house) as process:
        eventually((house.folder / "service.alive").exists)
        answer = asked(house, "send")
        said(process, "state=sent")

    assert "left to who delivers already: " in answer.stderr
    assert str(process.pid) in answer.stderr
    assert ["A paper map of the sea"] in house.titles()


def asked(house: House, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(house, *words), capture_output=True, text=True, check=True)


@pytest.mark.skipif(
    sys.platform != "linux", reason="a small file system is mounted with Linux's tools"
)
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_sends_nothing_and_the_next_run_with_room_sends_all(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    small = tmp_path_factory.mktemp("small")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(small)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("this machine does not let root mount a small file system")
    try:
        house.write(
            "paperdigest.toml",
            (house.folder / "paperdigest.toml").read_text() + f'\n[storage]\ndir = "{small}"\n',
        )
        house.drop(
            "much.jsonl",
            *({"title": f"Paper map number {n}", "abstract": "fold " * 400} for n in range(900)),
        )
        full = subprocess.run(
            command(house, "run", "--once"), capture_output=True, text=True, check=False
        )
        assert full.returncode == 1
        assert "disk" in full.stderr
        assert not list(small.glob("outbox/*"))
        assert (house.folder / "inbox" / "much.jsonl").exists()
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)

        roomy = subprocess.run(
            command(house, "run", "--once"), capture_output=True, text=True, check=False
        )

        assert roomy.returncode == 0
        assert len(list(Path(small).glob("outbox/*"))) == 1
    finally:
        subprocess.run(["umount", str(small)], check=False)


def test_a_reader_of_the_output_may_leave_early(house: House) -> None:
    house.drop("monday.jsonl", *(f"Paper map number {n}" for n in range(300)))
    subprocess.run(command(house, "run", "--once"), capture_output=True, check=True)

    shell = " ".join(command(house, "preview", "--since", "7d", "--format", "html")) + " | head -1"
    answer = subprocess.run(shell, shell=True, capture_output=True, text=True, check=False)

    assert "Traceback" not in answer.stderr
