"""Silence is never an answer: what was looked at, what failed, what has gone quiet, what changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from house import ADA, CONFIG, House, titles_of
from http_server import Reply, http_server
from paperdigest.flow.looked_at import LookedAt
from paperdigest.store import history
from program import Program

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Maps</title>
<item><title>Folding paper maps by feed</title><link>https://maps.example.org/1</link><guid>m1</guid>
<description>All about creases.</description></item></channel></rss>"""


def with_feed(house: House, url: str, more: str = "") -> None:
    house.write(
        "paperdigest.toml",
        CONFIG + f'[[source]]\nname = "maps"\nkind = "feed"\nurl = "{url}"\n{more}',
    )


def test_a_feed_is_read_and_its_papers_are_matched(house: House) -> None:
    with http_server({"/feed": Reply(body=RSS.encode())}) as server:
        with_feed(house, f"{server.url}/feed")
        house.run()

    assert house.titles() == [["Folding paper maps by feed"]]


def test_a_source_that_could_not_be_read_is_named_in_the_digest(house: House) -> None:
    with_feed(house, "http://127.0.0.1:9/feed")
    house.drop("monday.jsonl", "Folding paper maps again")

    house.run()

    assert house.digests()[0]["looked_at"] == [
        "maps: could not be read since 10:30 (connection refused)",
        "1 other source, 1 new paper, up to date",
    ]


def test_a_source_that_has_gone_silent_is_named_in_the_digest(house: House) -> None:
    with http_server({"/feed": Reply(body=RSS.encode())}) as server:
        with_feed(house, f"{server.url}/feed", 'quiet_after = "2 days"\n')
        house.run()
        house.wait(days=3)
        house.drop("thursday.jsonl", "Reading paper maps aloud")
        house.run()

    assert house.digests()[1]["looked_at"][0] == "maps: nothing since Friday"


def test_a_failing_source_ends_run_once_with_4_and_the_others_go_on(
    house: House, program: Program
) -> None:
    with_feed(house, "http://127.0.0.1:9/feed")
    house.drop("monday.jsonl", "Folding paper maps again")

    said = program("run", "--once")

    assert said.code == 4
    assert "maps  " in said.out
    assert "ada  1 paper" in said.out


def test_a_paper_withdrawn_after_it_was_sent_is_told_to_who_got_it(house: House) -> None:
    paper = {"id": "arxiv:2611.00001", "title": "Folding paper maps again", "abstract": "Creases."}
    house.drop("monday.jsonl", paper)
    house.run()
    house.wait(days=1)
    house.drop("tuesday.jsonl", {**paper, "withdrawn": True})

    house.run()

    (topic,) = house.digests()[1]["topics"]
    assert [(one["kind"], one["title"]) for one in topic["papers"]] == [
        ("withdrawn", "Folding paper maps again")
    ]
    assert house.digests()[1]["title"] == "Withdrawn: Folding paper maps again"


def test_a_title_only_record_completed_later_reaches_the_reader_it_now_matches_once(
    house: House,
) -> None:
    house.drop("monday.jsonl", "A title that says very little")
    house.run()
    house.wait(days=1)
    full = {"title": "A title that says very little", "abstract": "It is about a paper map."}
    house.drop("tuesday.jsonl", full)
    house.run()
    house.wait(days=1)
    house.drop("wednesday.jsonl", {**full, "votes": 3})
    house.run()

    assert house.titles() == [["A title that says very little"]]


def test_what_found_no_room_waits_for_the_next_digest_and_is_not_lost(house: House) -> None:
    count = 900
    house.drop(
        "much.jsonl", *(f"Paper map number {n} {'of many maps ' * 10}" for n in range(count))
    )
    seen: list[str] = []
    for _ in range(8):
        house.run()
        house.wait(days=1)
    for digest in house.digests():
        seen += titles_of(digest)

    assert len(house.digests()) > 1
    assert len(seen) == len(set(seen)) == count


def test_what_was_over_limit_for_14_days_waits_no_longer(house: House) -> None:
    house.drop("much.jsonl", *(f"Paper map number {n} {'of many maps ' * 10}" for n in range(900)))
    house.run()
    house.now += timedelta(days=15)

    assert [done.kind for done in house.run().digests] == ["empty"]


