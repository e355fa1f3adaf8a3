"""Who reads in a world, what comes for them, and who gets which of it."""

from __future__ import annotations

from typing import Any

#: What each reader gets, and what they look for besides paper maps.
READERS = {
    "ada": 'deliver = "ada@example.org"\nschedule = "hourly"',
    "bob": 'deliver = ["bob@example.org", "file:bob"]\nschedule = "hourly"',
    "eve": 'deliver = "slack:#papers"\nschedule = "at once"',
    "fay": 'deliver = "slack:C0FAY"\nschedule = "hourly"',
    "gus": 'deliver = "slack:gus@example.org"\nschedule = "hourly"',
    "hal": 'deliver = "slack-webhook:team"\nschedule = "hourly"',
    "ida": 'deliver = "file:ida"\nschedule = "at once"',
    "jon": 'deliver = ["jon@example.org", "slack:#jon"]\nschedule = "hourly"',
}
MAPS = '\n[[topic]]\nname = "Maps"\nkeywords = ["paper map"]\n'
ALERT = '\n[[topic]]\nname = "Charts"\nkeywords = ["sea chart"]\nalert = true\n'
#: One paper of so many is a sea chart; only bob wants those, and at once.
_CHARTS = 6


def paper(number: int) -> dict[str, Any]:
    """Return the paper of that number, as a line of our own dump format."""
    kind = "sea chart" if is_alert(number) else "paper map"
    return {
        "id": f"arxiv:2611.{number:05}",
        "title": f"How to fold a {kind} for the island {token(number)}",
        "abstract": f"We fold it along the coast, {number} times.",
        "authors": ["Ada Lovelace"],
    }


def token(number: int) -> str:
    """Return the word that stands in the title of that paper and of no other."""
    return f"zq{number:06}"


def wanted(reader: str, number: int) -> bool:
    """Say whether a reader gets that paper."""
    return reader == "bob" or not is_alert(number)


def is_alert(number: int) -> bool:
    """Say whether that paper is a sea chart."""
    return number % _CHARTS == _CHARTS - 1
