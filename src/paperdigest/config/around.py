"""What one value of a config may refer to elsewhere in it: names, sections, the folder.

Gathered from the raw tables before anything is validated, so that one mistake does not hide another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationInfo

from paperdigest.config.complaint import wrong


@dataclass(frozen=True, slots=True)
class Around:
    """The rest of the config, as far as names go. `titles` are the display names of shared topics."""

    folder: Path
    topics: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    has_email: bool = False
    has_slack_token: bool = False
    webhooks: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    def path(self, text: str) -> Path:
        """Return a path of the config as an absolute one: relative ones start at the config file."""
        try:
            return self.folder / Path(text).expanduser()
        except RuntimeError:  # a service has no home
            raise wrong("this user has no home folder", "write the path without ~") from None


def around(
    raw: Mapping[str, Any],
    folder: Path,
    *,
    topics: Mapping[str, object],
    channels: tuple[str, ...],
    formats: tuple[str, ...],
) -> Around:
    """Return what the raw main table holds, with all shared topics and the plug-ins there are."""
    slack = table(raw.get("slack"))
    titles = {name: table(topic).get("name") for name, topic in topics.items()}
    return Around(
        folder=folder,
        topics=tuple(topics),
        titles={name: title for name, title in titles.items() if isinstance(title, str)},
        sources=tuple(
            row["name"] for row in rows(raw.get("source")) if isinstance(row.get("name"), str)
        ),
        channels=channels,
        formats=formats,
        has_email="email" in raw,
        has_slack_token="token" in slack,
        webhooks=tuple(table(slack.get("webhooks"))),
    )


def of(info: ValidationInfo) -> Around:
    """Return what was handed to the validation."""
    given = info.context
    return given if isinstance(given, Around) else Around(Path())


def table(value: object) -> Mapping[str, Any]:
    """Return a raw value as a table, an empty one where it is none."""
    return value if isinstance(value, Mapping) else {}


def rows(value: object) -> tuple[Mapping[str, Any], ...]:
    """Return a raw value as the rows of an array of tables, empty ones where it is none."""
    return tuple(map(table, value)) if isinstance(value, list) else ()
