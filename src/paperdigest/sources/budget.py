"""How much of a document may be bad before the document itself is."""

from __future__ import annotations

from collections.abc import Sequence

from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Rejected

#: Of the records of one file.
_SHARE = 0.05
_MOST = 1000


def check_budget(rejected: Sequence[Rejected], total: int, *, free: int = 0) -> None:
    """Raise RefusedInput when more than 5% or more than 1,000 of `total` records are bad.

    `free`: so many bad ones are always allowed, as long as something good is left.
    """
    bad = len(rejected)
    if bad == 0 or (bad <= free and bad < total):
        return
    if bad > _MOST or bad > total * _SHARE:
        first = rejected[0]
        raise RefusedInput(
            f"{bad:,} of {total:,} records cannot be read, more than 5% or {_MOST:,} of a file;"
            f" the first, line {first.place}: {first.reason}"
        )
