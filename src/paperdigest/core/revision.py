"""What a new version of a paper says that the old one did not: title, authors and abstract, what went and
what came. A paper's text as people see it is compared, letters and digits alone: spelling is no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from paperdigest.core.identity import family_name
from paperdigest.core.paper import Paper
from paperdigest.core.text import display, squashed, without_link_hosts

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[^a-z])")
_MOST: Final = 12  # names, or sentences
_LONGEST: Final = 400  # code points of a sentence


def revision(before: Paper, after: Paper) -> dict[str, object]:
    """Return what went and what came, as JSON keeps it; empty if they say the same.

    `title`: {"gone", "came"}; `authors`: {"gone": […], "came": […]} by family name, and "order" where only
    that changed; `abstract`: {"gone": […], "came": […]}, sentences. Lists end with "…" where there are more.
    """
    found = {
        "title": _title(before.title, after.title),
        "authors": _authors(before.authors, after.authors),
        "abstract": _abstract(before.abstract, after.abstract),
    }
    return {name: change for name, change in found.items() if change}


def _title(before: str, after: str) -> dict[str, object]:
    old, new = display(before), display(after)
    return {} if squashed(old) == squashed(new) else {"gone": old, "came": new}


def _authors(before: Sequence[str], after: Sequence[str]) -> dict[str, object]:
    if not before or not after:
        return {}
    names = [family_name(author) for author in before], [family_name(author) for author in after]
    gone = _left(zip(names[0], before, strict=True), names[1])
    came = _left(zip(names[1], after, strict=True), names[0])
    if gone or came:
        return {"gone": _some(gone), "came": _some(came)}
    return {"order": _some(list(after))} if names[0] != names[1] else {}


def _abstract(before: str, after: str) -> dict[str, object]:
    old, new = _sentences(before), _sentences(after)
    gone = _left(old, [key for key, _ in new])
    came = _left(new, [key for key, _ in old])
    return {"gone": _some(gone), "came": _some(came)} if gone or came else {}


def _sentences(abstract: str) -> list[tuple[str, str]]:
    """Return each sentence with the letters by which it is known."""
    shown = (part.strip() for part in _SENTENCE.split(display(abstract)))
    return [(squashed(without_link_hosts(part)), part) for part in shown if squashed(part)]


def _left(mine: Iterable[tuple[str, str]], others: Iterable[str]) -> list[str]:
    """Return what of mine the others do not have, each as often as it is missing."""
    there = Counter(others)
    left: list[str] = []
    for key, said in mine:
        if there[key] > 0:
            there[key] -= 1
        else:
            left.append(said)
    return left


def _some(found: Sequence[str]) -> list[str]:
    some = [one if len(one) <= _LONGEST else one[:_LONGEST] + "…" for one in found[:_MOST]]
    return some if len(found) <= _MOST else [*some, "…"]
