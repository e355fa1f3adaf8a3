"""A subscriptions file that is not in place yet, read as if it were."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paperdigest.core.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from paperdigest.config import Settings
    from paperdigest.core.subscription import Subscriber


def proposed(file: Path, settings: Settings) -> Subscriber:
    """Return the subscriber of a file anywhere. Raises ConfigError with every problem of it."""
    from paperdigest import plugins
    from paperdigest.config import build, model
    from paperdigest.config.around import around
    from paperdigest.config.document import read
    from paperdigest.config.explain import validated
    from paperdigest.config.folders import shown
    from paperdigest.config.people import Others, read_person
    from paperdigest.config.settings import Broken
    from paperdigest.config.shared import SharedTopics

    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    raw = read(settings.path, shown(settings.path)).data
    shared = SharedTopics()
    shared.gather(raw, settings.folder)
    near = around(
        raw,
        settings.folder,
        topics=shared.raw,
        channels=plugins.names(plugins.Group.CHANNELS),
        formats=plugins.names(plugins.Group.FORMATS),
    )
    main, _ = validated(model.MainTable, raw, near)
    topics = shared.validated(near)
    if main is not None:
        topics |= {name: build.topic(each, name) for name, each in main.topics.items()}
    person = read_person(file, Others(near, topics, settings.timezone, set()))
    if isinstance(person, Broken):
        raise ConfigError(person.problems)
    return person
