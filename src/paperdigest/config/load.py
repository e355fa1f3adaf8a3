"""Read a configuration: the main file, shared topics, subscriptions. Reports everything that is wrong
at once; the main file is all or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from paperdigest import plugins
from paperdigest.config import build, model
from paperdigest.config.around import Around, around, rows, table
from paperdigest.config.complaint import Complaint
from paperdigest.config.document import read
from paperdigest.config.explain import validated
from paperdigest.config.folders import SUBSCRIPTIONS, fingerprint, shown, toml_files
from paperdigest.config.options import channel_options, source_options
from paperdigest.config.people import Others, read_person
from paperdigest.config.settings import Broken, Settings, Stamp
from paperdigest.config.shared import SharedTopics, query_fault
from paperdigest.config.together import main_rules
from paperdigest.core.errors import ConfigError, Problem
from paperdigest.core.subscription import Subscriber, Topic


@dataclass(frozen=True, slots=True)
class Examined:
    """What a configuration holds. `settings` is None when the main file or a shared topic is broken,
    and `problems` says why; `broken` are the subscriptions files that are."""

    settings: Settings | None
    problems: tuple[Problem, ...]
    broken: tuple[Broken, ...]


class GivenUp(Exception):
    """The configuration was not read to its end, for nobody waits for it any more."""


def load(
    path: Path,
    *,
    env: Mapping[str, str] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Settings:
    """Return the settings of the main file at `path` and the files beside it.

    Raises ConfigError with every problem of the main file and the shared topics. A broken file in
    subscriptions/ only goes to `Settings.broken`. Raises GivenUp once `stop()` is true, which is asked before each
    file of theirs.
    """
    examined = examine(path, env=env, stop=stop)
    if examined.settings is None:
        raise ConfigError(examined.problems)
    return examined.settings


def examine(
    path: Path,
    *,
    env: Mapping[str, str] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Examined:
    """Return what `load` returns, and every problem of every file where it would raise. Raises GivenUp."""
    main = path.absolute()
    files = fingerprint(main)  # before reading: what changes meanwhile is read again
    try:
        document = read(main, shown(main))
    except ConfigError as error:
        return Examined(None, error.problems, ())
    raw = document.data
    shared, near = _surroundings(raw, main.parent)
    found, complaints = validated(model.MainTable, raw, near)
    complaints.extend(main_rules(raw, near))
    options = _Options.of(raw, near, complaints)
    topics = _topics(shared, near, found)
    if found is not None:
        complaints.extend(_query_faults(found, topics))
    problems = (*document.problems(complaints), *shared.problems)
    timezone = found.timezone if found is not None else "UTC"
    people, broken, unread = _people(Others(near, topics, timezone, _taken(raw)), stop)
    problems = (*problems, *unread)
    if found is None or problems:
        return Examined(None, problems, broken)
    own = tuple(build.subscriber(each, topics, timezone) for each in found.subscriber)
    settings = _settings(main, found, options, (*own, *people), broken, files, env)
    return Examined(settings, (), broken)


def read_draft(path: Path, settings: Settings) -> Subscriber:
    """Return the subscriber of a file that is not in subscriptions/ yet, read as if it were.

    Raises ConfigError with every problem of it.
    """
    raw = read(settings.path, shown(settings.path)).data
    shared, near = _surroundings(raw, settings.folder)
    main, _ = validated(model.MainTable, raw, near)
    others = Others(near, _topics(shared, near, main), settings.timezone, set())
    person = read_person(path, others)
    if isinstance(person, Broken):
        raise ConfigError(person.problems)
    return person


def _surroundings(raw: Mapping[str, Any], folder: Path) -> tuple[SharedTopics, Around]:
    """Return the shared topics, and what any value of the config may refer to."""
    shared = SharedTopics()
    shared.gather(raw, folder)
    near = around(
        raw,
        folder,
        topics=shared.raw,
        channels=plugins.names(plugins.Group.CHANNELS),
        formats=plugins.names(plugins.Group.FORMATS),
    )
    return shared, near


def _topics(shared: SharedTopics, near: Around, found: model.MainTable | None) -> dict[str, Topic]:
    topics = dict(shared.validated(near))
    if found is not None:
        topics |= {name: build.topic(each, name) for name, each in found.topics.items()}
    return topics


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of all plug-ins that are configured."""

    sources: tuple[Mapping[str, Any], ...]
    channels: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, raw: Mapping[str, Any], near: Around, complaints: list[Complaint]) -> _Options:
        sources = []
        for number, row in enumerate(rows(raw.get("source"))):
            options, wrong = source_options(row, ("source", number), near)
            sources.append(options)
            complaints.extend(wrong)
        channels = {}
        for name, given in table(raw.get("channels")).items():
            options, wrong = channel_options(name, table(given), ("channels", name), near)
            channels[name] = options
            complaints.extend(wrong)
        return cls(tuple(sources), MappingProxyType(channels))


def _query_faults(found: model.MainTable, topics: Mapping[str, Topic]) -> list[Complaint]:
    faults = [
        fault for name in found.topics for fault in query_fault(topics[name], ("topics", name))
    ]
    for number, person in enumerate(found.subscriber):
        for index, own in enumerate(person.topic):
            path = ("subscriber", number, "topic", index)
            faults.extend(query_fault(build.topic(own, own.name), path))
    return faults


def _taken(raw: Mapping[str, Any]) -> set[str]:
    names = (row.get("name") for row in rows(raw.get("subscriber")))
    return {name.casefold() for name in names if isinstance(name, str)}


def _people(
    others: Others, stop: Callable[[], bool]
) -> tuple[tuple[Subscriber, ...], tuple[Broken, ...], tuple[Problem, ...]]:
    """Return the subscribers of the folder, the broken ones, and why it cannot be read if so."""
    try:
        paths = toml_files(others.around.folder / SUBSCRIPTIONS)
    except ConfigError as error:
        return (), (), error.problems
    others = replace(others, files=frozenset(path.stem.casefold() for path in paths))
    people: list[Subscriber] = []
    broken: list[Broken] = []
    for path in paths:
        if stop():
            raise GivenUp
        person = read_person(path, others)
        if isinstance(person, Broken):
            broken.append(person)
        else:
            people.append(person)
        others.taken.add(path.stem.casefold())
    return tuple(people), tuple(broken), ()


def _settings(
    main: Path,
    found: model.MainTable,
    options: _Options,
    subscribers: tuple[Subscriber, ...],
    broken: tuple[Broken, ...],
    files: tuple[Stamp, ...],
    env: Mapping[str, str] | None,
) -> Settings:
    folder = main.parent
    return Settings(
        path=main,
        folder=folder,
        timezone=found.timezone,
        operator=found.operator,
        public_url=found.public_url,
        storage=found.storage.dir or _state_folder(os.environ if env is None else env) or folder,
        templates=folder / "templates",
        sources=tuple(map(build.source_settings, found.source, options.sources)),
        email=build.email_settings(found.email, found.operator, folder, found.digest.name)
        if found.email
        else None,
        slack=build.slack_settings(found.slack, folder) if found.slack else None,
        channels=options.channels,
        keep_deliveries=found.storage.keep_deliveries,
        backup=build.backup_settings(found.backup),
        web=build.web_settings(found.web),
        health=build.health_settings(found.health, folder),
        log=build.log_settings(found.log),
        digest=build.imprint(found.digest),
        subscribers=subscribers,
        broken=broken,
        files=files,
    )


def _state_folder(env: Mapping[str, str]) -> Path | None:
    """Return systemd's folder for us; with several it separates them by colons (systemd.exec(5))."""
    first = env.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(first).absolute() if first else None
