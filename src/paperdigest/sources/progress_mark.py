"""Where a source that reads page by page carries on: a bookmark of several values, and whether the page before was
taken. A refused page must end the reading, or the next one's bookmark would leap over it for ever.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from paperdigest.core.ports import Verdict


@dataclass(slots=True)
class Verdicts:
    """What became of the documents of this reading, by name; told by `settle`."""

    refused: set[str] = field(default_factory=set)

    def note(self, name: str, verdict: Verdict) -> None:
        """Take note of one document."""
        if verdict is Verdict.QUARANTINED:
            self.refused.add(name)
        else:
            self.refused.discard(name)


def read_mark(bookmark: str) -> dict[str, str]:
    """Return the values of a bookmark; none of one that is not ours."""
    try:
        said = json.loads(bookmark) if bookmark else {}
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    return {key: value for key, value in said.items() if isinstance(value, str)}


def write_mark(values: Mapping[str, str]) -> str:
    """Return the bookmark that holds these values; empty ones are left out."""
    return json.dumps({key: value for key, value in values.items() if value})


def day_of(values: Mapping[str, str], key: str) -> date | None:
    """Return a day that a bookmark holds, None if it holds none."""
    try:
        return date.fromisoformat(values.get(key, ""))
    except ValueError:
        return None
