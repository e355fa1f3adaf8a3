"""Which papers a digest holds, where, and what is recorded of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from builders import NOW, paper
from house import ADA, House, titles_of
from paperdigest.core.arrange import TopicFinds, arrange
from paperdigest.core.entry import Desk, Find
from paperdigest.core.units import DigestComposed, Unit
from paperdigest.flow import compose as composing
from paperdigest.flow.why import why
from paperdigest.journal import heard_by
from paperdigest.store import deliveries, digests, history, subscribers
from program import Program

TWO_TOPICS = """
deliver = "file:outbox"
schedule = "daily 08:00"
limit = 2

[[topic]]
name = "Maps"
keywords = "paper map"

[[topic]]
name = "Networks"
keywords = "graph network"
weight = 2
"""


def outcomes(house: House, name: str = "ada") -> dict[str, str]:
    """Return title → recorded outcome."""
    with house.app.open_store(write=False) as store:
        row = subscribers.registered(store)[name]
        keys = history.paper_keys(store)
        papers = history.papers(store, keys)
        rows = digests.outcomes_for(store, row.id, keys)
    return {papers[one.paper_key].title: one.outcome for one in rows}


def answer(house: House, title: str, name: str = "ada") -> str:
    with house.app.open_store(write=False) as store:
        reader = next(one for one in house.app.readers(store) if one.name == name)
        key, paper = history.find_papers(store, title)[0]
        return why(store, reader, key, paper, house.now).answer


def test_limit_5_of_12_shows_five_lists_seven_and_loses_none(house: House) -> None:
    house.write("subscriptions/ada.toml", "limit = 5\n" + ADA)
    house.drop("monday.jsonl", *(f"Paper map number {n} of twelve" for n in range(12)))

    house.run()

    digest = house.digests()[0]
    assert len(titles_of(digest, ["full"])) == 5
    assert len(titles_of(digest, ["listed"])) == 7
    shown = {title: answer(house, title) for title in titles_of(digest)}
    assert sorted(shown.values()) == ["listed"] * 7 + ["sent"] * 5
    assert {title for title, said in shown.items() if said == "sent"} == set(
        titles_of(digest, ["full"])
    )


def test_a_paper_that_two_topics_find_stands_once_under_the_heavier_and_names_the_other(
    house: House,
) -> None:
    house.write("subscriptions/ada.toml", TWO_TOPICS)
    house.drop("monday.jsonl", "Folding paper maps with graph networks", "Reading paper maps")

    house.run()

    topics = {topic["name"]: topic for topic in house.digests()[0]["topics"]}
    assert [paper["title"] for paper in topics["Networks"]["papers"]] == [
        "Folding paper maps with graph networks"
    ]
    assert topics["Networks"]["papers"][0]["also"] == ["Maps"]
    assert [paper["title"] for paper in topics["Maps"]["papers"]] == ["Reading paper maps"]


def test_a_full_topic_leaves_a_shared_paper_to_the_next_one(house: House) -> None:
    house.write("subscriptions/ada.toml", TWO_TOPICS)
    house.drop("monday.jsonl", *(f"Graph networks for paper maps, part {n}" for n in range(3)))

    house.run()

    topics = {topic["name"]: topic for topic in house.digests()[0]["topics"]}
    assert [len(topics[name]["papers"]) for name in ("Networks", "Maps")] == [2, 1]
    assert topics["Maps"]["papers"][0]["as"] == "full"


def test_every_match_ends_in_one_recorded_outcome(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps", "Sorting socks all day long")
    house.run()

    assert outcomes(house) == {"Folding paper maps": "sent"}
    assert answer(house, "Sorting socks") == "not matched"


def test_a_paused_reader_gets_everything_after_the_pause(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.write("subscriptions/ada.toml", "pause = { until = 2026-11-24 }\n" + ADA)
    house.wait(days=1)
    house.drop("tuesday.jsonl", "Reading paper maps aloud")
    assert house.run().digests == ()
    assert answer(house, "Reading paper maps aloud") == "paused"

    house.wait(days=3)
    house.run()

    assert house.titles()[1] == ["Reading paper maps aloud"]


@pytest.mark.parametrize("by_command", [False, True])
def test_the_first_digest_after_a_pause_comes_at_the_readers_hour_of_that_day(
    house: House, program: Program, by_command: bool
) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    if by_command:
        program("pause", "ada", "--until", "2026-11-24")
    else:
        house.write("subscriptions/ada.toml", "pause = { until = 2026-11-24 }\n" + ADA)
    house.wait(days=1)
    house.drop("tuesday.jsonl", "Reading paper maps aloud")
    house.ingest()

    # Ada reads in Berlin: her 24th begins at 23:00 UTC, her 08:00 is 07:00 UTC.
    house.now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert house.compose().digests == ()
    house.now = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

    (digest,) = house.compose().digests
    assert digest.slot == "2026-11-24T08:00 Europe/Berlin"


def test_catch_up_skip_leaves_out_what_missed_digests_would_have_held(house: House) -> None:
    house.write("subscriptions/ada.toml", 'catch_up = "skip"\n' + ADA)
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.wait(hours=2)
    house.drop("late.jsonl", "A paper map nobody waits for")
    house.ingest()
    house.wait(days=3)
    house.drop("now.jsonl", "A paper map of this morning")

    house.run()

    assert house.titles()[1] == ["A paper map of this morning"]
    assert outcomes(house)["A paper map nobody waits for"] == "skipped"


def test_an_alert_goes_at_once_and_the_daily_digest_only_names_it(house: House) -> None:
    house.write(
        "subscriptions/ada.toml",
        ADA + '\n[[topic]]\nname = "Urgent"\nkeywords = "burning map"\nalert = true\n',
    )
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.wait(hours=1)
    house.drop("fire.jsonl", "A burning map: paper maps on fire")

    report = house.run()
    assert [done.kind for done in report.digests] == ["alert"]

    house.wait(days=1)
    house.drop("next.jsonl", "Reading paper maps aloud")
    house.run()
    last = house.digests()[-1]
    assert titles_of(last) == ["Reading paper maps aloud"]
    assert "A burning map: paper maps on fire" in str(last["topics"])


def test_after_a_week_without_a_match_one_short_line_goes_out(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    for _ in range(8):
        house.wait(days=1)
        house.drop("socks.jsonl", f"Sorting socks on {house.now:%A the %d}")
        house.run()

    kinds = [digest["kind"] for digest in house.digests()]
    assert kinds == ["digest", "empty"]
    assert "Nothing matched out of 7" in house.digests()[1]["title"]


EMPTY_TOO = ADA.replace('"daily 08:00"', '"daily 08:00"\nsend_empty = true')


def test_a_first_digest_in_which_there_was_nothing_to_match_says_so(house: House) -> None:
    house.write("subscriptions/ada.toml", EMPTY_TOO)
    house.run()
    house.wait(days=1)

    house.run()

    assert [digest["title"] for digest in house.digests()] == ["No new papers in 8 days"]


def test_a_first_digest_after_a_baseline_says_out_of_what_it_looked_through(house: House) -> None:
    """Papers that came out lately are offered, though they are no news."""
    house.write("subscriptions/ada.toml", EMPTY_TOO)
    house.drop(
        "archive.jsonl",
        {"title": "Sorting socks by colour", "published_at": "2026-11-19T00:00:00Z"},
        {"title": "Sorting socks by size", "published_at": "2026-11-18T00:00:00Z"},
        {"title": "Sorting socks by age", "published_at": "2020-01-01T00:00:00Z"},
    )
    with house.app.open_store() as store:
        house.app.ingest(store, house.now, every=True, baseline=True)
    house.wait(days=1)

    house.run()

    (empty,) = house.digests()
    assert empty["title"] == "Nothing matched out of 2 papers in 8 days"
    assert empty["looked_at"] == ["1 source, up to date"]


def test_send_empty_false_stays_silent(house: House) -> None:
    house.write("subscriptions/ada.toml", "send_empty = false\n" + ADA)
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.wait(days=20)

    assert house.run().digests == ()


def test_trending_shows_the_best_places_not_sent_yet_and_counts_only_those(house: House) -> None:
    house.write(
        "subscriptions/ada.toml",
        'deliver = "file:outbox"\nschedule = "daily 08:00"\n[[topic]]\nname = "Trending"\ntrending = 2\n',
    )
    house.drop(
        "monday.jsonl", *({"title": f"Popular paper number {n}", "votes": n} for n in (1, 5, 3))
    )

    house.run()
    assert house.titles()[0] == ["Popular paper number 5", "Popular paper number 3"]

    house.wait(days=1)
    house.run()
    assert house.titles()[1] == ["Popular paper number 1"]
    (from_before,) = (one for one in house.digests() if one["title"] == "1 paper: Trending")
    assert from_before["looked_at"] == ["1 source, nothing new since yesterday, up to date"]


def test_a_trending_list_says_why_its_papers_are_here(house: House) -> None:
    house.write(
        "subscriptions/ada.toml",
        'deliver = "file:outbox"\n[[topic]]\nname = "Trending"\ntrending = 2\n',
    )
    house.drop("monday.jsonl", *({"title": f"Popular paper {n}", "votes": n} for n in (1, 5, 3)))
    house.run()
    assert house.digests()[0]["topics"][0]["note"] == (
        "The highest by votes in the last 7 days that you have not been sent yet"
    )


def test_a_trending_list_says_how_far_back_it_looks() -> None:
    finds = (Find(1, paper(votes=3), "new", 1, NOW),)
    topic = TopicFinds("Trending", finds, trending=2, within=timedelta(days=30))
    (part,) = arrange([topic], Desk(), NOW)
    assert "in the last 30 days that" in part.note


def test_papers_without_votes_are_the_highest_on_their_page() -> None:
    finds = tuple(Find(n, paper(title=f"Paper {n}", votes=None), "new", n, NOW) for n in (1, 2, 3))
    (part,) = arrange([TopicFinds("Trending", finds, trending=2)], Desk(), NOW)
    assert part.note == (
        "The highest on their page in the last 7 days that you have not been sent yet"
    )


def test_an_empty_digest_names_the_source_that_is_not_well_in_its_title(house: House) -> None:
    """A quiet day must not look like a broken feed."""
    house.write("subscriptions/ada.toml", 'send_empty = "true"\n' + ADA)
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.wait(days=1)
    house.drop_bytes("broken.json", b'{"papers": [')
    house.run()
    assert house.digests()[1]["title"] == "No new papers since yesterday, with trouble at pages"


def test_a_digest_begins_in_a_list_of_mails_with_both_of_its_best_titles(house: House) -> None:
    house.drop(
        "monday.jsonl", "Folding paper maps " + "again " * 30, "Reading paper maps " + "aloud " * 30
    )
    house.run()
    preheader = house.digests()[0]["preheader"]
    assert "Folding paper maps" in preheader
    assert "Reading paper maps" in preheader
    assert len(preheader) <= 93


def test_an_empty_digest_begins_there_with_what_was_looked_at(house: House) -> None:
    house.write("subscriptions/ada.toml", 'send_empty = "true"\n' + ADA)
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.wait(days=1)
    house.run()
    assert house.digests()[1]["preheader"] == "1 source, up to date"


def test_downtime_makes_one_digest_that_names_the_days_it_covers(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.now += timedelta(days=3)
    house.drop("thursday.jsonl", "Reading paper maps aloud")

    house.run()

    digest = house.digests()[1]
    assert digest["notes"] == ["Here is everything since Fri 20 Nov: 3 digests in one."]


def test_an_empty_digest_after_downtime_says_once_how_long_nothing_came(house: House) -> None:
    house.write("subscriptions/ada.toml", 'send_empty = "true"\n' + ADA)
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.now += timedelta(days=3)

    house.run()

    empty = house.digests()[1]
    assert (empty["kind"], empty["title"]) == ("empty", "No new papers in 3 days")
    assert empty["notes"] == []


def test_a_weekly_after_downtime_names_no_slots_as_if_they_were_days(house: House) -> None:
    house.write("subscriptions/ada.toml", ADA.replace("daily 08:00", "weekly mon 08:00"))
    house.drop("friday.jsonl", "Folding paper maps again")
    house.run()
    house.now += timedelta(days=25)
    house.drop("tuesday.jsonl", "Reading paper maps aloud")

    house.run()

    assert house.digests()[1]["notes"] == [
        "Late: it was due on Mon 14 Dec. Here is everything since Fri 20 Nov."
    ]


def test_a_subscriber_renamed_by_formerly_keeps_what_was_sent(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    (house.folder / "subscriptions/ada.toml").unlink()
    house.write("subscriptions/lovelace.toml", 'formerly = "ada"\n' + ADA)
    house.wait(days=1)

    assert house.run().digests == ()


def test_what_was_looked_at_closes_every_digest(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()

    assert house.digests()[0]["looked_at"] == ["1 source, 1 new paper, up to date"]


def test_the_first_of_many_are_written_while_the_others_are_drafted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So their messages need not wait for a hundred others."""
    monkeypatch.setattr(composing, "LANES_AT_FIRST", 1)
    for name in ("ben", "cyd"):
        house.write(f"subscriptions/{name}.toml", TWO_TOPICS)
    house.drop("monday.jsonl", "A paper map of the moon")
    house.ingest()
    written: list[int] = []

    def count(unit: Unit | None) -> None:
        if isinstance(unit, DigestComposed):
            with house.app.open_store(write=False) as store:
                written.append(deliveries.counts(store)["pending"])

    with heard_by(count):
        house.compose()

    assert written == [1, 3, 3]
