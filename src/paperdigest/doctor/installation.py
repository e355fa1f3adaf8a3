"""What is examined: a config as far as it can be read, and where its storage is, or would be."""

from __future__ import annotations

import os
import pwd
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from paperdigest.config import Examined, Settings, examine, find_config
from paperdigest.config.find import NAME
from paperdigest.core import words
from paperdigest.core.errors import ConfigError, PaperdigestError, Problem

#: Named like this by `paperdigest.app`, which loads more than is needed here.
DATABASE = "paperdigest.db"


@dataclass(frozen=True, slots=True)
class Installation:
    """`config` is None where there is no config at all, `storage` too then. `settings` is None where it is wrong.

    `problems` are all of its files, those of subscribers too; `user` is who runs this.
    """

    config: Path | None
    settings: Settings | None
    problems: tuple[Problem, ...]
    storage: Path | None
    user: str

    @property
    def database(self) -> Path | None:
        """Return where the database is, or would be."""
        return None if self.storage is None else self.storage / DATABASE


def installation(explicit: Path | None, env: Mapping[str, str]) -> Installation:
    """Return what there is to examine. Raises nothing because of what is wrong with the config."""
    user = user_name(os.geteuid())
    try:
        path = find_config(explicit, env)
        examined = examine(path, env=env)
    except ConfigError as error:
        return Installation(None, None, error.problems, None, user)
    except (PaperdigestError, OSError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        problem = Problem(words.cut(str(explicit or NAME), 80), 0, 0, f"cannot be read ({said})")
        return Installation(None, None, (problem,), None, user)
    problems = (*examined.problems, *_of_subscribers(examined))
    settings = examined.settings
    storage = _guessed(path, env) if settings is None else settings.storage
    return Installation(path, settings, problems, storage, user)


def user_name(number: int) -> str:
    """Return a user's name, or "#1234" for one without."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"#{number}"


def _of_subscribers(examined: Examined) -> tuple[Problem, ...]:
    return tuple(problem for broken in examined.broken for problem in broken.problems)


def _guessed(config: Path, env: Mapping[str, str]) -> Path:
    """Return where the storage of a config is that is wrong elsewhere: as `config.load` would say."""
    try:
        section = tomllib.loads(config.read_text("utf-8-sig")).get("storage")
    except (OSError, ValueError):
        section = None
    named = section.get("dir") if isinstance(section, dict) else None
    if isinstance(named, str) and named:
        return (config.parent / Path(named).expanduser()).absolute()
    given = env.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(given).absolute() if given else config.parent
