"""Which files make up a configuration, and what they looked like when they were read."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from paperdigest.config.document import stamp
from paperdigest.config.settings import Settings, Stamp
from paperdigest.core.errors import ConfigError, Problem

SUBSCRIPTIONS = "subscriptions"
TOPICS = "topics"


def toml_files(folder: Path) -> tuple[Path, ...]:
    """Return the folder's *.toml by name; nothing where there is no such folder. Raises ConfigError.

    Names that begin with a dot are passed over: editors keep their own files under such names.
    """
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208  Path.iterdir hides which call failed
    except FileNotFoundError:
        return ()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        problem = Problem(shown(folder), 0, 0, f"cannot be read ({reason})")
        raise ConfigError((problem,)) from None
    return tuple(
        _within(folder, name)
        for name in names
        if name.endswith(".toml") and not name.startswith(".")
    )


# Ten thousand files are looked at several times a minute, and most of that would be making their paths anew.
@lru_cache(maxsize=65_536)
def _within(folder: Path, name: str) -> Path:
    return folder / name


def fingerprint(path: Path) -> tuple[Stamp, ...]:
    """Return a stamp of every file that the main file at `path` stands for, in a fixed order.

    It differs from `Settings.files` once one of them was changed, added or removed.
    """
    main = path.absolute()
    files = [main]
    for name in (TOPICS, SUBSCRIPTIONS):
        try:
            files.extend(toml_files(main.parent / name))
        except ConfigError:
            files.append(main.parent / name)
    return tuple(map(stamp, files))


def changed(settings: Settings) -> bool:
    """Say whether a file of the configuration was changed, added or removed since it was read."""
    return fingerprint(settings.path) != settings.files


def shown(path: Path) -> str:
    """Return a path for people: relative where it is below the working folder."""
    try:
        here = Path.cwd()
    except OSError:  # the working folder was removed
        return str(path)
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
