"""What a scheduled workflow keeps between two machines: the branch, its mark, and who may move it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "github-actions" / "paperdigest-state"
BRANCH = "paperdigest-state"


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(
        ("git", "-c", "init.defaultBranch=main", *args),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **IDENTITY},
    )
    return done.stdout.strip()


IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}


@dataclass
class Machine:
    """One run's machine: a fresh shallow clone, and what the program writes there."""

    clone: Path

    @property
    def state(self) -> Path:
        return self.clone / ".state"

    def __call__(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        verb, *rest = words
        return subprocess.run(
            ("sh", str(SCRIPT), verb, str(self.state), *rest),
            cwd=self.clone,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PAUSES": "0 0", "RUN": self.clone.name, **env},
        )


@dataclass
class Repository:
    """The hosted repository, and the machines that runs are given."""

    folder: Path
    runs: int = 0

    @property
    def bare(self) -> Path:
        return self.folder / "hosted.git"

    def machine(self) -> Machine:
        self.runs += 1
        clone = self.folder / f"run-{self.runs}"
        git(self.folder, "clone", "-q", "--depth=1", f"file://{self.bare}", str(clone))
        return Machine(clone)

    def kept(self, **files: str) -> None:
        """Have one whole run leave these files."""
        machine = self.machine()
        assert machine("take", *(() if self.branch() else ("first",))).returncode == 0
        for name, text in files.items():
            (machine.state / name).write_text(text, "utf-8")
        said = machine("keep")
        assert said.returncode == 0, said.stderr

    def branch(self) -> str:
        return git(self.bare, "for-each-ref", "--format=%(objectname)", f"refs/heads/{BRANCH}")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    git(tmp_path, "init", "-q", "--bare", str(made.bare))
    first = tmp_path / "first"
    git(tmp_path, "clone", "-q", str(made.bare), str(first))
    (first / "paperdigest.toml").write_text("", "utf-8")
    git(first, "add", ".")
    git(first, "commit", "-q", "-m", "config")
    git(first, "push", "-q", "origin", "HEAD:main")
    return made


def test_the_next_machine_finds_what_the_last_one_kept(repository: Repository) -> None:
    repository.kept(database="eleven papers")
    machine = repository.machine()

    said = machine("take")

    assert said.returncode == 0, said.stderr
    assert (machine.state / "database").read_text("utf-8") == "eleven papers"


def test_what_was_taken_away_stays_away(repository: Repository) -> None:
    repository.kept(database="eleven papers", journal="half of one")
    machine = repository.machine()
    machine("take")
    (machine.state / "journal").unlink()
    machine("keep")
    last = repository.machine()

    last("take")

    assert [path.name for path in last.state.iterdir()] == ["database"]


def test_a_large_database_is_kept_in_pieces(repository: Repository) -> None:
    """GitHub refuses files above 100 MB."""
    text = SCRIPT.read_text("utf-8")
    small = repository.folder / "small"
    small.write_text(text.replace("piece=90m", "piece=100"), "utf-8")
    machine = repository.machine()
    machine("take", "first")
    (machine.state / "database").write_bytes(os.urandom(5_000))
    before = (machine.state / "database").read_bytes()
    subprocess.run(("sh", str(small), "keep", str(machine.state)), cwd=machine.clone, check=True)
    last = repository.machine()

    last("take")

    assert len(git(repository.bare, "ls-tree", "--name-only", BRANCH).splitlines()) > 40
    assert (last.state / "database").read_bytes() == before


def test_the_branch_never_grows(repository: Repository) -> None:
    repository.kept(database="one")
    repository.kept(database="two")

    assert git(repository.bare, "rev-list", "--count", BRANCH) == "1"


def test_backups_beside_the_database_are_not_kept(repository: Repository) -> None:
    machine = repository.machine()
    machine("take", "first")
    (machine.state / "backups").mkdir()
    (machine.state / "backups" / "monday.tar").write_text("a copy", "utf-8")
    machine("keep")
    last = repository.machine()

    last("take")

    assert list(last.state.iterdir()) == []


def test_a_run_that_was_lost_stops_the_next_one_and_is_named(repository: Repository) -> None:
    repository.kept(database="one")
    repository.machine()("take")  # and never heard of again

    said = repository.machine()("take")

    assert said.returncode == 3
    assert "the last run (run-2) was lost after it may have sent mails" in said.stderr


def test_after_a_lost_run_a_person_may_go_on_from_what_was_kept_before(
    repository: Repository,
) -> None:
    repository.kept(database="one")
    repository.machine()("take")
    machine = repository.machine()

    said = machine("take", "again")

    assert said.returncode == 0, said.stderr
    assert (machine.state / "database").read_text("utf-8") == "one"
    assert machine("keep").returncode == 0


def test_a_run_that_kept_its_state_leaves_no_mark(repository: Repository) -> None:
    repository.kept(database="one")

    assert repository.machine()("take").returncode == 0


def test_a_branch_that_is_gone_stops_the_run_since_an_empty_database_would_send_all_again(
    repository: Repository,
) -> None:
    said = repository.machine()("take")

    assert said.returncode == 3
    assert 'say "first"' in said.stderr
    assert repository.branch() == ""


def test_a_second_first_run_is_refused(repository: Repository) -> None:
    repository.kept(database="one")

    said = repository.machine()("take", "first")

    assert said.returncode == 3
    assert repository.branch() != ""


def test_of_two_runs_at_once_the_second_is_refused_before_it_sends(repository: Repository) -> None:
    repository.kept(database="one")
    first, second = repository.machine(), repository.machine()
    first("take")

    said = second("take")

    assert said.returncode == 3


def test_a_run_never_overwrites_what_another_has_kept(repository: Repository) -> None:
    repository.kept(database="one")
    slow = repository.machine()
    slow("take")
    other = repository.machine()
    other("take", "again")
    (other.state / "database").write_text("two", "utf-8")
    other("keep")
    kept = repository.branch()

    said = slow("keep")

    assert said.returncode == 3
    assert "moved by somebody else" in said.stderr
    assert repository.branch() == kept


def test_a_push_whose_answer_was_lost_counts(repository: Repository) -> None:
    repository.kept(database="one")
    machine = repository.machine()
    machine("take")
    # The branch is moved, then the server's word is replaced by a failure.
    shim = repository.folder / "bin"
    shim.mkdir()
    real = subprocess.run(
        ("sh", "-c", "command -v git"), capture_output=True, text=True, check=True
    ).stdout.strip()
    (shim / "git").write_text(
        f'#!/bin/sh\n{real} "$@" || exit\n[ "$1" != push ] || exit 1\n', "utf-8"
    )
    (shim / "git").chmod(0o755)

    said = machine("keep", PATH=f"{shim}:{os.environ['PATH']}")

    assert said.returncode == 0, said.stderr
    assert repository.machine()("take").returncode == 0


def test_a_state_that_cannot_be_kept_fails_the_run_and_stays_marked(
    repository: Repository,
) -> None:
    repository.kept(database="one")
    machine = repository.machine()
    machine("take")
    hosted = repository.bare.rename(repository.folder / "away.git")

    said = machine("keep")
    hosted.rename(repository.bare)

    assert said.returncode == 1
    assert repository.machine()("take").returncode == 3


def test_nothing_is_sent_when_the_repository_does_not_answer(repository: Repository) -> None:
    repository.kept(database="one")
    machine = repository.machine()
    repository.bare.rename(repository.folder / "away.git")

    assert machine("take").returncode == 1
