"""The words of notices about backups."""

from __future__ import annotations

from datetime import datetime

from paperdigest.core import words
from paperdigest.core.notices import Words


def no_backup(since: datetime, trouble: str, now: datetime) -> Words:
    """Return title and lines that tell the operator that there is no new backup: one word a day. Times in the
    operator's zone; `trouble` is why the last try failed, "" if none was made."""
    return (
        f"No backup was made since {words.short_date(since)} {words.clock(since)}",
        (
            *((f"The last try: {trouble}",) if trouble else ()),
            f"Looked at on {words.full_date(now)}; it is tried again by itself every hour.",
            "By hand, with the reason if it fails: paperdigest backup",
        ),
    )


def no_backup_line(since: datetime, trouble: str) -> str:
    """Return one line on that, for the status page."""
    why = f": {trouble}" if trouble else ""
    return f"no backup was made since {words.short_date(since)} {words.clock(since)}{why}"


def backup_again(at: datetime) -> Words:
    """Return title and lines that tell the operator that there is a backup again."""
    return (
        "There is a backup again",
        (f"It was made on {words.full_date(at)} at {words.clock(at)}.",),
    )