def test_one_file_named_outright_is_read_and_left_where_it_is(
    house: House, program: Program, tmp_path: Path
) -> None:
    path = house.write("elsewhere/dump.jsonl", '{"title": "Folding paper maps again"}\n')

    said = program("ingest", "--file", str(path), "--json")

    assert said.json["sources"][0]["new"] == 1
    assert path.exists()
    assert (
        program("ingest", "--file", str(path), "--json").json["sources"][0]["files"][0]["status"]
        == "duplicate"
    )


def test_a_baseline_enters_history_without_news(house: House, program: Program) -> None:
    path = house.write("archive.jsonl", '{"title": "Folding paper maps of old"}\n')

    program("ingest", "--file", str(path), "--baseline")

    with house.app.open_store(write=False) as store:
        assert history.paper_count(store) == 1
    assert house.run().digests == ()


def test_a_file_of_an_unknown_source_counts_for_the_first_inbox(
    house: House, program: Program
) -> None:
    path = house.write("dump.jsonl", '{"title": "Folding paper maps again"}\n')
    program("ingest", "--file", str(path))

    with house.app.open_store(write=False) as store:
        assert history.papers(store, [1])[1].sources == ("pages",)
    assert program("ingest", "nobody").code == 2


def test_a_target_added_later_gets_the_next_digest(house: House) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.write(
        "subscriptions/ada.toml", ADA.replace('"file:outbox"', '["file:outbox", "file:outbox/two"]')
    )
    house.wait(days=1)
    house.drop("tuesday.jsonl", "Reading paper maps aloud")

    house.run()

    assert house.titles("outbox/two") == [["Reading paper maps aloud"]]


def test_the_operator_is_told_of_refused_files_once(house: House) -> None:
    house.write("paperdigest.toml", 'operator = ["file:outbox/operator"]\n' + CONFIG)
    house.drop_bytes("bad.txt", b"\x00\x01\x02")
    house.run()
    house.run()

    (told,) = house.digests("outbox/operator")
    assert told["title"] == "1 file could not be read"
    assert "bad.txt: not text" in told["notes"][0]


def test_with_one_subscriber_that_is_the_operator(house: House) -> None:
    house.drop_bytes("bad.txt", b"\x00\x01\x02")
    house.run()

    assert [told["kind"] for told in house.digests()] == ["notice"]


def test_the_operator_hears_of_a_source_that_keeps_failing_once_a_day(house: House) -> None:
    with_feed(house, "http://127.0.0.1:9/feed")
    for _ in range(30):
        house.run()
        house.wait(hours=2)

    told = [one["title"] for one in house.digests() if one["kind"] == "notice"]
    assert len(told) == 3
    assert set(told) == {"maps could not be read since 20 Nov 10:30"}


def test_status_counts_what_was_refused(house: House, program: Program) -> None:
    house.drop_bytes("bad.txt", b"\x00\x01\x02")
    program("run", "--once")

    assert program("status", "--json").json["quarantined"] == 1


def notices_of(house: House) -> list[str]:
    """Return the titles of what the operator was told, in order: with one subscriber, that is she."""
    return [one["title"] for one in house.digests() if one["kind"] == "notice"]


def test_the_operator_hears_of_a_failing_source_again_each_day_and_when_it_is_well(
    house: House,
) -> None:
    with http_server({"/feed": Reply(status=500)}) as server:
        with_feed(house, f"{server.url}/feed")
        house.run()
        assert notices_of(house) == []  # it may be over in an hour
        for status in (500, 503, 404):
            server.replies["/feed"] = Reply(status=status)
            house.wait(hours=9)
            house.run()
        server.replies["/feed"] = Reply(body=RSS.encode())
        house.wait(hours=9)
        house.run()
        house.wait(hours=9)
        house.run()

    assert notices_of(house) == [
        "maps could not be read since 20 Nov 10:30",
        "maps could not be read since 20 Nov 10:30",
        "maps is well again",
    ]


