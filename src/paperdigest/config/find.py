"""Where the configuration is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs

from paperdigest.core.errors import ConfigError, Problem

NAME = "paperdigest.toml"
_SYSTEM = Path("/etc/paperdigest")


def find_config(explicit: Path | None, env: Mapping[str, str]) -> Path:
    """Return the absolute path of the main file: --config, $PAPERDIGEST_CONFIG, ./, ./config/, the user's
    config folder, /etc/paperdigest. A folder stands for the paperdigest.toml in it.

    Raises ConfigError naming every place looked at. The first two are never passed over in silence.
    """
    for said, path in (("--config", explicit), ("$PAPERDIGEST_CONFIG", _variable(env))):
        if path is not None:
            return _named(path, said)
    places = [Path(NAME), Path("config", NAME), _user_folder(env) / NAME, _SYSTEM / NAME]
    for path in places:
        if path.is_file():
            return path.absolute()
    looked = ", ".join(map(_shown, places))
    hint = '"paperdigest init" writes one here, --config FILE names one elsewhere'
    raise ConfigError((Problem(NAME, 0, 0, f"not found (looked at {looked})", hint),))


def _named(path: Path, said: str) -> Path:
    full = path.expanduser()
    full = full / NAME if full.is_dir() else full
    if not full.is_file():
        hint = f'check {said}, or write one with "paperdigest init"'
        raise ConfigError((Problem(str(path), 0, 0, f"no such file, named by {said}", hint),))
    return full.absolute()


def _variable(env: Mapping[str, str]) -> Path | None:
    value = env.get("PAPERDIGEST_CONFIG", "")
    return Path(value) if value else None


def _user_folder(env: Mapping[str, str]) -> Path:
    given = Path(env.get("XDG_CONFIG_HOME", ""))
    if given.is_absolute():  # the XDG specification: relative ones are to be ignored
        return given / "paperdigest"
    return platformdirs.user_config_path("paperdigest")


def _shown(path: Path) -> str:
    return str(path) if path.is_absolute() else f"./{path}"
