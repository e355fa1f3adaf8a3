"""What the doctor reads of the machine, of files and of a store: real ones, and nothing changed by it."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from builders import NOW, paper
from house import ADA, CONFIG, House
from http_server import Reply, http_server
from loopback import closed_port
from paperdigest.core.errors import SourceError, StoreError
from paperdigest.core.examination import EXAMINATIONS, OVER_THE_NETWORK, Finding, Grade
from paperdigest.core.examine_history import Service
from paperdigest.core.examine_permissions import Role
from paperdigest.core.versions import version
from paperdigest.doctor import clocks, disks, limits, network, past, rights, software, zones
from paperdigest.doctor.installation import Installation, installation, user_name
from paperdigest.doctor.look import Look
from paperdigest.doctor.visit import EXAMINERS, visit
from paperdigest.flow import backups
from paperdigest.flow.intake import Intake
from paperdigest.http_ask import BEGINNING, ask
from paperdigest.store import inspection
from paperdigest.store.connection import Store, open_store
from paperdigest.store.locks import SERVICE_LOCK, FileLock
from visitor import MAIL, READER, served

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts and gives files away")


def found_in(folder: Path) -> Installation:
    return installation(folder / "paperdigest.toml", {})


def tell(store: Store, *papers_: object, source: str = "shelf") -> None:
    with store.transaction():
        Intake(store, source, NOW, is_news=lambda _: True).take(papers_)  # type: ignore[arg-type]  # papers


# ------------------------------------------------------------------ software


def test_the_versions_of_this_machine_are_versions() -> None:
    for said in (
        software.python_version(),
        software.expat_version(),
        inspection.sqlite_version(),
    ):
        assert version(said) > (2,)


def test_the_libraries_that_pyproject_names_are_looked_up() -> None:
    found = {library.needed.name: library for library in software.libraries()}
    assert {"click", "httpx2", "sqlite-utils"} <= set(found)
    assert found["apscheduler"].needed.least == "3.11.3"
    assert all(library.installed for library in found.values())


def test_fts5_is_tried() -> None:
    assert inspection.has_fts5()


# --------------------------------------------------------------------- disks


@contextmanager
def mounted(kind: str, point: Path, options: str) -> Iterator[None]:
    """Mount something for the length of the block; skips the test where that is not allowed."""
    done = subprocess.run(
        ["mount", "-t", kind, "-o", options, kind, str(point)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this machine does not let us mount")
    try:
        yield
    finally:
        subprocess.run(["umount", str(point)], check=True)


@as_root
def test_a_folder_on_a_mounted_tmpfs_is_on_tmpfs(tmp_path: Path) -> None:
    point = tmp_path / "in memory"
    point.mkdir()
    with mounted("tmpfs", point, "size=1m"):
        mount = disks.mount_of(point / "storage" / "not yet")
        assert mount is not None
        assert (mount.kind, mount.point, mount.read_only) == ("tmpfs", str(point), False)


@as_root
def test_what_a_container_lies_on_is_seen(tmp_path: Path) -> None:
    with mounted("tmpfs", tmp_path, "size=1m"):
        for name in ("lower", "upper", "work", "merged"):
            (tmp_path / name).mkdir()
        layers = f"lowerdir={tmp_path}/lower,upperdir={tmp_path}/upper,workdir={tmp_path}/work"
        with mounted("overlay", tmp_path / "merged", layers):
            mount = disks.mount_of(tmp_path / "merged")
    assert mount is not None
    assert mount.kind == "overlay"


@as_root
def test_a_mount_that_is_read_only_is_seen(tmp_path: Path) -> None:
    with mounted("tmpfs", tmp_path, "size=1m,ro"):
        mount = disks.mount_of(tmp_path)
        assert mount is not None
        assert mount.read_only


@as_root
def test_a_link_is_followed_to_where_the_files_lie(tmp_path: Path) -> None:
    point, link = tmp_path / "there", tmp_path / "here"
    point.mkdir()
    link.symlink_to(point)
    with mounted("tmpfs", point, "size=1m"):
        mount = disks.mount_of(link)
        assert mount is not None
        assert mount.kind == "tmpfs"


@as_root
def test_the_files_that_may_still_be_made_are_counted(tmp_path: Path) -> None:
    with mounted("tmpfs", tmp_path, "size=1m,nr_inodes=20"):
        found = disks.disk_of(tmp_path)
        assert found.files is not None
        assert 0 < found.files < 20
        assert found.free <= 1 << 20


def test_the_room_for_a_folder_that_is_not_there_yet_is_that_above_it(tmp_path: Path) -> None:
    assert disks.disk_of(tmp_path / "a" / "b").free > 0


def test_the_log_of_the_database_counts(tmp_path: Path) -> None:
    (tmp_path / "paperdigest.db-wal").write_bytes(b"x" * 123)
    assert disks.disk_of(tmp_path).log == 123


# -------------------------------------------------------------------- rights


def test_a_file_is_seen_with_its_rights_and_owner(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("x")
    file.chmod(0o640)
    found = rights.place(Role.SECRET, file)
    assert (found.mode, found.owner, found.ours) == (0o640, user_name(os.geteuid()), True)
    assert found.readable


def test_what_is_not_there_has_no_rights(tmp_path: Path) -> None:
    assert rights.place(Role.SECRET, tmp_path / "x").mode is None
    assert rights.place(Role.SECRET, Path(__file__) / "x").mode is None


@as_root
def test_what_another_user_may_not_is_seen_as_that_user(tmp_path: Path) -> None:
    """Asked by a process of the user `nobody`: root may everything."""
    tmp_path.chmod(0o711)
    folder, closed, own = tmp_path / "closed", tmp_path / "roots", tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    closed.touch(0o600)
    own.touch(0o600)
    os.chown(own, 65534, 65534)
    for above in tmp_path.parents:
        if not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)
    code = (
        "import os, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "from pathlib import Path\n"
        "from paperdigest.doctor.rights import place\n"
        "from paperdigest.core.examine_permissions import Role\n"
        "for name in sys.argv[1:]:\n"
        "    found = place(Role.SECRET, Path(name))\n"
        "    print(found.readable, found.writable, found.ours)\n"
    )
    # Imported before the user changes: the checkout may be closed to others.
    code = "import paperdigest.doctor.rights\n" + code
    done = subprocess.run(
        [sys.executable, "-c", code, str(closed), str(own), str(folder / "x")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "False False False",
        "True True True",
        "False False False",
    ]


def test_every_place_that_matters_is_looked_at(house: House) -> None:
    house.write("secrets/token", "x").chmod(0o604)
    house.write("templates/body.txt.j2", "x")
    house.write(
        "paperdigest.toml",
        CONFIG + '[slack]\ntoken = { file = "secrets/token" }\n[topics.x]\nquery = "x"\n',
    )
    house.ingest()
    settings = found_in(house.folder).settings
    assert settings is not None
    found = {(place.role, Path(place.path).name): place for place in rights.places(settings)}
    assert {
        (Role.STORAGE, house.folder.name),
        (Role.DATABASE, "paperdigest.db"),
        (Role.CONFIG, "paperdigest.toml"),
        (Role.CONFIG, "ada.toml"),
        (Role.CONFIG_FOLDER, "subscriptions"),
        (Role.SECRET, "token"),
        (Role.INBOX, "inbox"),
        (Role.TEMPLATES, "templates"),
    } <= set(found)
    assert found[Role.SECRET, "token"].mode == 0o604
    assert found[Role.DATABASE, "paperdigest.db"].mode == 0o600


@as_root
def test_root_and_whose_the_storage_is_are_trusted_with_the_config(house: House) -> None:
    names = {"subscriptions/ada.toml": 65534, "subscriptions/bob.toml": 65533}
    house.write("subscriptions/bob.toml", ADA)
    os.chown(house.folder, 65534, 65534)
    for name, user in names.items():
        os.chown(house.folder / name, user, user)
    settings = found_in(house.folder).settings
    assert settings is not None
    found = {Path(place.path).name: place for place in rights.places(settings)}
    assert found["paperdigest.toml"].owner_is_trusted
    assert found["ada.toml"].owner_is_trusted
    assert not found["bob.toml"].owner_is_trusted


@as_root
def test_a_group_that_only_the_service_is_in_is_nobody_else(house: House) -> None:
    """As deploy/README.md sets it up: root owns, and the group of the service's user reads."""
    mail = pwd.getpwnam("mail")  # a user that every system has, with a group of its own
    house.write("secrets/token", "x").chmod(0o640)
    house.write("paperdigest.toml", CONFIG + '[slack]\ntoken = { file = "secrets/token" }\n')
    os.chown(house.folder, mail.pw_uid, mail.pw_gid)
    os.chown(house.folder / "secrets" / "token", 0, mail.pw_gid)
    settings = found_in(house.folder).settings
    assert settings is not None
    found = {Path(place.path).name: place for place in rights.places(settings)}
    assert found["token"].group_is_own
    os.chown(house.folder / "secrets" / "token", 0, pwd.getpwnam("daemon").pw_gid)
    found = {Path(place.path).name: place for place in rights.places(settings)}
    assert not found["token"].group_is_own


