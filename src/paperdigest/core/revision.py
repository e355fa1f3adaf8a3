"""What a new version of a paper says that the old one did not: title, authors and abstract, what went and
what came. A paper's text as people see it is compared, letters and digits alone: spelling is no difference.

The change log keeps the title and abstract that went as well, so that any number of changes in a row can be told
from the first text to the last. That is at most what a source may say in one record, 33 kB, and 1.3 kB as a rule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from paperdigest.core.identity import family_name
from paperdigest.core.paper import Paper
from paperdigest.core.text import display, squashed, without_link_hosts

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[^a-z])")
_MOST: Final = 12  # names, or sentences
_MORE: Final = "…"
_LONGEST: Final = 400  # code points of a sentence
_LEAD: Final = 80  # of them before the first letter that differs


def revision(before: Paper, after: Paper) -> dict[str, object]:
    """Return what went and what came, as JSON keeps it; empty if they say the same.

    `title`: {"gone", "came"}; `authors`: {"gone": […], "came": […]} by family name, and "order" where only
    that changed; `abstract`: {"gone": […], "came": […]}, sentences, of a long one what lies around the first
    difference. Lists end with "…" where there are more. The log adds `version` where that grew.
    """
    found = {
        "title": _title(before.title, after.title),
        "authors": _authors(before.authors, after.authors),
        "abstract": _abstract(before.abstract, after.abstract),
    }
    return {name: change for name, change in found.items() if change}


def recorded(before: Paper, after: Paper) -> dict[str, object]:
    """Return what the change log keeps of a change: that, `version` where it grew, and where the text says something
    else `before`: {"title", "abstract"}, raw."""
    found = revision(before, after)
    if found.keys() & {"title", "abstract"}:
        found["before"] = {"title": before.title, "abstract": before.abstract}
    if after.version is not None and after.version > (before.version or 1):
        found["version"] = after.version
    return found


def text_before(changes: Iterable[Mapping[str, Any]]) -> Paper | None:
    """Return title and abstract before changes in a row, oldest first; None where none of them changed the text, or a
    version of this program that kept no texts wrote the first that did."""
    for change in changes:
        if kept := change.get("before"):
            return Paper(str(kept["title"]), str(kept["abstract"]))
        if change.keys() & {"title", "abstract"}:
            return None
    return None


def net(changes: Sequence[Mapping[str, Any]], now: Paper) -> dict[str, object]:
    """Return what changes in a row come to, oldest first, as the log keeps it; `now` is the paper after the last."""
    found: Mapping[str, Any] = {}
    for change in changes:
        found = joined(found, change)
    before = text_before(changes)
    if before is None:
        return dict(found)
    said = revision(before, replace(now, authors=()))
    kept = {"before": {"title": before.title, "abstract": before.abstract}}
    rest = {name: change for name, change in found.items() if name not in ("title", "abstract")}
    return {**said, **rest, **kept}


def joined(first: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, object]:
    """Return what two such changes in a row come to: what came with the first and went with the second is in neither."""
    found = {
        "title": _joined_title(first.get("title"), then.get("title")),
        "authors": _joined_authors(first.get("authors") or {}, then.get("authors") or {}),
        "abstract": _net(first.get("abstract") or {}, then.get("abstract") or {}, known_by),
    }
    found["version"] = then.get("version") or first.get("version")
    return {name: change for name, change in found.items() if change}


def _joined_title(first: Mapping[str, Any] | None, then: Mapping[str, Any] | None) -> object:
    if first is None or then is None:
        return first or then
    return _title(str(first["gone"]), str(then["came"]))


def _joined_authors(first: Mapping[str, Any], then: Mapping[str, Any]) -> object:
    net = _net(first, then, family_name)
    order = then.get("order") or first.get("order")
    return net or ({"order": order} if order else {})


def _net(
    first: Mapping[str, Any], then: Mapping[str, Any], key: Callable[[str], str]
) -> dict[str, object]:
    gone, came = list(first.get("gone", ())), list(first.get("came", ()))
    back = _without(then.get("gone", ()), came, key)
    came = _without(came, then.get("gone", ()), key)
    all_gone, all_came = [*gone, *back], [*came, *then.get("came", ())]
    left_gone, left_came = _without(all_gone, all_came, key), _without(all_came, all_gone, key)
    if not (left_gone or left_came):
        return {}
    more = {
        name: [_MORE] if any(_MORE in change.get(name, ()) for change in (first, then)) else []
        for name in ("gone", "came")
    }
    return {
        "gone": _some([*left_gone, *more["gone"]]),
        "came": _some([*left_came, *more["came"]]),
    }


def _without(mine: Iterable[str], others: Iterable[str], key: Callable[[str], str]) -> list[str]:
    said = [one for one in mine if one != _MORE]
    return _left(zip(map(key, said), said, strict=True), map(key, others))


def known_by(said: str) -> str:
    """Return the letters and digits by which a sentence is known: it says the same as another that has these."""
    return squashed(without_link_hosts(said))


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
    return {"gone": _some(gone, came), "came": _some(came, gone)} if gone or came else {}


def _sentences(abstract: str) -> list[tuple[str, str]]:
    """Return each sentence with the letters by which it is known."""
    return [(known_by(part), part) for part in sentences(abstract)]


def sentences(abstract: str) -> list[str]:
    """Return the sentences of an abstract as people see them."""
    shown = (part.strip() for part in _SENTENCE.split(display(abstract)))
    return [part for part in shown if squashed(part)]


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


def _some(found: Sequence[str], others: Sequence[str] = ()) -> list[str]:
    some = [_cut(one, others[:_MOST]) for one in found[:_MOST]]
    return some if len(found) <= _MOST else [*some, _MORE]


def _cut(said: str, others: Sequence[str]) -> str:
    """Return what of a long sentence lies around the first letter that differs from that of the others which begins most
    like it."""
    if len(said) <= _LONGEST:
        return said
    alike = max((_alike_at_start(said, other) for other in others), default=0)
    start = max(0, min(alike - _LEAD, len(said) - _LONGEST))
    if start:  # at a word's beginning, where one comes in time
        start = max(start, said.find(" ", start, alike) + 1)
    end = start + _LONGEST
    return (_MORE if start else "") + said[start:end] + (_MORE if end < len(said) else "")


def _alike_at_start(one: str, other: str) -> int:
    """Return how many letters both begin with, by halving: the longest have 32,000."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
