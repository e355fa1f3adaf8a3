"""Reads who may get at the files of an installation: their owners and modes, and whether we can use them."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from paperdigest.config import SecretRef, Settings
from paperdigest.config.folders import SUBSCRIPTIONS, TOPICS
from paperdigest.config.secrets import SecretKind
from paperdigest.core.examine_permissions import Place, Role
from paperdigest.doctor.installation import DATABASE, user_name

_BESIDE = ("", "-wal", "-shm")


def places(settings: Settings) -> Iterator[Place]:
    """Yield every file and folder that matters."""
    yield place(Role.STORAGE, settings.storage)
    trusted = {0, _owner(settings.storage)}
    for ending in _BESIDE:
        yield place(Role.DATABASE, settings.storage / f"{DATABASE}{ending}")
    yield from _of_config(settings, trusted)
    for _, secret in settings.secrets():
        yield from _of_secret(secret, trusted)
    for source in settings.sources:
        path = source.options.get("path")
        if source.kind == "inbox" and isinstance(path, Path):
            keeps = source.options.get("after") == "keep"
            yield place(Role.INBOX, path, writable=True if keeps else None)
    yield place(Role.TEMPLATES, settings.templates)


def place(
    role: Role,
    path: Path,
    *,
    writable: bool | None = None,
    trusted: Collection[int | None] = (0,),
) -> Place:
    """Return one file or folder as it is. `writable` says that it need not be; `trusted` are users by number."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return Place(role, str(path), None)
    except PermissionError:  # a folder above it is closed to us: then so is this
        return Place(role, str(path), 0, "another user", ours=False, readable=False, writable=False)
    enter = os.X_OK if stat.S_ISDIR(found.st_mode) else 0
    return Place(
        role,
        str(path),
        stat.S_IMODE(found.st_mode),
        owner=user_name(found.st_uid),
        ours=found.st_uid == os.geteuid(),
        owner_is_trusted=found.st_uid in trusted,
        group_is_own=_is_own(found.st_gid, {found.st_uid, os.geteuid(), *trusted}),
        readable=_may(path, os.R_OK | enter),
        writable=_may(path, os.W_OK | enter) if writable is None else writable,
    )


def _of_config(settings: Settings, trusted: Collection[int | None]) -> Iterator[Place]:
    yield place(Role.CONFIG_FOLDER, settings.folder, trusted=trusted)
    for stamp in settings.files:
        if stamp.size >= 0:
            yield place(Role.CONFIG, stamp.path, trusted=trusted)
    for name in (TOPICS, SUBSCRIPTIONS):
        folder = settings.folder / name
        if folder.is_dir():
            yield place(Role.CONFIG_FOLDER, folder, trusted=trusted)


def _owner(path: Path) -> int | None:
    """Return whose a folder is: the user of the service."""
    try:
        return path.stat().st_uid
    except OSError:
        return None


def _of_secret(secret: SecretRef, trusted: Collection[int | None]) -> Iterator[Place]:
    if secret.kind is SecretKind.FILE:
        yield place(Role.SECRET, Path(secret.value[0]), trusted=trusted)


def _may(path: Path, what: int) -> bool:
    """Ask for the effective user, who reads and writes, where the system can be asked so."""
    return os.access(path, what, effective_ids=os.access in os.supports_effective_ids)


def _is_own(group: int, users: Collection[int | None]) -> bool:
    """Say whether a group is one of these users' own: it has the same name and no other members, as the system
    makes them for each user."""
    try:
        named = grp.getgrgid(group)
        user = pwd.getpwnam(named.gr_name)
    except KeyError:
        return False
    others = set(named.gr_mem) - {user.pw_name}
    return user.pw_gid == group and user.pw_uid in users and not others
