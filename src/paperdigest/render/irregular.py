"""What stands where a user's templates would, and is none: said, and not passed over in favour of a bundled one."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from paperdigest.core.errors import TemplateError
from paperdigest.render.environments import NAMES

_A_FOLDER = "this is to be the folder of your templates"
_BARE = re.compile(r"(\w+\.(?:html|txt|slack))(?:[.~]|$)")


def irregular(folder: Path | None) -> list[TemplateError]:
    """Return what keeps a user's folder, or what has the name of a template in it, from being read; a folder that is not
    there keeps nobody from anything."""
    if folder is None or not is_there(folder):
        return []
    said = _of_folder(folder)
    return [TemplateError(f"{folder}: {said}")] if said else list(_strange(folder))


def is_there(folder: Path) -> bool:
    """Say whether anything has the name of the user's folder, be it a folder or not."""
    return os.path.lexists(folder)


def misnamed(folder: Path | None) -> list[TemplateError]:
    """Return the files that replace nothing but are named almost like something. Others are parts to include, and what
    editors keep beside a template has one."""
    try:
        files = [] if folder is None or not folder.is_dir() else [*folder.iterdir()]
        strange = sorted(path for path in files if path.is_file() and path.name not in NAMES)
    except OSError:  # told as what breaks a digest
        return []
    there = {path.name for path in files}
    return [
        TemplateError(f"{path}: no template of this name · did you mean {near}?")
        for path in strange
        if (near := _meant(path.name)) and near not in there
    ]


def _meant(name: str) -> str:
    """Return the template that a file seems to be, "" for none: editors put an ending behind the name, or another in place
    of .j2."""
    bare = _BARE.match(name.lower())
    near = get_close_matches(f"{bare[1]}.j2" if bare else name, NAMES, n=1, cutoff=0.9)
    return near[0] if near else ""


def _of_folder(folder: Path) -> str:
    try:
        mode = folder.stat().st_mode
        if not stat.S_ISDIR(mode):
            return f"{_A_FOLDER}, and is none · move it away, or make a folder of that name"
        with os.scandir(folder) as found:
            next(found, None)
        (folder / NAMES[0]).lstat()
    except FileNotFoundError:
        if folder.is_dir():
            return ""
        return f"{_A_FOLDER}, and is a link to nothing · mend it, or take it away"
    except OSError as error:
        return f"{_A_FOLDER}, and cannot be read ({error.strerror})"
    return ""


def _strange(folder: Path) -> Iterator[TemplateError]:
    for path in (folder / name for name in NAMES):
        try:
            mode = path.lstat().st_mode
            mode = path.stat().st_mode if stat.S_ISLNK(mode) else mode
        except FileNotFoundError:
            said = "a link to nothing" if path.is_symlink() else ""
        except OSError as error:
            said = f"nothing that can be read ({error.strerror})"
        else:
            said = (
                "" if stat.S_ISREG(mode) else "a folder" if stat.S_ISDIR(mode) else "no plain file"
            )
        if said:
            yield TemplateError(
                f"{path}: this is to be a template, and is {said} · make it a file, or take it away"
            )
