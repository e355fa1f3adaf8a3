"""The files of subscriptions/: one subscriber each. A broken one is set aside alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from paperdigest.config import model, targets
from paperdigest.config.around import Around, table
from paperdigest.config.build import subscriber
from paperdigest.config.complaint import At, Complaint
from paperdigest.config.document import Document, read, readable_part
from paperdigest.config.explain import validated
from paperdigest.config.folders import shown
from paperdigest.config.settings import Broken
from paperdigest.config.shared import query_fault
from paperdigest.config.together import subscriber_rules
from paperdigest.config.values import name_fault
from paperdigest.core.errors import ConfigError, Problem
from paperdigest.core.subscription import Subscriber, Topic


@dataclass(frozen=True, slots=True)
class Others:
    """What a subscriber of a file may refer to. `taken` are the names already in use, folded; it grows. `files` are
    those of all the files, folded."""

    around: Around
    shared: Mapping[str, Topic]
    timezone: str
    taken: set[str]
    files: frozenset[str] = frozenset()


def read_person(path: Path, others: Others) -> Subscriber | Broken:
    """Return the subscriber of a file, or why it cannot be used."""
    try:
        document = read(path, shown(path))
    except ConfigError as error:
        part = readable_part(path, error.problems[0].line)
        deliver = _readable(part, others.around) if "deliver" in part else ()
        return Broken(path.stem, path, error.problems, deliver)
    raw = {**document.data, "name": path.stem}
    found, complaints = validated(model.SubscriberTable, raw, others.around)
    complaints = [each for each in complaints if each.path != ("name",)]  # said of the file below
    complaints.extend(subscriber_rules(raw, (), others.around))
    complaints.extend(_own_name(document, path.stem))
    complaints.extend(_former_name(raw, others))
    problems = [*_file_name(path, others), *document.problems(complaints)]
    if not problems and found is not None and _can_build(found, others):
        person = subscriber(found, others.shared, others.timezone)
        faults = [
            fault
            for index, each in enumerate(found.topic)
            for fault in _fault(person, each.name, index)
        ]
        if not faults:
            return person
        problems.extend(document.problems(faults))
    return Broken(path.stem, path, tuple(problems), _readable(raw, others.around))


def _can_build(found: model.SubscriberTable, others: Others) -> bool:
    return all(name in others.shared for name in found.use)


def _fault(person: Subscriber, name: str, index: int) -> list[Complaint]:
    topic = next(each for each in person.topics if each.name == name)
    return query_fault(topic, ("topic", index))


def _file_name(path: Path, others: Others) -> list[Problem]:
    file = shown(path)
    if fault := name_fault(path.stem):
        return [Problem(file, 0, 0, "the file's name is the subscriber's", fault)]
    if path.stem.casefold() in others.taken:
        what = f'there is another subscriber "{path.stem}"'
        return [Problem(file, 0, 0, what, "rename this file, or remove the other")]
    return []


def _own_name(document: Document, stem: str) -> list[Complaint]:
    if document.data.get("name", stem) == stem:
        return []
    what = "the file's name is the subscriber's"
    return [Complaint(("name",), what, "remove this line, or rename the file", At.KEY)]


def _former_name(raw: Mapping[str, Any], others: Others) -> list[Complaint]:
    old = raw.get("formerly")
    if not isinstance(old, str):
        return []
    elsewhere = others.taken | (others.files - {str(raw["name"]).casefold()})
    if old.casefold() not in elsewhere:
        return []
    hint = "an old name can only be taken over once it is gone"
    return [Complaint(("formerly",), f'"{old}" is still a subscriber', hint)]


def _readable(raw: Mapping[str, Any], around: Around) -> tuple[str, ...]:
    """Return the targets that can be read, whatever else is wrong with the file."""
    given = table(raw).get("deliver", "file:outbox")
    found = []
    for text in [given] if isinstance(given, str) else given if isinstance(given, list) else []:
        try:
            found.append(targets.target(text, around) if isinstance(text, str) else "")
        except PydanticCustomError:
            found.append("")
    return tuple(dict.fromkeys(filter(None, found)))
