from __future__ import annotations

import stat
import sys
import traceback
from pathlib import Path

import pytest

from paperdigest.config.secrets import SecretError, SecretKind, SecretRef, write_secret
from paperdigest.core.errors import UsageError

CANARY = "canary-0f9d2c"


def ref(tmp_path: Path, kind: SecretKind, *value: str) -> SecretRef:
    return SecretRef(kind, value, tmp_path)


def everything(error: BaseException) -> str:
    """Return all that an error would show, its causes and contexts with all they hold."""
    shown = "".join(traceback.format_exception(error))
    seen: BaseException | None = error
    while seen is not None:
        shown += repr(seen) + repr(vars(seen))
        seen = seen.__cause__ or seen.__context__
    return shown


def test_secret_of_a_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "s").write_text(f"{CANARY}\n")
    assert ref(tmp_path, SecretKind.FILE, str(tmp_path / "s")).resolve().reveal() == CANARY


def test_secret_file_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "s").write_text(CANARY)
    (tmp_path / "link").symlink_to("s")
    assert ref(tmp_path, SecretKind.FILE, str(tmp_path / "link")).resolve().reveal() == CANARY


def test_secret_of_the_environment_is_read(tmp_path: Path) -> None:
    assert ref(tmp_path, SecretKind.ENV, "PASS").resolve({"PASS": CANARY}).reveal() == CANARY


def test_secret_of_a_program_is_what_it_prints(tmp_path: Path) -> None:
    program = ref(tmp_path, SecretKind.COMMAND, sys.executable, "-c", f"print(' {CANARY} ')")
    assert program.resolve().reveal() == CANARY


def test_program_is_started_without_a_shell(tmp_path: Path) -> None:
    program = ref(tmp_path, SecretKind.COMMAND, "echo", "$HOME; id")
    assert program.resolve().reveal() == "$HOME; id"


def test_program_runs_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "get").write_text("#!/bin/sh\necho here\n")
    (tmp_path / "get").chmod(0o700)
    assert ref(tmp_path, SecretKind.COMMAND, "./get").resolve().reveal() == "here"


def test_secret_of_systemd_is_a_file_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "smtp").write_text(CANARY)
    secret = ref(tmp_path, SecretKind.CREDENTIAL, "smtp")
    assert secret.resolve({"CREDENTIALS_DIRECTORY": str(tmp_path)}).reveal() == CANARY


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (SecretKind.FILE, ("{}/secrets/smtp",), "paperdigest secret set smtp"),
        (SecretKind.FILE, ("{}",), "not a file"),
        (SecretKind.ENV, ("NOT_SET",), "$NOT_SET is not set"),
        (SecretKind.COMMAND, ("no-such-program",), "could not be started"),
        (SecretKind.COMMAND, ("sh", "-c", "exit 3"), "ended with 3"),
        (SecretKind.COMMAND, ("true",), "is empty"),
        (SecretKind.CREDENTIAL, ("smtp",), "only there when systemd"),
    ],
)
def test_missing_secret_says_where_and_what_to_do(
    tmp_path: Path, kind: SecretKind, value: tuple[str, ...], said: str
) -> None:
    secret = ref(tmp_path, kind, *(part.format(tmp_path) for part in value))
    with pytest.raises(SecretError, match=said.replace("$", r"\$")):
        secret.resolve({})


@pytest.mark.parametrize(
    "script",
    [f"printf '{CANARY}\\nmore'", f"printf {CANARY}; exit 1", f"printf '{CANARY}\\377'"],
    ids=["two lines", "failed", "not text"],
)
def test_what_a_program_prints_is_in_no_error(tmp_path: Path, script: str) -> None:
    with pytest.raises(SecretError) as caught:
        ref(tmp_path, SecretKind.COMMAND, "sh", "-c", script).resolve()
    assert CANARY not in everything(caught.value)


def test_arguments_of_a_program_are_not_shown(tmp_path: Path) -> None:
    assert CANARY not in ref(tmp_path, SecretKind.COMMAND, "get", f"--key={CANARY}").where


def test_stored_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = write_secret(tmp_path, "smtp", CANARY.encode())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert (path.parent / ".gitignore").read_text() == "*\n"


def test_stored_secret_is_found_again(tmp_path: Path) -> None:
    path = write_secret(tmp_path, "smtp", b" two words \n")
    assert ref(tmp_path, SecretKind.FILE, str(path)).resolve().reveal() == "two words"


def test_storing_replaces_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    write_secret(tmp_path, "smtp", b"old")
    path = write_secret(tmp_path, "smtp", b"new")
    assert path.read_text() == "new\n"
    assert sorted(each.name for each in path.parent.iterdir()) == [".gitignore", "smtp"]


def test_storing_does_not_write_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "other").write_text("mine")
    (tmp_path / "secrets" / "smtp").symlink_to(tmp_path / "other")
    write_secret(tmp_path, "smtp", b"new")
    assert (tmp_path / "other").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a b", "x" * 65, "a\n", "-"])
def test_name_that_is_no_plain_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        write_secret(tmp_path, name, b"x")
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize("value", [b"", b" \n", b"canary-0f9d2c\nb", b"canary-0f9d2c\xff", b"a\0b"])
def test_value_that_cannot_be_a_secret_is_refused_unseen(tmp_path: Path, value: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        write_secret(tmp_path, "smtp", value)
    assert CANARY not in everything(caught.value)


def test_file_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    path = write_secret(tmp_path, "smtp", b"x")
    secret = ref(tmp_path, SecretKind.FILE, str(path))
    assert not secret.read_by_others()
    path.chmod(0o640)
    assert secret.read_by_others()


@pytest.mark.parametrize(
    ("kind", "name", "missing"),
    [
        (SecretKind.FILE, "full", False),
        (SecretKind.FILE, "empty", True),
        (SecretKind.FILE, "absent", True),
        (SecretKind.FILE, ".", True),
        (SecretKind.ENV, "FULL", False),
        (SecretKind.ENV, "EMPTY", True),
        (SecretKind.ENV, "ABSENT", True),
        (SecretKind.CREDENTIAL, "full", False),
        (SecretKind.CREDENTIAL, "absent", True),
    ],
)
def test_whether_a_secret_is_missing_is_seen_without_reading_it(
    tmp_path: Path, kind: SecretKind, name: str, missing: bool
) -> None:
    (tmp_path / "full").write_text("x")
    (tmp_path / "empty").touch()
    value = str(tmp_path / name) if kind is SecretKind.FILE else name
    env = {"FULL": "x", "EMPTY": "", "CREDENTIALS_DIRECTORY": str(tmp_path)}

    assert SecretRef(kind, (value,), tmp_path).is_missing(env) is missing


def test_a_secret_from_a_program_counts_as_there_and_the_program_is_not_run(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    command = SecretRef(SecretKind.COMMAND, ("touch", str(ran)), tmp_path)

    assert not command.is_missing({})
    assert not ran.exists()