def test_a_feed_that_brought_papers_each_weekday_is_missed_after_two_without(house: House) -> None:
    def feed(day: int) -> Reply:
        items = "".join(
            f"<item><title>Paper map {day}-{n} of many</title><guid>{day}-{n}</guid>"
            "<description>All about creases.</description></item>"
            for n in range(5)
        )
        return Reply(body=f'<rss version="2.0"><channel>{items}</channel></rss>'.encode())

    with http_server() as server:
        with_feed(house, f"{server.url}/feed")
        for day in range(35):
            if house.now.weekday() < 5:
                server.replies["/feed"] = feed(day)
            house.run()
            house.wait(days=1)
        quiet_since = house.now
        for _ in range(4):  # to Monday, after a Friday without
            house.run()
            house.wait(days=1)
        house.drop("paper.jsonl", "Paper map by hand")
        house.run()

    assert quiet_since.strftime("%A") == "Friday"
    last = [one for one in house.digests() if one["kind"] == "digest"][-1]
    assert last["looked_at"][0] == "maps: nothing since Thursday, where about 5 a day are usual"
    assert notices_of(house) == ["maps has brought nothing since 24 Dec"]


def test_refused_files_and_rejected_records_are_named_in_the_digest(house: House) -> None:
    lines = b'{"title": "Folding paper maps again"}\n' * 30 + b"{no json\n"
    house.drop_bytes("monday.jsonl", lines)
    house.drop_bytes("bad.txt", b"\x00\x01\x02")
    house.run()
    house.wait(days=1)
    house.drop("tuesday.jsonl", "Reading paper maps aloud")
    house.run()

    first, second = [one for one in house.digests() if one["kind"] == "digest"]
    assert first["looked_at"] == ["pages: 1 file was refused, 1 record was rejected"]
    assert second["looked_at"] == ["1 source, 1 new paper, up to date"]


def test_what_a_source_was_asked_last_is_told_with_what_came(
    house: House, program: Program
) -> None:
    house.drop_bytes(
        "monday.jsonl",
        b'{"title": "Folding paper maps", "id": "arxiv:2611.00001", "published_at": "2026-11-19"}\n'
        + b'{"title": "Tearing paper maps"}\n' * 30
        + b"{no json\n",
    )
    program("ingest")
    with_feed(house, "http://127.0.0.1:9/feed")
    program("ingest")

    (read,) = program("sources", "pages", "--json").json["reads"]
    assert (read["status"], read["papers"], read["rejected"]) == ("accepted", 31, 1)
    assert (read["newest_id"], read["newest_at"][:10]) == ("arxiv:2611.00001", "2026-11-19")
    assert read["rejects"][0]["place"] == 32
    said = program("sources", "pages").out
    assert "newest: arxiv:2611.00001, 2026-11-19" in said
    assert "record 32: not JSON" in said
    (failed,) = program("sources", "maps", "--json").json["reads"]
    assert (failed["status"], failed["papers"]) == ("failed", 0)
    assert "connection refused" in failed["reason"]
    assert program("sources", "nobody").code == 2


EMPTY = b'<rss version="2.0"><channel><title>Maps</title></channel></rss>'
PAGE = b"<!doctype html><html><body>Please sign in</body></html>"


def test_a_source_that_never_brought_anything_is_told_as_silent(house: House) -> None:
    with http_server({"/feed": Reply(body=EMPTY)}) as server:
        with_feed(house, f"{server.url}/feed", 'quiet_after = "4 days"\n')
        for _ in range(5):
            house.run()
            house.wait(days=1)
        house.drop("paper.jsonl", "Paper map by hand")
        house.run()

    (digest,) = [one for one in house.digests() if one["kind"] == "digest"]
    assert digest["looked_at"][0] == "maps: has never brought anything, read since Friday"
    assert notices_of(house) == ["maps has brought nothing since 20 Nov"]


def test_the_round_and_the_digest_call_a_source_stale_from_the_same_day(
    house: House, program: Program
) -> None:
    said = []
    with http_server({"/feed": Reply(body=EMPTY)}) as server:
        with_feed(house, f"{server.url}/feed", 'quiet_after = "4 days"\n')
        for _ in range(7):
            report = house.ingest()
            with house.app.open_store(write=False) as store:
                looked_at = LookedAt(store, house.app.press.sources, house.now)
                now = looked_at.condition(house.app.press.sources[1], house.now)
            said.append((str(report.sources[1].status), str(now)))
            house.wait(days=1)

    assert said == [("quiet", "quiet")] * 5 + [("stale", "stale")] * 2


