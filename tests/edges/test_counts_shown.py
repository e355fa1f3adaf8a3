"""The counts of a digest and the words that find nothing, as each form shows them."""

from __future__ import annotations

from datetime import timedelta

from digests import AT, digest
from pages import Page, flat, rendered, slack_of
from paperdigest.core.digest import DayCount, Digest, TopicWeeks

DAYS = tuple(DayCount(AT.date() - timedelta(days=6 - at), at) for at in range(7))
WEEKS = (TopicWeeks("Experts", (3, 0, 4, 2, 0, 1, 5, 12)), TopicWeeks("Maps", (1,) * 8))
SILENT = ("Nothing in 30 days: “state space modell” (Experts)", "Edit them")
SAID = "Papers per day: Sat 0 · Sun 1 · Mon 2 · Tue 3 · Wed 4 · Thu 5 · Fri 6"


def full() -> Digest:
    return digest(per_day=DAYS, weeks=WEEKS, dormant=SILENT)


def test_papers_per_day_are_told_in_order_in_every_form() -> None:
    message = rendered(full())

    read_aloud = flat(Page(message.html).text)
    assert "Papers per day Sat 0 Sun 1 Mon 2 Tue 3 Wed 4 Thu 5 Fri 6" in read_aloud
    assert SAID in flat(message.text)
    assert SAID in flat(message.slack.context)


def test_days_that_a_mail_has_to_narrow_are_as_wide_as_ever_in_slack() -> None:
    days = tuple(DayCount(AT.date() - timedelta(days=8 - at), 100 + at) for at in range(9))
    message = rendered(digest(per_day=days))

    assert "Sa 102, Su 103" in flat(message.text)
    assert "12 Nov: 100 · 13 Nov: 101 · Sat 102 · Sun 103" in flat(message.slack.context)


def test_weeks_stand_in_a_table_with_headings_and_in_lines() -> None:
    message = rendered(full())

    table = message.html.partition("<caption")[2].partition("</table>")[0]
    assert table.count('scope="row"') == len(WEEKS)
    assert table.count('scope="col"') == 2 + 8  # the months and the weeks
    assert "Experts 3 0 4 2 0 1 5 12" in flat(Page(message.html).text)
    assert "Experts 3 0 4 2 0 1 5 12" in flat(message.text)
    assert "Experts: 3 · 0 · 4 · 2 · 0 · 1 · 5 · 12" in slack_of(message)


def test_words_that_find_nothing_stand_before_how_to_change_the_digest() -> None:
    message = rendered(full())

    for page in (flat(Page(message.html).text), flat(message.text), slack_of(message)):
        assert page.index(SILENT[0]) < page.index("To change")


def test_in_slack_weeks_give_way_before_anything_else() -> None:
    many = tuple(TopicWeeks(f"Topic {at} with a long name", (10,) * 8) for at in range(20))

    message = rendered(digest(per_day=DAYS, weeks=many, dormant=SILENT))

    assert "Papers under each topic" not in slack_of(message)
    assert SILENT[0] in message.slack.footer
    assert "Papers under each topic" in message.text


def test_a_digest_without_counts_has_no_trace_of_them() -> None:
    message = rendered(digest())

    for page in (message.html, message.text, slack_of(message)):
        assert "Papers per" not in page
        assert "Papers under" not in page
    assert "<caption" not in message.html


def test_numbers_of_a_few_weeks_stand_near_their_names() -> None:
    few = rendered(digest(weeks=(TopicWeeks("Experts", (1, 2)),))).html
    many = rendered(full()).html

    def table(html: str) -> str:
        before, _, after = html.partition("<caption")
        return before.rpartition("<table")[2] + after.partition("</table>")[0]

    assert "width=" not in table(few)
    assert "13 Nov</th>" in table(few)
    assert 'width="100%"' in table(many)


def test_a_month_of_one_week_stands_over_it() -> None:
    html = rendered(digest(weeks=(TopicWeeks("Experts", (1,) * 5),), at=AT.replace(day=1))).html

    assert 'colspan="4" align="left"' in html
    assert 'colspan="1" align="right"' in html
