"""What the health page says, to whom, and that asking is cheap and changes nothing."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from house import CONFIG, House
from loopback import kept_place, listening
from paperdigest.health.door import HealthDoor
from paperdigest.store import gauges
from ward import Ward, shown


@pytest.fixture
def ward(house: House) -> Iterator[Ward]:
    house.drop("a.jsonl", "A paper map of Mars")
    house.run()
    with shown(house) as made:
        made.beat()
        yield made


# ------------------------------------------------------------------ /healthz


def test_a_service_that_lives_says_so(ward: Ward) -> None:
    assert ward.checks("/healthz") == (200, {})


def test_whoever_writes_just_now_shows_that_it_can_be_written(ward: Ward) -> None:
    with ward.house.app.open_store() as store, store.transaction():
        assert ward.checks("/healthz") == (200, {})


def test_a_database_that_is_gone_is_death_and_is_not_made_anew(ward: Ward) -> None:
    for path in ward.house.folder.glob("paperdigest.db*"):
        path.unlink()
    status, said = ward.checks("/healthz")
    assert (status, set(said)) == (503, {"database"})
    assert "is not there any more" in said["database"]
    assert not ward.house.app.database.exists()


def test_asking_writes_nothing(ward: Ward) -> None:
    log = ward.house.app.database.with_name("paperdigest.db-wal")

    def stamps() -> list[tuple[int, int]]:
        return [
            (path.stat().st_mtime_ns, path.stat().st_size)
            for path in (ward.house.app.database, log)
            if path.exists()
        ]

    with ward.house.app.open_store():  # as the service has, else the last one writes the log back
        before = stamps()
        for path in ("/healthz", "/readyz", "/metrics"):
            ward.ask(path)
        assert stamps() == before


# ------------------------------------------------------------------ /readyz


def test_all_is_well(ward: Ward) -> None:
    assert ward.checks() == (200, {})
    names = json.loads(ward.ask("/readyz").body)["checks"]
    assert list(names) == ["rounds", "database", "deliveries", "sources", "disk", "clock"]


def test_a_round_that_stands_still_is_named(ward: Ward) -> None:
    ward.steady += timedelta(minutes=10)
    ward.beat("ingest", "compose")
    assert ward.checks() == (503, {"rounds": "deliver: not begun for 10 min"})


def test_a_round_that_fails_is_named_with_its_reason(ward: Ward) -> None:
    ward.beat("compose", error="TemplateError: digest.txt.j2:3: oh")
    assert ward.checks() == (503, {"rounds": "compose: TemplateError: digest.txt.j2:3: oh"})


def test_a_patient_mail_server_is_no_death(ward: Ward) -> None:
    with ward.attendant.attending("deliver") as ending:
        ward.steady += timedelta(minutes=11)
        ward.beat("ingest", "compose")
        assert ward.checks() == (200, {})
        ending.error = ""


def test_a_message_that_waits_while_none_goes_out_is_told(ward: Ward) -> None:
    ward.house.wait(days=1)
    ward.house.drop("b.jsonl", "A paper map of Venus")
    ward.house.ingest()
    ward.house.compose()
    ward.house.wait(minutes=90)
    assert ward.checks() == (200, {})  # others go out: it waits for its turn
    ward.steady += timedelta(minutes=31)
    ward.beat()
    status, said = ward.checks()
    assert (status, list(said)) == (503, ["deliveries"])
    assert "waits for 1.5 h, and none was tried for 31 minutes" in said["deliveries"]


FAILING = (
    CONFIG + '\n[[source]]\nname = "far"\nkind = "url"\nurl = "http://127.0.0.1:1/list.jsonl"\n'
)


def test_a_source_is_told_once_it_failed_for_an_hour(house: House) -> None:
    house.write("paperdigest.toml", FAILING)
    house.ingest()
    with shown(house) as ward:
        ward.beat()
        assert ward.checks() == (200, {})
        house.wait(hours=1, minutes=5)
        status, said = ward.checks()
        assert (status, said) == (503, {"sources": "far: could not be read for 1.1 h"})


def test_a_full_disk_is_told(ward: Ward) -> None:
    ward.house.free = 1_000_000
    status, said = ward.checks()
    assert (status, list(said)) == (503, ["disk"])


def test_a_clock_that_is_doubted_is_told(ward: Ward) -> None:
    ward.jumped = True
    assert ward.checks() == (503, {"clock": "it jumped, and a second look has not agreed yet"})
    ward.jumped = False
    ward.house.now -= timedelta(days=2)
    assert ward.checks() == (503, {"clock": "it stands before what is stored already"})


def test_a_database_that_cannot_be_read_leaves_the_others_told(ward: Ward) -> None:
    ward.house.app.database.write_bytes(b"no database at all" * 100)
    status, said = ward.checks()
    assert (status, list(said)) == (503, ["database"])
    assert "is not a paperdigest database" in said["database"]


# ------------------------------------------------------------------ /metrics


def test_what_lives_in_the_database_is_read_when_it_is_asked_for(ward: Ward) -> None:
    ward.house.wait(days=1)
    ward.house.drop("b.jsonl", "A paper map of Venus")
    ward.house.ingest()
    ward.house.compose()
    ward.house.wait(minutes=2)
    found = ward.metrics()
    assert found["paperdigest_outbox_deliveries pending"] == 1
    assert found["paperdigest_oldest_pending_seconds"] == 120
    assert found["paperdigest_source_healthy pages"] == 1
    assert found["paperdigest_database_up"] == 1
    assert found["paperdigest_db_bytes"] == ward.house.app.database.stat().st_size


def test_what_was_done_is_counted(ward: Ward) -> None:
    ward.house.wait(days=1)
    ward.house.drop("b.jsonl", "A paper map of Venus")
    for name, act in (
        ("ingest", ward.house.ingest),
        ("compose", ward.house.compose),
        ("deliver", ward.house.deliver),
    ):
        with ward.attendant.attending(name) as ending:
            act()
            ending.error = ""
    found = ward.metrics()
    assert found["paperdigest_source_reads_total pages ok"] == 1
    assert found["paperdigest_ingest_papers_total new pages"] == 1
    assert found["paperdigest_digests_total digest"] == 1
    assert found["paperdigest_slot_lag_seconds_sum"] == 9000  # 10:30 for 08:00
    assert found["paperdigest_slot_lag_seconds_bucket 3600"] == 0
    assert found["paperdigest_slot_lag_seconds_bucket 21600"] == 1
    assert found["paperdigest_deliveries_total file sent"] == 1
    assert found["paperdigest_delivery_attempts_total file"] == 1
    assert found["paperdigest_rounds_total ok deliver"] == 2


def test_a_scrape_without_a_database_still_tells_of_the_rounds(ward: Ward) -> None:
    ward.house.app.database.write_bytes(b"no database at all" * 100)
    found = ward.metrics()
    assert found["paperdigest_database_up"] == 0
    assert found["paperdigest_rounds_total ok ingest"] == 1
    assert "paperdigest_oldest_pending_seconds" not in found


def test_no_reader_and_no_address_is_a_label(ward: Ward) -> None:
    text = ward.ask("/metrics").body
    assert "ada" not in text
    assert "outbox/" not in text


def test_no_metric_is_anybody_elses(ward: Ward) -> None:
    """A registry of our own: none of what the library would add by itself."""
    families = text_string_to_metric_families(ward.ask("/metrics").body)
    assert all(family.name.startswith("paperdigest_") for family in families)


def test_the_outbox_is_counted_by_the_indexes_of_unfinished_rows(ward: Ward) -> None:
    """Else a scrape would read millions of rows that were sent."""
    asked: list[str] = []
    with ward.house.app.open_store(write=False) as store:
        store.db.conn.set_trace_callback(asked.append)
        gauges.outbox(store, ward.house.now)
        store.db.conn.set_trace_callback(None)
        plans = [store.rows(f"EXPLAIN QUERY PLAN {one}") for one in asked]
    assert len(plans) == 4
    for plan in plans:
        assert any("INDEX deliveries_" in row[3] for row in plan), plan
        assert not [row[3] for row in plan if row[3] == "SCAN deliveries"]


# ------------------------------------------------------------------ who may ask, and how


@pytest.mark.parametrize("host", ["127.0.0.1:9710", "localhost", "LOCALHOST:1", "[::1]:9710"])
def test_whoever_asks_for_this_machine_is_answered(ward: Ward, host: str) -> None:
    assert ward.ask("/healthz", Host=host).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "x@y"]
)
def test_a_page_that_was_rebound_to_us_is_not(ward: Ward, host: str) -> None:
    answer = ward.ask("/metrics", Host=host)
    assert (answer.status, "paperdigest_" in answer.body) == (421, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_only_read(ward: Ward, method: str) -> None:
    answer = ward.ask("/healthz", method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_a_head_has_no_body_and_the_length_of_one(ward: Ward) -> None:
    answer = ward.ask("/readyz", "HEAD")
    assert (answer.status, answer.body) == (200, "")
    assert int(answer.headers["Content-Length"]) > 2


def test_no_other_origin_may_read_it(ward: Ward) -> None:
    answer = ward.ask("/metrics", Origin="https://evil.example")
    assert not [name for name in answer.headers if name.startswith("Access-Control")]
    assert answer.headers["Cache-Control"] == "no-store"


def test_there_is_nothing_else(ward: Ward) -> None:
    assert ward.ask("/").status == 404
    assert ward.ask("/unsubscribe/1.x").status == 404


def test_over_a_socket_any_host_is_good_and_few_may_come(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    house.run()
    path = tmp_path_factory.mktemp("s") / "health.sock"
    with closing(HealthDoor(Ward(house).examiner)) as door:
        door.follow(f"unix:{path}")
        assert path.stat().st_mode & 0o777 == 0o660
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(60)
            asking.connect(str(path))
            asking.sendall(b"GET /healthz HTTP/1.0\r\nHost: whatever\r\n\r\n")
            assert b" 200 " in asking.makefile("rb").readline()
    assert not path.exists()


# ------------------------------------------------------------------ the door


def test_a_place_that_is_taken_is_told_once_and_tried_again(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with kept_place() as place, closing(HealthDoor(Ward(house).examiner)) as door:
        with listening(place):
            door.follow(place)
            door.follow(place)
            assert door.trouble.startswith(f"{place} cannot be listened to")
        door.follow(place)
        assert (door.open, door.trouble) == (True, "")
    told = [one for one in caplog.messages if one.startswith("health-not-opened")]
    assert len(told) == 1


def test_it_is_closed_once_the_config_says_so(house: House) -> None:
    with kept_place() as place, closing(HealthDoor(Ward(house).examiner)) as door:
        door.follow(place)
        door.follow("")
        assert not door.open


def test_nothing_is_loaded_before_somebody_may_ask() -> None:
    asked = (
        "import sys\n"
        "from paperdigest.health.attendant import Attendant\n"
        "from paperdigest.health.door import HealthDoor\n"
        "from paperdigest.health.examine import Examiner\n"
        "print(*({'prometheus_client', 'waitress', 'httpx2', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
