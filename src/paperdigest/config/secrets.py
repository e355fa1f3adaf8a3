"""Secrets by reference: where one is kept, fetching it when it is needed, and storing a new one.
No message and no exception here ever holds the value.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from paperdigest.core.errors import PaperdigestError, UsageError
from paperdigest.core.secret import Secret

#: Folder beside the config that `secret set` writes to.
FOLDER = "secrets"
_LONGEST = 65_536
_COMMAND_SECONDS = 30
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class SecretError(PaperdigestError):
    """A secret that cannot be had. The message says where it was looked for, and what to do."""

    exit_code = 3


class SecretKind(StrEnum):
    """Where a secret may be kept."""

    FILE = "file"
    ENV = "env"
    COMMAND = "command"
    CREDENTIAL = "credential"


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is. `value` is a path, a variable, a program with its arguments, or a credential.

    `folder` is the config's: programs run there, and paths below it are shown relative to it.
    """

    kind: SecretKind
    value: tuple[str, ...] = field(repr=False)  # a program's arguments may be anything
    folder: Path

    def resolve(self, env: Mapping[str, str] | None = None) -> Secret:
        """Fetch it. Raises SecretError. The value is not kept."""
        return _secret(self._fetched(os.environ if env is None else env), self.where)

    @property
    def where(self) -> str:
        """Return the place for people: "secrets/smtp-password", "$SMTP_PASSWORD"."""
        match self.kind:
            case SecretKind.FILE:
                path = Path(self.value[0])
                return str(
                    path.relative_to(self.folder) if path.is_relative_to(self.folder) else path
                )
            case SecretKind.ENV:
                return f"${self.value[0]}"
            case SecretKind.COMMAND:
                # Arguments may be anything, a secret too: only the program is named.
                return f'the command "{self.value[0]}"'
            case SecretKind.CREDENTIAL:
                return f'the credential "{self.value[0]}"'

    def is_missing(self, env: Mapping[str, str] | None = None) -> bool:
        """Say whether nothing is where it should be. Reads no value and runs no program: what a program would
        print counts as there."""
        known = os.environ if env is None else env
        match self.kind:
            case SecretKind.FILE:
                return not _holds_something(Path(self.value[0]))
            case SecretKind.ENV:
                return not known.get(self.value[0])
            case SecretKind.COMMAND:
                return False
            case SecretKind.CREDENTIAL:
                try:
                    return not _holds_something(self._credential(known))
                except SecretError:
                    return True

    def read_by_others(self) -> bool:
        """Say whether it is a file that group or others can read."""
        if self.kind is not SecretKind.FILE:
            return False
        try:
            return bool(Path(self.value[0]).stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
        except OSError:
            return False

    def _fetched(self, env: Mapping[str, str]) -> bytes:
        match self.kind:
            case SecretKind.FILE:
                return _read(Path(self.value[0]), self.where, self._advice())
            case SecretKind.ENV:
                if not env.get(self.value[0]):
                    raise SecretError(
                        f"{self.where} is not set · set it where paperdigest is started"
                    )
                return env[self.value[0]].encode("utf-8", "surrogateescape")
            case SecretKind.COMMAND:
                return _run(self.value, self.folder, self.where)
            case SecretKind.CREDENTIAL:
                return _read(
                    self._credential(env), self.where, "see LoadCredential= in systemd.exec(5)"
                )

    def _credential(self, env: Mapping[str, str]) -> Path:
        folder = env.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise SecretError(f"{self.where} is only there when systemd starts paperdigest")
        return Path(folder) / self.value[0]

    def _advice(self) -> str:
        path = Path(self.value[0])
        if path.parent == self.folder / FOLDER and _NAME.fullmatch(path.name):
            return f"paperdigest secret set {path.name}"
        return "write the secret into that file, chmod 600"


def write_secret(folder: Path, name: str, value: bytes) -> Path:
    """Store a secret as `folder`/secrets/`name` (0600 in 0700) and return its path.

    Written beside and moved into place, so a reader sees the old one or the new one. Raises
    UsageError for a name that is no plain file name, for an empty value or one of several lines.
    """
    check_name(name)
    try:
        _secret(value, "the secret")
        fault = ""
    except SecretError as error:
        fault = str(error)
    if fault:
        raise UsageError(fault)
    secrets = make_secrets_folder(folder)
    target, fresh = secrets / name, secrets / f".{name}.{os.getpid()}.new"
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(value.strip() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
    return target


def make_secrets_folder(folder: Path) -> Path:
    """Return `folder`/secrets, made with 0700 and a .gitignore of everything. Tightens an open one."""
    secrets = folder / FOLDER
    secrets.mkdir(mode=0o700, exist_ok=True)
    if stat.S_IMODE(secrets.stat().st_mode) & 0o077:
        secrets.chmod(0o700)
    ignore = secrets / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return secrets


def check_name(name: str) -> None:
    """Raise UsageError unless `name` can be a file in the secrets folder."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            "a secret's name is letters, digits, - _ and ., at most 64 · for example: smtp-password"
        )


def _read(path: Path, where: str, advice: str) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would wait for ever
            raise SecretError(f"{where} is not a file · {advice}")
        with path.open("rb") as file:
            return file.read(_LONGEST + 1)
    except FileNotFoundError:
        raise SecretError(f"{where} does not exist · {advice}") from None
    except OSError as error:
        raise SecretError(f"{where} cannot be read ({error.strerror or error})") from None


def _holds_something(path: Path) -> bool:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size > 0


def _run(command: tuple[str, ...], folder: Path, where: str) -> bytes:
    """Return what the program prints. Its output never reaches a message, not even on failure."""
    try:
        done = subprocess.run(  # noqa: S603  a list, no shell, written by the owner of the config
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        fault = f"ended with {done.returncode}" if done.returncode else ""
        output = done.stdout
    except subprocess.TimeoutExpired:
        fault, output = f"took longer than {_COMMAND_SECONDS} s", b""
    except (OSError, ValueError) as error:
        fault, output = f"could not be started ({type(error).__name__})", b""
    # Raised out here: the exceptions above carry the output and would hang on as the context.
    if fault:
        raise SecretError(f"{where} {fault} · run it yourself to see why")
    return output


def _secret(data: bytes, where: str) -> Secret:
    """Return the bytes as a secret without the blanks around it. Raises SecretError without them."""
    if len(data) > _LONGEST:
        raise SecretError(f"{where} is too long for a secret")
    text = data.decode("utf-8", "replace").strip()
    if not text:
        raise SecretError(f"{where} is empty")
    if "\ufffd" in text:
        raise SecretError(f"{where} is not UTF-8 text")
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise SecretError(f"{where} holds more than one line")
    return Secret(text)
