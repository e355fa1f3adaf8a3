"""Shared topics: `[topics.NAME]` in the main file, and the files of the folder topics/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paperdigest.config import model
from paperdigest.config.around import Around, table
from paperdigest.config.build import topic
from paperdigest.config.complaint import At, Complaint
from paperdigest.config.document import Document, read
from paperdigest.config.explain import validated
from paperdigest.config.folders import TOPICS, shown, toml_files
from paperdigest.config.positions import Path as KeyPath
from paperdigest.config.together import shared_rules, topic_rules
from paperdigest.core.errors import ConfigError, Problem, QueryError
from paperdigest.core.subscription import Topic


@dataclass(slots=True)
class SharedTopics:
    """The raw topics of all files by name, and what is wrong with the files so far."""

    raw: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files: list[tuple[Document, dict[str, KeyPath]]] = field(default_factory=list)

    def gather(self, main: Mapping[str, Any], folder: Path) -> None:
        """Take in the main file's topics, then the folder's: one a file, or `[topics.NAME]` tables."""
        self.raw.update(table(main.get("topics")))
        try:
            paths = toml_files(folder / TOPICS)
        except ConfigError as error:
            self.problems.extend(error.problems)
            paths = ()
        for path in paths:
            try:
                self._take(read(path, shown(path)), path.stem)
            except ConfigError as error:
                self.problems.extend(error.problems)

    def validated(self, around: Around) -> dict[str, Topic]:
        """Return the topics of the folder, and add what is wrong with them to `problems`."""
        topics: dict[str, Topic] = {}
        for document, names in self.files:
            complaints: list[Complaint] = []
            if "topics" in document.data:
                complaints.extend(shared_rules(document.data))
            for name, path in names.items():
                raw = table(self.raw[name])
                found, wrong = validated(model.SharedTopicTable, raw, around, path)
                complaints.extend(wrong)
                if not path:
                    complaints.extend(topic_rules(raw, path))
                if found is not None:
                    topics[name] = topic(found, name)
                    complaints.extend(query_fault(topics[name], path))
            self.problems.extend(document.problems(complaints))
        return topics

    def _take(self, document: Document, stem: str) -> None:
        if set(document.data) == {"topics"}:
            given: dict[str, KeyPath] = {
                name: ("topics", name) for name in table(document.data["topics"])
            }
        else:
            given = {stem: ()}
        named: dict[str, KeyPath] = {}
        for name, path in given.items():
            if name in self.raw:
                what = f'there is another shared topic "{name}"'
                complaint = Complaint(path, what, "names must differ", At.KEY)
                self.problems.extend(document.problems([complaint]))
                continue
            self.raw[name] = table(document.data["topics"])[name] if path else document.data
            named[name] = path
        self.files.append((document, named))


def query_fault(topic: Topic, path: KeyPath) -> list[Complaint]:
    """Return what is wrong with a topic's words taken together: too many, or only exclusions."""
    try:
        _ = topic.query
    except QueryError as error:
        return [Complaint(path, error.message, error.hint, At.TABLE)]
    return []
