"""The words of a digest's counts by day and by week, of its days where it stands by day, and how tall bars are.

Plain text in, plain text out; columns are those of a plain text mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby

from paperdigest.core.columns import filled
from paperdigest.core.digest import DayCount, Digest, TopicWeeks
from paperdigest.core.words import DOT, count, number, short_date, weekday

_WEEK = 7
#: Of more days than this each has a bar, and seven of them together a label: all fits a phone of 320 pixels.
_MOST_NAMED = 9
_TALLEST = 14  # pixels
_NAME_WIDTH = 30
_COLUMN = 5
#: So many weeks have room for the month beside each day.
_FEW_WEEKS = 4
_WIDE_COLUMN = 8
_LINE = 72
#: How many letters of a weekday, and what stands between two: the first that leaves it one line of a mail.
_NARROWER = ((3, DOT), (3, ", "), (2, ", "))

#: What stands under one bar or several: a day, its papers, how many bars.
Label = tuple[str, str, int]


# ------------------------------------------------------------------- by day


def day_chart(
    days: Sequence[DayCount],
) -> tuple[tuple[str, ...], int, tuple[int, ...], tuple[Label, ...]]:
    """Return the lines of its title, how wide its bars are and how tall each is in pixels (1 for nothing, 14 for the
    most), and what stands under them: `("Mon", "3", 1)`, or of more days than can be named `("2 Nov", "12", 7)`."""
    most = max((day.papers for day in days), default=0) or 1
    heights = tuple(1 + round((_TALLEST - 1) * day.papers / most) for day in days)
    if len(days) > _MOST_NAMED:
        return ("Papers", "per week"), 4, heights, tuple(_labels_of_weeks(days))
    letters, width = (3, 28) if len(days) <= _WEEK else (2, 20)
    week_before = len(days) - _WEEK  # its weekdays come again
    labels = tuple(
        (
            str(day.date.day) if at < week_before else weekday(day.date)[:letters],
            number(day.papers),
            1,
        )
        for at, day in enumerate(days)
    )
    return ("Papers", "per day"), width, heights, labels


def per_day_line(days: Sequence[DayCount], width: int = _LINE) -> str:
    """Return `Papers per day: Mon 3 · Tue 0 · Wed 5`, a day of the week before by its date; of more days than a chart
    names, week by week, `Papers per week: from 2 Nov: 12 · from 9 Nov: 3`. Empty where there are none. What would be wider
    than `width` columns is made narrower: weekdays of two letters, commas."""
    if not days:
        return ""
    if len(days) > _MOST_NAMED:
        weeks = [f"from {short_date(some[0].date)}: {_papers(some)}" for some in _weeks(days)]
        return f"Papers per week: {DOT.join(map(_together, weeks))}"
    lines = (_line_of_days(days, letters, between) for letters, between in _NARROWER)
    return next((line for line in lines if len(line) <= width), _line_of_days(days, *_NARROWER[-1]))


def _line_of_days(days: Sequence[DayCount], letters: int, between: str) -> str:
    before, last = days[:-_WEEK], days[-_WEEK:]
    told = [f"{short_date(day.date)}: {number(day.papers)}" for day in before]
    told += [f"{weekday(day.date)[:letters]} {number(day.papers)}" for day in last]
    return f"Papers per day: {between.join(map(_together, told))}"


def _together(text: str) -> str:
    return text.replace(" ", "\u00a0")  # no line ends between a day and its number


def _labels_of_weeks(days: Sequence[DayCount]) -> Iterable[Label]:
    for some in _weeks(days):
        first = some[0].date
        # A month's name under three bars would make those three wider than the others.
        name = short_date(first) if len(some) > _WEEK // 2 else str(first.day)
        yield name, _papers(some), len(some)


def _weeks(days: Sequence[DayCount]) -> list[Sequence[DayCount]]:
    return [days[at : at + _WEEK] for at in range(0, len(days), _WEEK)]


def _papers(days: Sequence[DayCount]) -> str:
    return number(sum(day.papers for day in days))


# ------------------------------------------------------------------ by week


def weeks_title(digest: Digest) -> str:
    """Return what stands over its weeks. A paper is counted under the one topic that it stood under; over a topic's
    papers the number is of all that the topic found."""
    said = f"Papers under each topic, last {count(len(_ends(digest)), 'week')}"
    if not digest.more_weeks:
        return said
    shown = len(digest.weeks)
    return f"{said}: the {number(shown)} with the most, of {number(shown + digest.more_weeks)}"


def week_table(digest: Digest) -> tuple[str, tuple[tuple[str, int], ...], tuple[str, ...]]:
    """Return the caption of its weeks, their months with how many columns each has, and the day of the month on which
    each week ends: `("Oct", 4), ("Nov", 4)` and `5`, `12` … Up to four weeks have no months over them, and days with
    their own: `16 Nov`, `23 Nov`."""
    days = _ends(digest)
    if len(days) <= _FEW_WEEKS:
        return weeks_title(digest), (), tuple(map(short_date, days))
    months = groupby(days, key=_month)
    return (
        weeks_title(digest),
        tuple((month, len(list(some))) for month, some in months),
        tuple(str(day.day) for day in days),
    )


def week_lines(digest: Digest) -> tuple[str, ...]:
    """Return the same as a table of plain text of at most 72 columns: months, days, a line a topic."""
    if not digest.weeks:
        return ()
    _, months, days = week_table(digest)
    over = "".join(f"{month:>{_COLUMN}}".ljust(_COLUMN * columns) for month, columns in months)
    width = _COLUMN if months else _WIDE_COLUMN
    return (
        *([(" " * _NAME_WIDTH + over).rstrip()] if months else []),
        _row("Week to", days, width),
        *(_row(one.name, map(_short, one.papers), width) for one in digest.weeks),
    )


def week_line(one: TopicWeeks) -> str:
    """Return one topic's weeks in a line: `Experts: 3 · 0 · 4 · 2 · 0 · 1 · 5 · 6`."""
    return f"{one.name}: {DOT.join(map(number, one.papers))}"


def _ends(digest: Digest) -> list[date]:
    weeks = len(digest.weeks[0].papers) if digest.weeks else 0
    return [digest.at.date() - timedelta(weeks=back) for back in reversed(range(weeks))]


def _month(day: date) -> str:
    return short_date(day).partition(" ")[2]


def _row(name: str, cells: Iterable[str], width: int) -> str:
    return filled(name, _NAME_WIDTH - 1) + " " + "".join(f"{cell:>{width}}" for cell in cells)


def _short(papers: int) -> str:
    """Return a number that leaves a blank in its column: `999`, `1.2k`, `12k`."""
    if papers < 1_000:
        return str(papers)
    thousands = papers / 1_000
    return f"{thousands:.1f}k" if papers < 9_950 else f"{min(round(thousands), 999)}k"


# ------------------------------------------------------- papers that stand by day


def day_name(day: date) -> str:
    """Return what a day is called over its papers: `Monday 16 Nov`."""
    return f"{weekday(day)} {short_date(day)}"
