"""Judges who may get at a file: whether we can, and whether others can who should not. Modes in, findings out."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from paperdigest.core import words
from paperdigest.core.examination import Finding, Grade


class Role(StrEnum):
    """What a file or folder is to us."""

    STORAGE = "storage folder"
    DATABASE = "database"
    CONFIG = "config"
    CONFIG_FOLDER = "config folder"
    SECRET = "secret"  # noqa: S105 - a word, no password
    INBOX = "inbox"
    TEMPLATES = "templates"


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder as it is. `mode` are its rights (0o600), None where there is nothing; `readable` and
    `writable` are ours. `owner` is a name; `owner_is_trusted`: root, or whose the storage is. `group_is_own`:
    nobody but its owner, ourselves or one of these is in its group."""

    role: Role
    path: str
    mode: int | None
    owner: str = ""
    ours: bool = True
    owner_is_trusted: bool = False
    group_is_own: bool = False
    readable: bool = True
    writable: bool = True


@dataclass(frozen=True, slots=True)
class _Rule:
    """What others must not, and what we must. Bits are those of "others"; the group's are the same, 3 further."""

    mode: str  # what to set
    others_trouble: int = 0
    others_advice: int = 0
    group_trouble: int = 0
    group_advice: int = 0
    we_write: bool = False
    must_be: bool = True
    trusted: bool = False  # its owner can make us do anything


_READ, _WRITE, _ANY = 4, 2, 7
_RULES: Final[Mapping[Role, _Rule]] = MappingProxyType(
    {
        Role.STORAGE: _Rule("700", _WRITE, _ANY, 0, _ANY, we_write=True, must_be=False),
        Role.DATABASE: _Rule("600", _READ | _WRITE, 0, _WRITE, _READ, we_write=True, must_be=False),
        # Whoever can write to it can name a command that is run as us.
        Role.CONFIG: _Rule("go-w", _WRITE, 0, 0, _WRITE, must_be=False, trusted=True),
        Role.CONFIG_FOLDER: _Rule("go-w", _WRITE, 0, 0, _WRITE, must_be=False, trusted=True),
        Role.SECRET: _Rule("600", _READ | _WRITE, 0, _WRITE, _READ, must_be=False),
        Role.INBOX: _Rule("u+rwx", we_write=True),
        Role.TEMPLATES: _Rule("u+rX", _WRITE, 0, 0, _WRITE, must_be=False),
    }
)
_STICKY: Final = 0o1000


def permissions(places: Iterable[Place]) -> Iterator[Finding]:
    """Judge each place; one line says that all is well where it is."""
    count, wrong = 0, False
    for place in places:
        count += 1
        for finding in _judged(place):
            wrong = True
            yield finding
    if not wrong:
        yield Finding(
            "permissions",
            f"{words.count(count, 'file and folder', 'files and folders')}, all as they should be",
        )


def _judged(place: Place) -> Iterator[Finding]:
    rule = _RULES[place.role]
    path = shlex.quote(place.path)
    if place.mode is None:
        if rule.must_be:
            yield _said(place, Grade.TROUBLE, "is not there", f"mkdir {path}")
        return
    grade, what = _open_to(rule, place)
    if what:
        yield _said(place, grade, what, f"chmod {rule.mode} {path}")
    if rule.trusted and not place.ours and not place.owner_is_trusted:
        told = f"belongs to {place.owner}, who can change what paperdigest does"
        yield _said(
            place, Grade.ADVICE, told, f"chown it to root or to whoever runs paperdigest: {path}"
        )
    if not place.readable:
        yield _said(
            place, Grade.TROUBLE, f"cannot be read by us, it is {place.owner}'s", _as_owner(place)
        )
    elif rule.we_write and not place.writable:
        yield _said(
            place,
            Grade.TROUBLE,
            f"cannot be written to by us, it is {place.owner}'s",
            _as_owner(place),
        )


def _open_to(rule: _Rule, place: Place) -> tuple[Grade, str]:
    """Return how bad it is that others get at it, and what they can; "" where they cannot."""
    mode = place.mode or 0
    others, group = mode & 7, 0 if place.group_is_own else mode >> 3 & 7
    if mode & _STICKY and place.role in (Role.CONFIG_FOLDER, Role.STORAGE):
        others, group = others & ~_WRITE, group & ~_WRITE  # what lies there is safe from them
    for grade, bits, whose in (
        (Grade.TROUBLE, others & rule.others_trouble, "others"),
        (Grade.TROUBLE, group & rule.group_trouble, "its group"),
        (Grade.ADVICE, others & rule.others_advice, "others"),
        (Grade.ADVICE, group & rule.group_advice, "its group"),
    ):
        if bits:
            return (
                grade,
                f"can be {'written to' if bits & _WRITE else 'read'} by {whose} ({mode & 0o777:04o})",
            )
    return Grade.OK, ""


def _as_owner(place: Place) -> str:
    if place.ours:
        return f"chmod {_RULES[place.role].mode} {shlex.quote(place.path)}"
    return f"run paperdigest as {place.owner}, or chown it"


def _said(place: Place, grade: Grade, what: str, do: str) -> Finding:
    return Finding("permissions", f"{place.role} {place.path} {what}", grade, do)
