"""What a digest says first is true and to the point: of an alert the paper, of sources only the reader's own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from house import ADA, CONFIG, House

TWO_SOURCES = CONFIG + '\n[[source]]\nname = "journal"\nkind = "inbox"\npath = "journal"\n'
OF_PAGES = ADA.replace('"Maps"\n', '"Maps"\nsources = ["pages"]\n')
ALERT = ADA + "alert = true\n"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House.built(tmp_path)


def two_sources(house: House, reader: str) -> None:
    (house.folder / "journal").mkdir()
    house.write("paperdigest.toml", TWO_SOURCES)
    house.write("subscriptions/ada.toml", f'send_empty = "true"\n{reader}')


def journal_brings(house: House, *titles: str) -> None:
    lines = "".join(f'{{"title": "{title}"}}\n' for title in titles)
    (house.folder / "journal" / f"{house.now:%d}.jsonl").write_text(lines, encoding="utf-8")


def test_an_alert_of_one_paper_has_it_in_its_subject_and_who_wrote_it_behind(house: House) -> None:
    house.write("subscriptions/ada.toml", ALERT)
    house.drop(
        "monday.jsonl",
        {
            "title": "Folding paper maps again",
            "authors": ["Ada Lovelace"],
            "abstract": "A paper map that is folded once is never folded alike again.",
        },
    )
    house.run()

    (alert,) = house.digests()
    assert alert["title"] == "Alert: Folding paper maps again (Maps)"
    assert alert["preheader"].startswith("Ada Lovelace · A paper map that is folded once")


def test_an_alert_of_several_papers_says_how_many(house: House) -> None:
    house.write("subscriptions/ada.toml", ALERT)
    house.drop("monday.jsonl", "Folding paper maps again", "Reading paper maps aloud")
    house.run()

    (alert,) = house.digests()
    assert alert["title"] == "Alert: 2 new papers in Maps"
    assert "Folding paper maps again" in alert["preheader"]


def test_an_empty_digest_counts_what_came_from_the_readers_sources_alone(house: House) -> None:
    two_sources(house, OF_PAGES)
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.wait(days=1)
    journal_brings(house, "Sorting socks", "Sorting shoes")
    house.drop_bytes("broken.json", b'{"papers": [')
    house.run()

    (empty,) = (one for one in house.digests() if one["kind"] == "empty")
    assert empty["title"] == "No new papers since yesterday, with trouble at pages"
    assert [one["name"] for one in empty["sources"]] == ["pages"]


def test_sources_of_an_alert_are_the_readers_own_in_the_digest_too(house: House) -> None:
    """A source that fails sends no alert that could say so."""
    two_sources(house, OF_PAGES + '[[topic]]\nname = "Now"\nsources = ["journal"]\nalert = true\n')
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()

    (digest,) = house.digests()
    assert [one["name"] for one in digest["sources"]] == ["pages", "journal"]


def test_a_topic_of_any_source_is_told_of_all(house: House) -> None:
    two_sources(house, OF_PAGES + '[[topic]]\nname = "All"\nkeywords = ["sock"]\n')
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.wait(days=1)
    journal_brings(house, "Sorting shoes")
    house.run()

    (empty,) = (one for one in house.digests() if one["kind"] == "empty")
    assert empty["title"] == "Nothing matched out of 1 paper since yesterday"
    assert empty["looked_at"] == ["2 sources, all up to date"]


def test_after_downtime_a_reader_who_wants_no_catching_up_is_told_what_is_left_out(
    house: House,
) -> None:
    house.write("subscriptions/ada.toml", 'catch_up = "skip"\n' + ADA)
    house.drop("friday.jsonl", "Folding paper maps again")
    house.run()
    house.now += timedelta(days=3)
    house.drop("monday.jsonl", "Reading paper maps aloud")
    house.run()

    assert house.digests()[-1]["notes"] == ["Left out, as you asked: 2 digests that were missed."]