# -------------------------------------------------------------------- limits


def groups(folder: Path, own: str, **limits_: str) -> tuple[Path, Path]:
    """Write a tree of control groups and which one this process is in."""
    (folder / "own").write_text(own)
    for name, limit in limits_.items():
        place = folder / name.replace("__", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(limit)
    return folder, folder / "own"


@pytest.mark.parametrize(
    ("own", "tree", "limit"),
    [
        ("0::/a/b\n", {"a__b__memory.max": "1000\n", "a__memory.max": "500"}, 500),
        ("0::/a/b\n", {"a__b__memory.max": "1000\n", "a__memory.max": "max"}, 1000),
        ("0::/a/b\n", {"a__b__memory.max": "max"}, None),
        ("0::/../x\n", {"memory.max": "700"}, 700),
        ("0::/\n", {"memory.max": "700"}, 700),
        (
            "5:cpu,memory:/c\n0::/\n",
            {"memory__c__memory.limit_in_bytes": "300"},
            300,
        ),
        (
            "5:memory:/c\n",
            {"memory__memory.limit_in_bytes": "9223372036854771712"},
            None,
        ),
        ("nonsense\n", {}, None),
        ("", {}, None),
    ],
)
def test_the_smallest_limit_of_memory_above_us_holds(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    own: str,
    tree: dict[str, str],
    limit: int | None,
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert limits.memory_limit(*groups(tmp_path, own, **tree)) == limit


def test_a_machine_without_control_groups_has_no_limit_by_them(tmp_path: Path) -> None:
    assert limits.memory_limit(tmp_path, tmp_path / "none") in (None, limits.memory_limit())


def test_the_limit_of_open_files_is_that_of_this_process() -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert limits.files_limit() == (None if soft == resource.RLIM_INFINITY else soft)


def test_proxies_are_told_without_their_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "ftp_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://ada:canary@proxy.example.org:3128")
    monkeypatch.setenv("http_proxy", "proxy.example.org:3128")
    monkeypatch.setenv("no_proxy", "localhost")
    found = limits.proxies()
    assert found == {
        "https": "http://proxy.example.org:3128",
        "http": "http://proxy.example.org:3128",
    }


# --------------------------------------------------------------------- clock


def test_without_systemd_nobody_says_who_keeps_the_clock_right(tmp_path: Path) -> None:
    assert clocks.kept_right(tmp_path / "none", tmp_path) is None


def test_timesyncds_mark_says_that_it_does(tmp_path: Path) -> None:
    mark = tmp_path / "synchronized"
    mark.touch()
    assert clocks.kept_right(tmp_path, mark) is True


@pytest.mark.parametrize(("said", "found"), [("yes", True), ("no", False), ("", None)])
def test_timedatectl_is_asked_for_any_other_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, found: bool | None
) -> None:
    program = tmp_path / "timedatectl"
    program.write_text(f'#!/bin/sh\n[ "$2" = --property=NTPSynchronized ] && echo {said}\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert clocks.kept_right(tmp_path, tmp_path / "none") is found


# --------------------------------------------------------------------- zones


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A system with the package's Berlin, under the rules of another zone as New York, and no others."""
    data = Path(str(files("tzdata"))) / "zoneinfo"
    for name, rules in (("Europe/Berlin", "Europe/Berlin"), ("America/New_York", "Asia/Tokyo")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(data / rules, tmp_path / name)
    (tmp_path / "tzdata.zi").write_text("# version 2024b\nR A\n")
    return tmp_path


def test_each_zone_is_looked_for_in_the_system_first(system: Path) -> None:
    found = zones.zone_data(["Europe/Berlin", "Asia/Tokyo", "Mars/X"], NOW, [str(system)])
    assert found.system == "2024b"
    assert [(zone.name, zone.from_system) for zone in found.zones] == [
        ("Europe/Berlin", True),
        ("Asia/Tokyo", False),
        ("Mars/X", None),
    ]


def test_two_copies_that_tell_the_same_times_do_not_disagree(system: Path) -> None:
    (zone,) = zones.zone_data(["Europe/Berlin"], NOW, [str(system)]).zones
    assert zone.disagrees_from is None


def test_two_copies_that_disagree_are_told_with_the_day(system: Path) -> None:
    (zone,) = zones.zone_data(["America/New_York"], NOW, [str(system)]).zones
    assert zone.disagrees_from == NOW.date()


def test_a_zone_that_is_no_zone_is_not_known(system: Path) -> None:
    (zone,) = zones.zone_data(["Europe"], NOW, [str(system)]).zones
    assert zone.from_system is None


# --------------------------------------------------------------------- store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "paperdigest.db", write=True) as opened:
        yield opened


def test_papers_with_two_ids_of_one_registry_are_found(store: Store) -> None:
    tell(
        store,
        paper(title="Maps of one id only here", ids=("arxiv:2611.00001", "doi:10.1/a")),
        paper(
            title="Maps of two ids of one registry",
            id="arxiv:2611.00002",
            ids=("arxiv:2611.00002", "doi:10.1/b", "doi:10.1/c"),
        ),
        paper(
            title="Maps of several feeds are fine",
            id="feed:a#1",
            ids=("feed:a#1", "feed:b#2"),
            url="",
        ),
    )
    count, listed = inspection.contradictions(store, 10)
    assert count == 1
    assert [(one.title, set(one.ids) - {listed[0].ids[-1]}) for one in listed] == [
        ("Maps of two ids of one registry", {"arxiv:2611.00002", "doi:10.1/b", "doi:10.1/c"})
    ]


def test_only_the_first_contradictions_are_read_and_all_are_counted(store: Store) -> None:
    told = [
        paper(
            title=f"The map of island number {n}",
            id=f"pmid:{n}1",
            ids=(f"pmid:{n}1", f"pmid:{n}2"),
            url="",
        )
        for n in range(1, 13)
    ]
    tell(store, *told)
    count, listed = inspection.contradictions(store, 10)
    assert (count, len(listed)) == (12, 10)
    assert listed[0].title == "The map of island number 1"


def test_sources_with_records_that_are_not_asked_for_are_found(store: Store) -> None:
    tell(store, paper(), source="old")
    tell(
        store,
        paper(id="arxiv:2611.00002", ids=("arxiv:2611.00002",), title="Other maps of the sea"),
        source="new",
    )
    assert list(inspection.records_of_others(store, {"new"})) == [("old", 1)]


def test_a_database_is_looked_through_and_measured(store: Store, tmp_path: Path) -> None:
    tell(store, paper())
    found = inspection.inspected(store, tmp_path / "paperdigest.db")
    assert (found.papers, found.schema == found.newest_schema, found.fault) == (1, True, "")
    assert found.write_ahead
    assert found.size > 0


def test_a_database_that_was_taken_out_of_wal_mode_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "paperdigest.db"
    open_store(path, write=True).close()
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
    with open_store(path, write=False) as store:
        assert not inspection.inspected(store, path).write_ahead


def test_a_backup_is_remembered_under_the_name_that_is_looked_for(
    store: Store, tmp_path: Path
) -> None:
    here = Installation(None, None, (), tmp_path, "ada")
    backups.was_made(store, NOW)
    backups.examined(store, NOW)
    assert past.backups(here).last == NOW
    assert past.database(here).examined == NOW


def test_a_backup_that_failed_is_told(store: Store, tmp_path: Path) -> None:
    backups.was_made(store, NOW)
    backups.failed(store, "the disk is full", urgent=True)
    assert past.backups(Installation(None, None, (), tmp_path, "ada")).trouble == "the disk is full"


# ------------------------------------------------------------------- service


def test_a_lock_that_is_held_is_seen_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / SERVICE_LOCK
    here = Installation(None, None, (), tmp_path, "ada")
    with FileLock(path).holding():
        before = path.read_bytes()
        found = past.service(here)
        assert path.read_bytes() == before
    assert isinstance(found, Service)
    assert f"pid {os.getpid()}" in found.holder
    if sys.platform == "linux":
        assert found.user == user_name(os.geteuid())


def test_a_lock_that_was_let_go_is_nobodys(tmp_path: Path) -> None:
    with FileLock(tmp_path / SERVICE_LOCK).holding():
        pass
    assert past.service(Installation(None, None, (), tmp_path, "ada")) is None


def test_where_there_is_no_lock_none_is_made(tmp_path: Path) -> None:
    assert past.service(Installation(None, None, (), tmp_path, "ada")) is None
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------- network


def test_a_servers_clock_is_read_whatever_it_answers() -> None:
    at = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    headers = {"Date": format_datetime(at, usegmt=True)}
    with http_server() as server:
        server.otherwise = Reply(b"", 404, headers)
        assert network.time_of(f"{server.url}/") == at
        assert [request.method for request in server.requests] == ["HEAD"]


def test_a_server_that_tells_no_time_tells_none() -> None:
    with http_server() as server:
        assert network.time_of(f"{server.url}/") is None


def test_only_the_beginning_of_a_page_is_read() -> None:
    with http_server({"/": Reply(b"x" * (3 * BEGINNING))}) as server:
        assert len(ask(f"{server.url}/").body) == BEGINNING


def test_a_redirect_is_told_and_not_followed() -> None:
    with http_server({"/": Reply(b"", 302, {"Location": "/there"})}) as server:
        assert ask(f"{server.url}/").status == 302
        assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_told_in_words() -> None:
    with closed_port() as port, pytest.raises(SourceError, match="connection refused"):
        ask(f"http://127.0.0.1:{port}/")


def test_our_own_page_is_known_by_what_it_says(tmp_path: Path) -> None:
    house = House.built(tmp_path, config=CONFIG + MAIL, ada=READER)
    with served(house) as visitor:
        settings = replace(house.app.settings, public_url=f"http://127.0.0.1:{visitor.port}")
        found = network.page_of(settings)
    house.close()
    assert found is not None
    assert (found.status, found.is_ours) == (404, True)


@pytest.mark.parametrize("reply", [Reply(b"<h1>Not found</h1>", 404), Reply(b"busy", 502)])
def test_another_page_is_not_taken_for_ours(house: House, reply: Reply) -> None:
    with http_server() as server:
        server.otherwise = reply
        found = network.page_of(replace(house.app.settings, public_url=server.url))
    assert found is not None
    assert (found.status, found.is_ours) == (reply.status, False)


def test_a_page_that_cannot_be_reached_says_why(house: House) -> None:
    with closed_port() as port:
        url = f"http://127.0.0.1:{port}"
        found = network.page_of(replace(house.app.settings, public_url=url))
    assert found is not None
    assert (found.status, found.said) == (0, "connection refused")


def test_the_server_of_the_first_source_is_asked_for_the_time(house: House) -> None:
    feed = '\n[[source]]\nname = "blog"\nkind = "feed"\nurl = "https://blog.example.org:8443/feed?x=1"\n'
    house.write("paperdigest.toml", CONFIG + feed)
    assert network.server_to_ask(house.app) == "https://blog.example.org:8443/"


def test_without_any_server_nobody_is_asked_for_the_time(house: House) -> None:
    assert network.server_to_ask(house.app) == ""


# --------------------------------------------------------------------- visit


def test_every_examination_has_its_examiner() -> None:
    assert list(EXAMINERS) == list(EXAMINATIONS)


def broken(*_: object) -> Any:
    raise ZeroDivisionError("canary")


def refused(*_: object) -> Any:
    raise StoreError("the disk is odd · look at it")


def closed(*_: object) -> Any:
    raise PermissionError(13, "Permission denied", "/x")


@pytest.mark.parametrize("fault", [broken, refused, closed])
def test_whatever_one_reading_raises_ends_that_examination_alone(house: House, fault: Any) -> None:
    """Every reading is broken in its turn; all other examinations say what they say otherwise."""
    house.ingest()
    here = found_in(house.folder)
    whole = {one.examination for one in visit(here, Look(), network=True)}
    for name in Look.__dataclass_fields__:
        found = list(visit(here, replace(Look(), **{name: fault}), network=True))
        assert "canary" not in str(found)
        # Without a store that can be read the database alone says so.
        assert whole - {one.examination for one in found} <= {"backups", "papers"}, name


def test_without_the_network_nobody_is_asked(house: House) -> None:
    found = visit(found_in(house.folder), Look(channels=broken), network=False)
    assert not {one.examination for one in found} & set(OVER_THE_NETWORK)


def test_an_error_of_ours_says_what_to_do(house: House) -> None:
    look = replace(Look(), mount=refused)
    (found,) = (
        one
        for one in visit(found_in(house.folder), look, network=False)
        if one.examination == "storage"
    )
    assert found == Finding("storage", "the disk is odd", Grade.TROUBLE, "look at it")


def test_the_storage_of_a_broken_config_is_looked_for_where_it_says(house: House) -> None:
    house.folder.joinpath("paperdigest.toml").write_text(
        '[storage]\ndir = "state"\n[[source]]\nname = 7\n'
    )
    found = found_in(house.folder)
    assert found.settings is None
    assert found.storage == house.folder / "state"


def test_the_storage_of_a_config_that_is_no_toml_is_beside_it(house: House) -> None:
    house.folder.joinpath("paperdigest.toml").write_text("storage = [")
    assert found_in(house.folder).storage == house.folder
    env = {"STATE_DIRECTORY": "/var/lib/paperdigest:/x"}
    found = installation(house.folder / "paperdigest.toml", env)
    assert found.storage == Path("/var/lib/paperdigest")


def test_a_config_that_cannot_even_be_looked_for_is_a_mistake_like_others() -> None:
    found = installation(Path("x" * 5000), {})
    assert found.settings is None
    assert "File name too long" in str(found.problems[0])


def test_of_very_many_mistakes_the_first_are_told_and_the_rest_is_counted(house: House) -> None:
    mistakes = "".join(f"wrong{number} = 1\n" for number in range(25))
    house.folder.joinpath("paperdigest.toml").write_text(mistakes + CONFIG)
    found = visit(found_in(house.folder), Look(), network=False)
    told = [one for one in found if one.examination == "config"]
    assert len(told) == 21
    assert told[-1].found == "and 5 more mistakes"


def test_the_mistakes_of_a_subscriber_are_told_too(house: House) -> None:
    house.write("subscriptions/bob.toml", ADA.replace("keywords", "keyword"))
    found = found_in(house.folder)
    assert found.settings is not None
    assert any("bob.toml" in problem.file for problem in found.problems)
