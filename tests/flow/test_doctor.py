"""`paperdigest doctor` as a person calls it: what it says of each fault, and that it changes nothing."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from house import ADA, CONFIG, House
from http_server import Reply, http_server
from loopback import closed_port
from paperdigest.cli import COMMANDS
from paperdigest.cli.doctor import as_answer, closing_lines, line
from paperdigest.core.errors import Problem
from paperdigest.core.examination import EXAMINATIONS, OVER_THE_NETWORK, Finding, Grade
from paperdigest.core.examine_history import (
    Backups,
    Contradiction,
    Database,
    Service,
    Standstill,
)
from paperdigest.core.examine_permissions import Place, Role
from paperdigest.core.examine_places import Disk
from paperdigest.core.examine_software import Library
from paperdigest.core.examine_zones import Zone, ZoneData
from paperdigest.core.mounts import Mount
from paperdigest.core.versions import Requirement
from paperdigest.doctor.installation import installation
from paperdigest.doctor.look import Look
from paperdigest.doctor.visit import visit
from paperdigest.flow.host import Host, claim
from paperdigest.machine import wall_clock
from paperdigest.store.locks import SERVICE_LOCK, FileLock
from program import Program
from slack_server import FakeSlack
from smtp_server import PASSWORD, USER, Authority, HostileSmtp, mailroom

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "doctor.txt"
_SIDE_FILES = ("-wal", "-shm")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def said_of(program: Program, examination: str, *args: str) -> list[Finding]:
    """Return what the doctor finds in one examination."""
    findings = program("doctor", "--json", *args).json["findings"]
    return [
        Finding(one["examination"], one["found"], Grade(one["grade"]), one["do"])
        for one in findings
        if one["examination"] == examination
    ]


def everything(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder but those that SQLite makes beside a database to read it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(_SIDE_FILES)
    }


# --------------------------------------------------------------- it looks on


def test_before_the_first_run_it_examines_what_there_is_and_makes_nothing(
    house: House, program: Program
) -> None:
    before = everything(house.folder)
    said = program("doctor")
    assert said.code == 0, said.out
    assert "OK       database: no history yet · run `paperdigest run --once`" in said.out
    assert "OK       papers: none yet" in said.out
    assert "not examined" not in said.out
    assert everything(house.folder) == before
    assert not (house.folder / "paperdigest.db").exists()


def test_beside_a_database_it_changes_nothing(house: House, program: Program) -> None:
    house.drop("monday.jsonl", "Folding a paper map")
    house.run()
    before = everything(house.folder)
    said = program("doctor")
    assert said.code == 0, said.out
    assert "database: " + str(house.folder / "paperdigest.db") + ": 1 paper, " in said.out
    assert everything(house.folder) == before


def test_a_database_of_an_older_version_stays_as_it_is(house: House, program: Program) -> None:
    house.ingest()
    path = house.folder / "paperdigest.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute(
            "DELETE FROM _sqlite_migrations WHERE name = (SELECT max(name) FROM _sqlite_migrations)"
        )
        conn.execute("PRAGMA user_version = 3")
        conn.commit()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = everything(house.folder)
    found = said_of(program, "database")
    assert [one.grade for one in found] == [Grade.OK, Grade.ADVICE]
    assert "run --once brings it up to date" in found[1].do
    assert everything(house.folder) == before


def test_it_says_what_it_did_not_ask(house: House, program: Program) -> None:
    assert "were not asked: paperdigest doctor --network" in program("doctor").out
    assert program("doctor", "--json").json["network"] is False


# ----------------------------------------------------------------- it endures


def test_without_any_config_it_examines_the_machine(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program.folder / "paperdigest.toml").unlink()
    said = program("doctor")
    assert said.code == 4
    assert re.search("^TROUBLE  config: .*no such file", said.out, re.MULTILINE)
    assert re.search("^(OK|ADVICE) +python: ", said.out, re.MULTILINE)
    assert "not examined, for what is wrong above: storage, disk, " in said.out


def test_a_broken_config_is_named_and_its_storage_examined_all_the_same(
    house: House, program: Program
) -> None:
    house.ingest()
    (house.folder / "paperdigest.toml").write_text(CONFIG.replace("Europe/Berlin", "Europe/Berlyn"))
    said = program("doctor")
    assert said.code == 4
    assert re.search(
        r"^TROUBLE  config: .*paperdigest\.toml:2:\d+: .*Berlyn.* · ", said.out, re.MULTILINE
    )
    assert re.search("^OK +database: .*sound$", said.out, re.MULTILINE)
    assert re.search("^OK +disk: ", said.out, re.MULTILINE)
    assert program("doctor", "--json").json["not_examined"] == ["permissions", "sources"]


def test_a_damaged_database_is_told_and_the_rest_is_examined(
    house: House, program: Program
) -> None:
    house.drop("monday.jsonl", *(f"Folding paper map number {n}" for n in range(200)))
    house.ingest()
    path = house.folder / "paperdigest.db"
    data = bytearray(path.read_bytes())
    for page in range(2, len(data) // 16384):
        data[page * 16384 : page * 16384 + 64] = b"\xff" * 64
    path.write_bytes(data)
    before = path.read_bytes()
    said = program("doctor")
    assert said.code == 4
    assert re.search("^TROUBLE  database: .*damaged.* · .*backup", said.out, re.MULTILINE)
    assert re.search("^OK +disk: ", said.out, re.MULTILINE)
    assert path.read_bytes() == before


def test_a_database_that_another_machine_used_last_is_told_with_the_command(
    house: House, program: Program
) -> None:
    house.ingest()
    with house.app.open_store() as store:
        claim(store, Host("0f" * 16, "papers-1"), house.now)
    ours, other = said_of(program, "database")
    assert (ours.grade, other.grade) == (Grade.OK, Grade.TROUBLE)
    assert "last used on papers-1" in other.found
    assert "paperdigest run --once --take-over" in other.do


def test_a_restored_database_is_told_with_both_commands_until_it_is_decided(
    house: House, program: Program
) -> None:
    house.ingest()
    program("backup", str(house.folder / "kept.tar.gz"))
    program("restore", str(house.folder / "kept.tar.gz"), "--replace")
    _, undecided = said_of(program, "database")
    assert undecided.grade is Grade.TROUBLE
    assert "nothing goes out until you say what did since" in undecided.found
    assert "paperdigest run --once --assume-sent;" in undecided.do
    assert "paperdigest run --once --resend" in undecided.do

    assert program("run", "--once", "--resend").code == 0
    assert [one.grade for one in said_of(program, "database")] == [Grade.OK]


def test_a_file_that_is_no_database_is_told(house: House, program: Program) -> None:
    (house.folder / "paperdigest.db").write_bytes(b"no database" * 100)
    (found,) = said_of(program, "database")
    assert found.grade is Grade.TROUBLE
    assert "is not a paperdigest database" in found.found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_database_of_another_user_is_not_opened_and_the_command_is_named(
    house: House, program: Program
) -> None:
    house.ingest()
    os.chown(house.folder / "paperdigest.db", 65534, 65534)
    (found,) = said_of(program, "database")
    assert found.grade is Grade.TROUBLE
    assert "belongs to nobody" in found.found
    assert "sudo -u nobody" in found.do


def test_a_service_that_runs_is_named(house: House, program: Program) -> None:
    with FileLock(house.folder / SERVICE_LOCK).holding():
        (found,) = said_of(program, "service")
    assert found.found.startswith(f"runs: pid {os.getpid()}")


# ------------------------------------------------------------------ it finds


def test_a_paper_with_two_ids_of_one_registry_is_listed_with_the_command_to_look(
    house: House, program: Program
) -> None:
    house.drop(
        "monday.jsonl",
        {"title": "Folding a map of the sea twice", "ids": ["doi:10.1234/a", "doi:10.1234/b"]},
        "Folding a map of the land once",
    )
    house.ingest()
    count, listed = said_of(program, "papers")
    assert "1 paper has two ids of one registry" in count.found
    assert listed.found == "Folding a map of the sea twice: doi:10.1234/a and doi:10.1234/b"
    assert listed.do == "paperdigest show doi:10.1234/a"
    assert program("show", "doi:10.1234/a").code == 0


def test_a_source_that_left_the_config_is_named(house: House, program: Program) -> None:
    house.drop("monday.jsonl", "Folding a map of the sea")
    house.ingest()
    house.write("paperdigest.toml", CONFIG.replace('"pages"', '"leaves"'))
    (found,) = said_of(program, "sources")
    assert found.found == '"pages" has 1 record and is not in the config'


def test_a_secret_that_others_read_is_trouble_and_is_not_shown(
    house: House, program: Program
) -> None:
    house.write("secrets/token", "canary-token").chmod(0o644)
    house.write("paperdigest.toml", CONFIG + '[slack]\ntoken = { file = "secrets/token" }\n')
    said = program("doctor")
    assert said.code == 4
    assert re.search("^TROUBLE  permissions: secret .*0644.* · chmod 600 ", said.out, re.MULTILINE)
    assert "canary" not in said.out + said.err


def test_an_inbox_that_is_not_there_is_trouble(house: House, program: Program) -> None:
    (house.folder / "inbox").rmdir()
    assert any("inbox is not there" in one.found for one in said_of(program, "permissions"))


def test_a_name_with_a_line_feed_stays_on_its_line() -> None:
    assert line(Finding("disk", "/in\nbox")) == "OK       disk: /in\\nbox"


# --------------------------------------------------------------- the network


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def relay(house: House, authority: Authority) -> None:
    authority.write(house.folder / "ca.pem")
    house.write("secrets/smtp", PASSWORD).chmod(0o600)


def mail(port: int) -> str:
    return f"""
