"""The files that `paperdigest init` writes: the templates of config/ with what the user said put in.

Existing files are left as they are. Everything is checked before anything is written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import PydanticCustomError

from paperdigest.config import targets
from paperdigest.config.find import NAME
from paperdigest.config.folders import SUBSCRIPTIONS
from paperdigest.config.secrets import FOLDER, make_secrets_folder
from paperdigest.config.toml import toml_text, toml_value
from paperdigest.core.errors import PaperdigestError, QueryError, ScheduleError, UsageError
from paperdigest.core.keyword import parse_keyword
from paperdigest.core.timezone import zone
from paperdigest.resources import data_dir

_CATEGORY = re.compile(r"[a-z]+(-[a-z]+)*(\.([A-Z]{2}|[a-z]+(-[a-z]+)*|\*))?")
_INBOX = "inbox"
_IGNORED = "paperdigest.db*\noutbox/\nquarantine/\nsecrets/\n*.lock\n"
_ZONES = Path("/etc/localtime")
_UTC = ("Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu", "UTC0")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user said. Checked by `wishes`."""

    email: str = ""
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What became of each file, as paths relative to the folder."""

    fresh: tuple[str, ...]
    kept: tuple[str, ...]


def wishes(email: str = "", arxiv: str = "", keywords: str = "") -> Wishes:
    """Return what was said on the command line. Raises UsageError naming what cannot be taken."""
    for text in (email, arxiv, keywords):
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise UsageError("an argument is not UTF-8 text")
    return Wishes(_address(email), _categories(arxiv), _keywords(keywords))


def write_starter(folder: Path, wishes: Wishes, timezone: str) -> Written:
    """Write the starter files into `folder` and return which were written and which were there."""
    try:
        # Private, as the database in it will be. A folder that is there is its owner's choice.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        had_inbox = (folder / _INBOX).exists()
        for name in (_INBOX, SUBSCRIPTIONS):
            (folder / name).mkdir(exist_ok=True)
        secrets = Path(FOLDER, ".gitignore")
        had_secrets = (folder / secrets).exists()
        make_secrets_folder(folder)
        texts = {
            NAME: _main(wishes, timezone),
            f"{SUBSCRIPTIONS}/me.toml": _me(wishes),
            "reference.toml": _template("reference.toml"),
            ".gitignore": _IGNORED,
        }
        fresh = [name for name, text in texts.items() if _write(folder / name, text)]
    except FileExistsError as error:
        raise UsageError(f"{error.filename} is there and is not a folder") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PaperdigestError(f"{error.filename} cannot be written ({reason})") from None
    kept = [name for name in texts if name not in fresh]
    (kept if had_inbox else fresh).append(f"{_INBOX}/")
    (kept if had_secrets else fresh).append(f"{FOLDER}/")
    return Written(tuple(fresh), tuple(kept))


def machine_zone(env: Mapping[str, str], localtime: Path = _ZONES) -> str:
    """Return the IANA name of this machine's time zone: $TZ, else where /etc/localtime leads; or UTC."""
    names = [env.get("TZ", "").removeprefix(":")]
    try:
        names.append(os.path.realpath(localtime, strict=True).partition("zoneinfo/")[2])
        names.append(localtime.with_name("timezone").read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        pass
    for name in filter(None, names):
        try:
            return "UTC" if name in _UTC else zone(name).key
        except ScheduleError:
            continue
    return "UTC"


def _address(text: str) -> str:
    if not text:
        return ""
    try:
        return targets.address(text.strip())
    except PydanticCustomError as error:
        said = error.context or {}
    raise UsageError(f"--email: {said['what']} · {said['hint']}")


def _categories(text: str) -> tuple[str, ...]:
    categories = tuple(dict.fromkeys(re.split(r"[\s,+]+", text.strip()))) if text.strip() else ()
    for category in categories:
        if not _CATEGORY.fullmatch(category):
            raise UsageError(
                f'--arxiv: "{category}" is no category · write them like "cs.CV cs.LG"'
            )
    return categories


def _keywords(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not found:
        raise UsageError("--keywords names none · write them like 'language model, =RAG'")
    for keyword in found:
        try:
            parse_keyword(keyword)
        except QueryError as error:
            raise UsageError(f'--keywords: "{keyword}": {error}') from None
        if not keyword.isprintable():
            raise UsageError("--keywords: a keyword holds a control character")
    return found


def _main(wishes: Wishes, timezone: str) -> str:
    text = _swap(_template(NAME), 'timezone = "UTC"', f"timezone = {toml_text(timezone)}")
    if wishes.categories:
        block = text[text.index("#[[source]]") : text.index("\n\n# E-mail")]
        live = re.sub(r"^#", "", block, flags=re.MULTILINE)
        categories = f"categories = {toml_value(wishes.categories)}"
        text = _swap(text, block, live[: live.index("categories = ")] + categories)
        text = _swap(
            text, "# arXiv: remove the # and name your categories. Other", "# arXiv. Other"
        )
    if wishes.email:
        operator = toml_text(f"email:{wishes.email}")
        text = _swap(text, '["email:you@example.org"]', f"[{operator}]")
        sender = toml_text(f"Papers <{wishes.email}>")
        text = _swap(text, '"Papers <papers@example.org>"', sender)
        text = _swap(text, '#username = "papers"', f"#username = {toml_text(wishes.email)}")
        host = "smtp." + wishes.email.rpartition("@")[2]
        text = _swap(text, '"smtp.example.org"', toml_text(host))
    return text


def _me(wishes: Wishes) -> str:
    text = _template("me.toml")
    if wishes.keywords:
        start = text.index("keywords = ")
        end = text.index("   #", start)
        text = text[:start] + f"keywords = {toml_value(wishes.keywords)}" + text[end:]
    if wishes.email:
        live = text[text.index("deliver = ") : text.index("\nschedule")]
        mail = f"#deliver = [{toml_text(wishes.email)}]      # once [email] is filled in: remove this #, and the line above"
        text = _swap(text, live, f"{live}\n{mail}")
    return text


def _template(name: str) -> str:
    return (data_dir("config") / name).read_text(encoding="utf-8")


def _swap(text: str, old: str, new: str) -> str:
    if old not in text:
        raise ValueError(f"the starter template lacks {old!r}")
    return text.replace(old, new, 1)


def _write(path: Path, text: str) -> bool:
    """Write a new file whole, or leave the one that is there. Returns whether it was written."""
    if os.path.lexists(path):
        return False
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return True
