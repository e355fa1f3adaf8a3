"""What stands where a user's templates would, and is none: said, and not passed over in favour of a bundled one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from paperdigest.core.errors import TemplateError
from paperdigest.render.environments import NAMES

_A_FOLDER = "this is to be the folder of your templates"


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