[email]
host = "localhost"
port = {port}
username = "{USER}"
password = {{ file = "secrets/smtp" }}
from = "papers@example.org"
ca_file = "ca.pem"
"""


@pytest.mark.usefixtures("relay")
def test_the_relays_certificate_is_told_with_its_end(
    house: House, program: Program, authority: Authority
) -> None:
    ends = wall_clock() + timedelta(days=40)
    with mailroom(authority.context("localhost", ends=ends), auth=True) as room:
        house.write("paperdigest.toml", CONFIG + mail(room.port))
        spoken, certificate = said_of(program, "channels", "--network")
    assert f"localhost:{room.port}, TLSv1" in spoken.found
    assert certificate.grade is Grade.OK
    assert re.fullmatch(
        rf"email certificate: localhost by trustme.*, until {ends.day} \w+ {ends.year}",
        certificate.found,
    )
    assert room.mails == []


@pytest.mark.usefixtures("relay")
def test_a_certificate_with_less_than_two_weeks_left_is_worth_a_word(
    house: House, program: Program, authority: Authority
) -> None:
    ends = wall_clock() + timedelta(days=9, hours=1)
    with mailroom(authority.context("localhost", ends=ends), auth=True) as room:
        house.write("paperdigest.toml", CONFIG + mail(room.port))
        _, certificate = said_of(program, "channels", "--network")
        assert "WARNING  email certificate: " in program("check", "--network").out
    assert certificate.grade is Grade.ADVICE
    assert certificate.found.endswith(", 9 days left")
    assert "renew" in certificate.do


@pytest.mark.usefixtures("relay")
@pytest.mark.parametrize(
    ("name", "expired", "why"),
    [("localhost", True, "expired"), ("elsewhere.test", False, "mismatch|not valid for")],
)
def test_a_certificate_that_does_not_hold_is_trouble(
    house: House, program: Program, authority: Authority, name: str, expired: bool, why: str
) -> None:
    with mailroom(authority.context(name, expired=expired), auth=True) as room:
        house.write("paperdigest.toml", CONFIG + mail(room.port))
        (found,) = said_of(program, "channels", "--network")
        assert program("doctor", "--network").code == 4
    assert found.grade is Grade.TROUBLE
    assert re.search(why, found.found, re.IGNORECASE), found.found
    assert room.logins == 0


def test_a_relay_that_hangs_up_is_trouble_and_the_rest_is_asked(
    house: House, program: Program
) -> None:
    with HostileSmtp({"greeting": "drop"}) as server:
        plain = f'[email]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nauth = "none"\nfrom = "a@example.org"\n'
        house.write("paperdigest.toml", CONFIG + plain)
        answer = program("doctor", "--network", "--json").json
    grades = {one["examination"]: one["grade"] for one in answer["findings"]}
    assert grades["channels"] == "trouble"
    assert set(OVER_THE_NETWORK) <= set(grades)


def test_a_scope_that_slack_does_not_grant_is_worth_a_word(house: House, program: Program) -> None:
    house.write("secrets/slack-token", "xoxb-canary-token").chmod(0o600)
    with FakeSlack() as slack:
        slack.scopes.remove("channels:history")
        house.write(
            "paperdigest.toml",
            CONFIG
            + f'[slack]\ntoken = {{ file = "secrets/slack-token" }}\napi_url = "{slack.api_url}"\n',
        )
        house.write("subscriptions/ada.toml", ADA.replace('"file:outbox"', '"slack:#papers"'))
        found = said_of(program, "channels", "--network")
    (scope,) = (one for one in found if "scope channels:history" in one.found)
    assert scope.grade is Grade.ADVICE
    assert "OAuth & Permissions" in scope.do
    assert "canary" not in str(found)
    assert slack.posts == 0


def feed(url: str) -> str:
    return f'\n[[source]]\nname = "blog"\nkind = "feed"\nurl = "{url}/feed"\n'


@pytest.mark.parametrize(
    ("minutes", "grade", "said"),
    [(0, Grade.OK, "agrees with 127.0.0.1"), (-7, Grade.ADVICE, "7 minutes ahead of")],
)
def test_the_clock_is_compared_with_a_sources_server(
    house: House, program: Program, minutes: int, grade: Grade, said: str
) -> None:
    at = wall_clock() + timedelta(minutes=minutes)
    with http_server() as server:
        server.otherwise = Reply(b"", 404, {"Date": format_datetime(at, usegmt=True)})
        house.write("paperdigest.toml", CONFIG + feed(server.url))
        (found,) = said_of(program, "server-time", "--network")
    assert found.grade is grade
    assert said in found.found


def test_a_server_that_cannot_be_asked_for_the_time_is_no_trouble_of_the_clock(
    house: House, program: Program
) -> None:
    with closed_port() as port:
        house.write("paperdigest.toml", CONFIG + feed(f"http://127.0.0.1:{port}"))
        (found,) = said_of(program, "server-time", "--network")
    assert found.grade is Grade.OK
    assert "connection refused" in found.found


def test_a_source_that_does_not_answer_is_trouble(house: House, program: Program) -> None:
    with http_server() as server:
        house.write("paperdigest.toml", CONFIG + feed(server.url))
        (found,) = said_of(program, "feeds", "--network")
    assert found.grade is Grade.TROUBLE
    assert "source blog: " in found.found


def test_folders_alone_ask_nobody(house: House, program: Program) -> None:
    said = program("doctor", "--network")
    assert said.code == 0, said.out
    assert "OK       channels: only the folder, which asks nobody" in said.out
    assert "OK       feeds: only folders, which ask nobody" in said.out
    assert "OK       server-time: no server to compare with" in said.out
    assert "OK       page: no public_url" in said.out


# -------------------------------------------------------------------- answers


def test_trouble_ends_with_4_and_advice_with_0(house: House, program: Program) -> None:
    house.folder.chmod(0o755)
    answer = program("doctor", "--json")
    assert answer.code == 0
    assert answer.json["ok"]
    assert answer.json["advice"] >= 1
    (house.folder / "inbox").rmdir()
    answer = program("doctor", "--json")
    assert answer.code == 4
    assert not answer.json["ok"]
    assert answer.json["trouble"] == 1


def test_the_answer_has_its_stable_shape(house: House, program: Program) -> None:
    answer = program("doctor", "--json").json
    assert list(answer) == ["ok", "network", "trouble", "advice", "not_examined", "findings"]
    for one in answer["findings"]:
        assert list(one) == ["examination", "grade", "found", "do"]
        assert one["examination"] in EXAMINATIONS
        assert one["grade"] in list(Grade)


def test_all_is_well_is_said_in_as_many_words() -> None:
    assert next(iter(closing_lines([Finding("disk", "x")], network=True))) == "all is well"
    assert as_answer([Finding("disk", "x")], network=True)["ok"]


NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
#: A machine on which much is wrong, and much is well.
GIVEN = Look(
    now=lambda: NOW,
    python=lambda: "3.12.3",
    libraries=lambda: [
        Library(Requirement("click", "8.3"), "8.3.1"),
        Library(Requirement("httpx2", "2.16"), "2.15.0"),
    ],
    sqlite=lambda: "3.45.1",
    fts5=lambda: True,
    expat=lambda: "2.6.1",
    output=lambda: "utf-8",
    file_names=lambda: "utf-8",
    mount=lambda _: Mount("/srv", "nfs4"),
    disk=lambda _: Disk("/srv/papers", 61_500_000, 0, 400),
    places=lambda _: [
        Place(Role.STORAGE, "/srv/papers", 0o755, "ada"),
        Place(Role.DATABASE, "/srv/papers/paperdigest.db", 0o600, "ada"),
        Place(Role.SECRET, "/srv/papers/secrets/smtp password", 0o644, "ada"),
        Place(Role.INBOX, "/srv/papers/inbox", 0o755, "eve", ours=False, writable=False),
    ],
    memory=lambda: 200_000_000,
    files=lambda: 1024,
    proxies=lambda: {"https": "http://proxy.example.org:3128"},
    kept_right=lambda: False,
    zones=lambda *_: ZoneData(
        "2024a", "2026f", [Zone("Europe/Berlin", True, date(2027, 3, 28)), Zone("UTC", True)]
    ),
    newest=lambda _: NOW - timedelta(hours=2),
    service=lambda _: Service(
        "pid 812, `paperdigest run`, since 2026-11-20 06:00 UTC", "paperdigest"
    ),
    database=lambda _: Database(
        "/srv/papers/paperdigest.db", 812_400_000, 700_000_000, 4, 4, 231_004, examined=NOW
    ),
    standstill=lambda _: Standstill(("papers-1", NOW - timedelta(days=2)), NOW - timedelta(days=3)),
    backups=lambda _: Backups(NOW - timedelta(days=9)),
    contradictions=lambda _: (
        1,
        [Contradiction("Folding $\\alpha$ maps", ["doi:10.1/a", "doi:10.1/b", "title1:0"])],
    ),
    sources_gone=lambda _: [("hf", 4_120)],
    channels=lambda _: [
        Finding("channels", "email: mail.example.org:587, TLSv1.3, logged in as papers"),
        Finding(
            "channels",
            "email certificate: mail.example.org by Let's Encrypt, until 3 Dec 2026, 6 days left",
            Grade.ADVICE,
            "whoever runs that server has to renew it",
        ),
    ],
    feeds=lambda _: [Finding("feeds", "source arxiv-cs: answers with 96 papers (feed, 212 kB)")],
    server=lambda _: ("rss.arxiv.org", NOW - timedelta(minutes=4)),
)


def test_a_whole_visit_reads_like_this(house: House, request: pytest.FixtureRequest) -> None:
    """To be read in the diff after a wanted change: --update-golden writes it anew."""
    found = replace(
        installation(house.folder / "paperdigest.toml", {}),
        storage=Path("/srv/papers"),
        user="ada",
        problems=(
            Problem(
                "subscriptions/bob.toml", 4, 1, 'unknown key "keyword"', "did you mean keywords?"
            ),
        ),
    )
    findings = list(visit(found, GIVEN, network=True))
    lines = [*map(line, findings), *closing_lines(findings, network=True)]
    printed = "".join(f"{one}\n" for one in lines)
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(printed, "utf-8")
    assert printed == GOLDEN.read_text("utf-8")


# ----------------------------------------------------------------------- docs


def test_the_page_explains_every_examination_in_its_order() -> None:
    page = (ROOT / "docs" / "doctor.md").read_text("utf-8")
    explained = re.findall(r"^### `([\w-]+)`$", page, re.MULTILINE)
    assert explained == list(EXAMINATIONS)


def test_the_page_says_what_each_examination_asks() -> None:
    page = (ROOT / "docs" / "doctor.md").read_text("utf-8")
    for name, asks in EXAMINATIONS.items():
        assert f"### `{name}`\n\n*{asks}*" in page


def test_every_command_that_the_page_and_the_advice_name_is_one() -> None:
    page = (ROOT / "docs" / "doctor.md").read_text("utf-8")
    named = re.findall(r"`paperdigest ([a-z]+)", page) + re.findall(
        r"· (?:look with )?paperdigest ([a-z]+)", GOLDEN.read_text("utf-8")
    )
    assert "show" in named
    assert set(named) - {"backup"} <= set(COMMANDS)  # made beside this
