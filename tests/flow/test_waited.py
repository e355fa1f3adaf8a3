"""A paper that an earlier digest only counted is no new one: title, first lines and JSON say how many waited, whichever
form they are read in."""

from __future__ import annotations

import json

from house import ADA, House
from program import Program
from slack_house import FORTY, hooked, named
from slack_server import FakeSlack

#: So many papers that a digest of 90 kB can only count some.
MANY = [{"title": f"Paper map {number} {'of the old town ' * 12}"} for number in range(900)]
FRESH = "Reading paper maps aloud"


def weighed(house: House) -> int:
    """Let a digest go out that has no room for all; return how many papers it only counts."""
    house.drop("many.jsonl", *MANY)
    house.run()
    (first,) = house.digests()
    (topic,) = first["topics"]
    assert first["title"] == "900 new papers: Maps"
    assert (first["waited"], topic["counted"] > 0) == (0, True)
    return int(topic["counted"])


def told(house: House, name: str) -> str:
    """Return one form of the newest digest."""
    (folder,) = (
        page.parent
        for page in house.folder.glob("outbox/*/digest.json")
        if json.loads(page.read_text())["slot"] == house.digests()[-1]["slot"]
    )
    return " ".join((folder / name).read_text().split())


def test_what_waited_is_told_apart_from_what_is_new(house: House) -> None:
    counted = weighed(house)
    house.drop("more.jsonl", FRESH)
    house.wait(days=1)
    house.run()

    title = f"1 new paper and {counted} that waited: Maps"
    said = f"{counted} papers had no room in an earlier digest and waited."
    newest = house.digests()[-1]
    assert (newest["title"], newest["papers"], newest["waited"]) == (title, counted + 1, counted)
    assert newest["notes"] == [said]
    for form in ("digest.html", "digest.txt"):
        assert title in told(house, form)
        assert said in told(house, form)
    (topic,) = newest["topics"]
    unmarked = [paper["title"] for paper in topic["papers"] if paper["note"] != "waited"]
    assert unmarked == [FRESH]  # where only some are new, each of the others says that it is not


def test_where_nothing_came_since_nothing_is_called_new(house: House) -> None:
    counted = weighed(house)
    house.wait(days=1)
    house.run()

    assert house.digests()[-1]["title"] == f"{counted} papers that waited: Maps"


def test_each_paper_is_new_in_one_title_only(house: House) -> None:
    """However many digests it takes until all were named."""
    weighed(house)
    for _ in range(3):
        house.wait(days=1)
        house.run()

    made = house.digests()
    assert [one["papers"] - one["waited"] for one in made] == [900] + [0] * (len(made) - 1)
    assert len(made) > 1


def test_a_preview_counts_alike_in_every_form(house: House, program: Program) -> None:
    counted = weighed(house)
    house.drop("more.jsonl", FRESH)
    house.ingest()

    title = f"1 new paper and {counted} that waited: Maps"
    for form in ("text", "html", "slack"):
        assert title in " ".join(program("preview", "--format", form).out.split())
    shown = program("preview", "--format", "json").json
    assert (shown["title"], shown["waited"]) == (title, counted)


def test_what_one_message_of_slack_had_no_room_for_waited_too(house: House) -> None:
    with FakeSlack() as slack:
        hooked(house, slack, "slack-webhook:team")
        house.run()
        left = len(FORTY) - len(named(slack.posted))
        house.wait(days=1)
        house.run()

    header, *others = slack.posted[-1]["blocks"]
    assert header["text"]["text"] == f"{left} papers that waited: Maps"
    assert "had no room" not in json.dumps(others)  # the title says all of that


def test_what_reached_nobody_is_still_new_to_the_reader(house: House) -> None:
    """Its digest could not be sent: no title that anybody read has counted it."""
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "file:no/folder"))
    house.write("no", "a file where a folder should be")
    house.drop("monday.jsonl", FRESH)
    house.run()
    house.write("subscriptions/ada.toml", ADA)
    for _ in range(2):
        house.wait(days=1)
        house.run()

    (only,) = house.digests()
    assert (only["title"], only["waited"], only["notes"]) == ("1 new paper: Maps", 0, [])


def test_what_an_alert_only_counted_is_not_new_in_the_digest_that_takes_it_over(
    house: House,
) -> None:
    house.write(
        "subscriptions/ada.toml",
        ADA + '\n[[topic]]\nname = "Urgent"\nkeywords = ["paper map"]\nalert = true\n',
    )
    house.drop("many.jsonl", *MANY)
    house.run()

    titles = {one["kind"]: one["title"] for one in house.digests()}
    (left,) = {one["papers"] for one in house.digests() if one["kind"] == "digest"}
    assert titles["alert"] == "Alert: 900 new papers in Urgent"
    assert titles["digest"] == f"{left} papers that waited: Maps"