def test_a_refused_answer_is_told_as_a_failing_source_and_no_file(house: House) -> None:
    with http_server({"/feed": Reply(body=PAGE)}) as server:
        with_feed(house, f"{server.url}/feed")
        house.run()
        assert notices_of(house) == []  # it may be over in an hour
        server.replies["/feed"] = Reply(body=b"")
        for _ in range(3):
            house.wait(hours=2)
            house.run()

    assert notices_of(house) == ["maps could not be read since 20 Nov 10:30"]


def test_a_refused_answer_is_told_with_the_address_that_gave_it(house: House) -> None:
    with http_server({"/feed": Reply(body=PAGE)}) as server:
        with_feed(house, f"{server.url}/feed?page=1")
        error = next(one.error for one in house.ingest().sources if one.name == "maps")

    assert error.startswith(f"{server.url}/feed: an HTML page, not a feed")


def test_a_refused_answer_is_no_word_of_a_digest_once_the_source_is_well(house: House) -> None:
    with http_server({"/feed": Reply(body=PAGE)}) as server:
        with_feed(house, f"{server.url}/feed")
        for _ in range(4):
            house.ingest()
            house.wait(minutes=10)
        server.replies["/feed"] = Reply(body=RSS.encode())
        house.run()

    assert house.digests()[0]["looked_at"] == ["2 sources, 1 new paper, all up to date"]


def test_status_counts_no_answer_as_a_file_in_quarantine(house: House, program: Program) -> None:
    with http_server({"/feed": Reply(body=PAGE)}) as server:
        with_feed(house, f"{server.url}/feed")
        program("ingest")

    assert program("status", "--json").json["quarantined"] == 0


def test_status_and_sources_say_why_a_source_is_stale(house: House, program: Program) -> None:
    with http_server({"/feed": Reply(body=EMPTY)}) as server:
        with_feed(house, f"{server.url}/feed", 'quiet_after = "1 minute"\n')
        house.ingest()  # days ago by the clock of the program

    assert "stale" in program("sources").out
    for command in ("sources", "status"):
        assert "has never brought anything, read since" in program(command).out


def test_status_and_sources_say_why_a_source_is_partly_read(house: House, program: Program) -> None:
    house.drop_bytes("bad.txt", b"\x00\x01\x02")
    program("ingest")

    for command in ("sources", "status"):
        assert "1 file was refused in the last 24 hours" in program(command).out


def test_the_first_digest_after_a_baseline_counts_no_papers_it_does_not_show(
    house: House, program: Program
) -> None:
    record = '{"title": "Folding paper maps of old", "published_at": "2026-11-19"}\n'
    program("ingest", "--file", str(house.write("archive.jsonl", record)), "--baseline")
    house.drop("monday.jsonl", "Reading paper maps aloud")
    house.run()

    (note,) = house.digests()[0]["notes"]
    assert "paper" not in note


LINE = '{{"title": "Paper map {0} of many"}}\n'
MANY = "".join(LINE.format(number) for number in range(30))
MORE = LINE.format("one more")


@pytest.mark.parametrize(
    ("answer", "days", "said"),
    [
        (Reply((MANY + MORE).encode()), 1, "2 sources, 2 new papers, all up to date"),
        (Reply(MANY.encode()), 1, "2 sources, 1 new paper, all up to date"),
        (Reply(MANY.encode()), 3, "maps: nothing since Friday"),
        (Reply((MANY + MORE + "{no json\n").encode()), 1, "maps: 1 record was rejected"),
        (Reply(b"gone", 500), 1, "maps: could not be read since 10:30"),
    ],
    ids=["ok", "quiet", "stale", "partial", "failed"],
)
def test_each_state_of_a_source_stands_in_the_digest_in_its_own_words(
    house: House, answer: Reply, days: int, said: str
) -> None:
    with http_server({"/maps": Reply(MANY.encode())}) as server:
        source = f'name = "maps"\nkind = "url"\nurl = "{server.url}/maps"\nquiet_after = "2 days"\n'
        house.write("paperdigest.toml", f"{CONFIG}[[source]]\n{source}")
        house.run()
        server.replies["/maps"] = answer
        house.wait(days=days)
        house.drop("by hand.jsonl", "A paper map by hand")
        house.run()

    last = [one for one in house.digests() if one["kind"] == "digest"][-1]
    assert last["looked_at"][0].startswith(said)
