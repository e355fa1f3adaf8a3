"""What the doctor makes of what it sees: every judgement by a table, exactly at its borders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.examination import Finding, Grade, counted, told
from paperdigest.core.examine_clock import clock, server_time
from paperdigest.core.examine_history import (
    LARGE_LOG,
    Backups,
    Contradiction,
    Database,
    Service,
    backups,
    contradicting,
    database,
    papers,
    service,
    sources,
)
from paperdigest.core.examine_limits import ENOUGH_FILES, ENOUGH_MEMORY, memory, open_files, proxies
from paperdigest.core.examine_network import Page, ends_soon, page
from paperdigest.core.examine_permissions import Place, Role, permissions
from paperdigest.core.examine_places import Disk, disk, storage
from paperdigest.core.examine_software import (
    Library,
    encoding,
    expat,
    has_wal_reset_bug,
    libraries,
    python,
    sqlite,
)
from paperdigest.core.examine_zones import Zone, ZoneData, latest_day, of_package, time_zones
from paperdigest.core.mounts import Mount, from_mount_command, from_mountinfo, holding
from paperdigest.core.room import LAST, LEAST
from paperdigest.core.versions import Requirement, requirements, version, written

NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
OK, ADVICE, TROUBLE = Grade.OK, Grade.ADVICE, Grade.TROUBLE


def only(findings: Iterable[Finding]) -> Finding:
    (found,) = findings
    return found


def grades(findings: Iterable[Finding]) -> list[Grade]:
    return [finding.grade for finding in findings]


# ------------------------------------------------------------------ findings


def test_a_message_of_ours_is_parted_into_what_and_what_to_do() -> None:
    found = told("disk", "it is full · make room · really", TROUBLE)
    assert (found.found, found.do) == ("it is full", "make room · really")
    assert str(found) == "it is full · make room · really"


def test_findings_are_counted_by_grade() -> None:
    found = [Finding("a", "x"), Finding("b", "y", TROUBLE), Finding("c", "z", TROUBLE)]
    assert counted(found) == {OK: 1, ADVICE: 0, TROUBLE: 2}


# ------------------------------------------------------------------ versions


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.11.7", (3, 11, 7)),
        ("3.13.0", (3, 13)),
        ("3.13.0rc1", (3, 13)),
        ("2.6", (2, 6)),
        ("1.2.post1", (1, 2)),
        ("none", ()),
        ("", ()),
    ],
)
def test_a_version_is_read_as_its_numbers(text: str, number: tuple[int, ...]) -> None:
    assert version(text) == number


@given(st.lists(st.integers(0, 99), min_size=1, max_size=4), st.lists(st.just(0), max_size=2))
def test_zeros_at_the_end_make_no_difference(numbers: list[int], zeros: list[int]) -> None:
    assert version(written(tuple(numbers + zeros))) == version(written(tuple(numbers)))


def test_requirements_are_read_as_a_package_writes_them() -> None:
    lines = [
        "apscheduler<4,>=3.11.3",
        "backports-zstd>=1.8; python_version < '3.14'",
        "click>=8.3",
        'pytest>=9; extra == "dev"',
        "???",
    ]
    assert list(requirements(lines, (3, 13, 1))) == [
        Requirement("apscheduler", "3.11.3", "4"),
        Requirement("backports-zstd", "1.8"),
        Requirement("click", "8.3"),
    ]
    assert [one.name for one in requirements(lines, (3, 14))] == ["apscheduler", "click"]


@pytest.mark.parametrize(
    ("number", "holes"),
    [
        ("3.11.9", ["CVE-2024-6923", "CVE-2026-1299"]),
        ("3.11.10", ["CVE-2026-1299"]),
        ("3.11.14", ["CVE-2026-1299"]),
        ("3.11.15", []),
        ("3.12.4", ["CVE-2024-6923", "CVE-2026-1299"]),
        ("3.12.5", ["CVE-2026-1299"]),
        ("3.12.12", ["CVE-2026-1299"]),
        ("3.12.13", []),
        ("3.13.0", ["CVE-2026-1299"]),
        ("3.13.11", ["CVE-2026-1299"]),
        ("3.13.12", []),
        ("3.14.2", ["CVE-2026-1299"]),
        ("3.14.3", []),
        ("3.15.0", []),
    ],
)
def test_a_python_has_the_holes_of_its_branch(number: str, holes: list[str]) -> None:
    found = only(python(number))
    assert found.grade is (ADVICE if holes else OK)
    for name in ("CVE-2024-6923", "CVE-2026-1299"):
        assert (name in found.found) is (name in holes)


def test_the_advice_names_the_python_that_is_free_of_all_holes() -> None:
    assert "3.12.13 or newer" in only(python("3.12.3")).do


@pytest.mark.parametrize(
    ("number", "has_it"),
    [
        ("3.6.23", False),
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.44.7", False),
        ("3.45.0", True),
        ("3.49.2", True),
        ("3.50.0", True),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.0", True),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.52.0", False),
        ("3.53.0", False),
    ],
)
def test_the_wal_reset_bug_is_told_by_the_version(number: str, has_it: bool) -> None:
    assert has_wal_reset_bug(version(number)) is has_it
    if version(number) >= (3, 37):
        assert only(sqlite(number)).grade is (ADVICE if has_it else OK)


@pytest.mark.parametrize(("number", "grade"), [("3.36.0", TROUBLE), ("3.37.0", ADVICE)])
def test_an_sqlite_without_strict_tables_cannot_be_used(number: str, grade: Grade) -> None:
    assert only(sqlite(number)).grade is grade


def test_an_sqlite_without_fts5_cannot_be_used() -> None:
    assert "FTS5" in only(sqlite("3.53.0", has_fts5=False)).found


@pytest.mark.parametrize(("number", "grade"), [("2.5.0", ADVICE), ("2.6.0", OK), ("2.7.3", OK)])
def test_an_old_expat_is_worth_a_word(number: str, grade: Grade) -> None:
    assert only(expat(number)).grade is grade


@pytest.mark.parametrize(
    ("installed", "grade", "told_"),
    [
        ("8.3", OK, "1 library"),
        ("8.3.0", OK, "1 library"),
        ("9.1.4", OK, "1 library"),
        ("8.2.9", TROUBLE, "click 8.2.9 is older than 8.3"),
        ("10.0", ADVICE, "newer than what"),
        ("", TROUBLE, "click is missing"),
    ],
)
def test_a_library_is_held_to_its_bounds(installed: str, grade: Grade, told_: str) -> None:
    found = only(libraries([Library(Requirement("click", "8.3", "10"), installed)]))
    assert found.grade is grade
    assert told_ in found.found


@pytest.mark.parametrize(
    ("output", "files", "found"),
    [
        ("utf-8", "utf-8", [OK]),
        ("UTF8", "UTF_8", [OK]),
        ("iso-8859-1", "utf-8", [ADVICE]),
        ("", "utf-8", [ADVICE]),
        ("ascii", "ascii", [ADVICE, ADVICE]),
    ],
)
def test_any_encoding_but_utf8_is_worth_a_word(output: str, files: str, found: list[Grade]) -> None:
    assert grades(encoding(output, files)) == found


# -------------------------------------------------------------------- places

MOUNTINFO = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
40 27 0:50 / /srv/team\040share rw,relatime shared:20 master:3 - nfs4 nas:/export rw,vers=4.2
41 27 0:51 / /srv/papers rw,relatime - tmpfs tmpfs rw,size=64k
42 41 254:9 / /srv/papers rw,relatime - xfs /dev/vdb rw
43 27 7:1 / /media/iso ro,relatime - iso9660 /dev/loop1 ro
44 27 254:3 / /data ro,relatime - ext4 /dev/vdc rw
45 27 0:60 / /home/ada/cloud rw,nosuid - fuse.rclone remote: rw,user_id=1000
not a line
"""
MACOS = """
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//ada@nas._smb._tcp.local/Team%20share on /Volumes/Team share (smbfs, nodev, nosuid, mounted by ada)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
"""


@pytest.mark.parametrize(
    ("path", "point", "kind", "read_only"),
    [
        ("/home/ada", "/", "ext4", False),
        ("/srv/team share/pd", "/srv/team share", "nfs4", False),
        ("/srv/team sharers", "/", "ext4", False),
        ("/srv/papers", "/srv/papers", "xfs", False),
        ("/media/iso/x", "/media/iso", "iso9660", True),
        ("/data/x", "/data", "ext4", True),
        ("/home/ada/cloud/pd", "/home/ada/cloud", "fuse.rclone", False),
    ],
)
def test_a_path_lies_on_the_deepest_and_last_mount(
    path: str, point: str, kind: str, read_only: bool
) -> None:
    assert holding(path, from_mountinfo(MOUNTINFO)) == Mount(point, kind, read_only)


@pytest.mark.parametrize(
    ("path", "kind", "read_only"),
    [
        ("/Library", "apfs", True),
        ("/System/Volumes/Data/Users/ada", "apfs", False),
        ("/Volumes/Team share/pd", "smbfs", False),
    ],
)
def test_what_mount_prints_on_macos_is_read_too(path: str, kind: str, read_only: bool) -> None:
    found = holding(path, from_mount_command(MACOS))
    assert found is not None
    assert (found.kind, found.read_only) == (kind, read_only)


@given(st.text())
def test_no_text_is_too_odd_for_the_readers_of_mounts(text: str) -> None:
    holding("/a", [*from_mountinfo(text), *from_mount_command(text)])


@pytest.mark.parametrize(
    ("kind", "grade", "said"),
    [
        ("ext4", OK, "on ext4"),
        ("xfs", OK, "on xfs"),
        ("btrfs", OK, "on btrfs"),
        ("zfs", OK, "on zfs"),
        ("apfs", OK, "on apfs"),
        ("nfs", TROUBLE, "locks"),
        ("nfs4", TROUBLE, "locks"),
        ("cifs", TROUBLE, "locks"),
        ("smb3", TROUBLE, "locks"),
        ("9p", TROUBLE, "locks"),
        ("fuse.sshfs", TROUBLE, "locks"),
        ("fuse.rclone", TROUBLE, "locks"),
        ("virtiofs", TROUBLE, "locks"),
        ("tmpfs", TROUBLE, "empty after a restart"),
        ("overlay", TROUBLE, "goes with the container"),
        ("fuse.something", ADVICE, "not known"),
        ("vfat", ADVICE, "no rights"),
        ("fuseblk", ADVICE, "no rights"),
    ],
)
def test_a_file_system_is_judged_by_its_kind(kind: str, grade: Grade, said: str) -> None:
    found = only(storage("/srv/papers", Mount("/srv", kind)))
    assert found.grade is grade
    assert said in found.found


def test_a_mount_that_is_read_only_is_trouble() -> None:
    assert grades(storage("/data", Mount("/data", "ext4", read_only=True))) == [OK, TROUBLE]


def test_a_system_that_does_not_tell_its_mounts_is_no_trouble() -> None:
    assert only(storage("/data", None)).grade is OK


@pytest.mark.parametrize(
    ("free", "log", "grade", "said"),
    [
        (LAST - 1, 0, TROUBLE, "sent"),
        (LAST, 0, TROUBLE, "nothing new is read"),
        (LEAST - 1, 0, TROUBLE, "nothing new is read"),
        (LEAST, 0, ADVICE, "little more"),
        (2 * LEAST, 0, OK, "100 MB free"),
        (2 * LEAST, LEAST + 1, TROUBLE, "101 MB are needed"),
    ],
)
def test_room_is_judged_as_the_service_judges_it(
    free: int, log: int, grade: Grade, said: str
) -> None:
    found = only(disk(Disk("/srv", free, log)))
    assert found.grade is grade
    assert said in found.found


@pytest.mark.parametrize(
    ("files", "found"),
    [(None, [OK]), (1_000, [OK]), (999, [OK, ADVICE]), (50, [OK, ADVICE]), (49, [OK, TROUBLE])],
)
def test_a_disk_can_be_out_of_files(files: int | None, found: list[Grade]) -> None:
    assert grades(disk(Disk("/srv", 10 * LEAST, 0, files))) == found


# --------------------------------------------------------------- permissions


@pytest.mark.parametrize(
    ("role", "mode", "grade"),
    [
        (Role.STORAGE, 0o700, OK),
        (Role.STORAGE, 0o750, ADVICE),
        (Role.STORAGE, 0o711, ADVICE),
        (Role.STORAGE, 0o755, ADVICE),
        (Role.STORAGE, 0o770, ADVICE),
        (Role.STORAGE, 0o777, TROUBLE),
        (Role.STORAGE, 0o1777, ADVICE),
        (Role.DATABASE, 0o600, OK),
        (Role.DATABASE, 0o640, ADVICE),
        (Role.DATABASE, 0o660, TROUBLE),
        (Role.DATABASE, 0o644, TROUBLE),
        (Role.SECRET, 0o400, OK),
        (Role.SECRET, 0o440, ADVICE),
        (Role.SECRET, 0o604, TROUBLE),
        (Role.SECRET, 0o620, TROUBLE),
        (Role.CONFIG, 0o644, OK),
        (Role.CONFIG, 0o664, ADVICE),
        (Role.CONFIG, 0o646, TROUBLE),
        (Role.CONFIG_FOLDER, 0o755, OK),
        (Role.CONFIG_FOLDER, 0o777, TROUBLE),
        (Role.CONFIG_FOLDER, 0o1777, OK),
        (Role.INBOX, 0o777, OK),
        (Role.TEMPLATES, 0o757, TROUBLE),
    ],
)
def test_what_others_may_is_judged_by_what_it_is(role: Role, mode: int, grade: Grade) -> None:
    found = only(permissions([Place(role, "/x", mode, "ada")]))
    assert found.grade is grade
    if grade is not OK:
        assert found.do.startswith("chmod ")


@pytest.mark.parametrize("role", list(Role))
def test_a_group_of_ones_own_is_nobody_else(role: Role) -> None:
    assert only(permissions([Place(role, "/x", 0o770, "ada", group_is_own=True)])).grade is OK


@pytest.mark.parametrize("role", list(Role))
def test_only_an_inbox_has_to_be_there(role: Role) -> None:
    assert only(permissions([Place(role, "/x", None)])).grade is (
        TROUBLE if role is Role.INBOX else OK
    )


def test_what_we_cannot_read_is_trouble_and_names_its_owner() -> None:
    place = Place(Role.SECRET, "/x", 0o600, "eve", ours=False, readable=False)
    found = only(permissions([place]))
    assert found.grade is TROUBLE
    assert "eve" in found.found
    assert "as eve" in found.do


def test_what_is_ours_and_closed_to_us_is_opened_with_chmod() -> None:
    place = Place(Role.SECRET, "/x", 0o000, "ada", readable=False)
    assert only(permissions([place])).do == "chmod 600 /x"


def test_an_inbox_that_we_cannot_write_to_is_trouble() -> None:
    place = Place(Role.INBOX, "/x", 0o755, "eve", ours=False, writable=False)
    assert only(permissions([place])).grade is TROUBLE


@pytest.mark.parametrize(("trusted", "grade"), [(True, OK), (False, ADVICE)])
def test_a_config_of_a_user_nobody_trusts_is_worth_a_word(trusted: bool, grade: Grade) -> None:
    place = Place(Role.CONFIG, "/x", 0o644, "eve", ours=False, owner_is_trusted=trusted)
    assert only(permissions([place])).grade is grade


# -------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("limit", "grade"), [(None, OK), (ENOUGH_MEMORY, OK), (ENOUGH_MEMORY - 1, ADVICE)]
)
def test_memory_is_judged_by_what_may_be_needed(limit: int | None, grade: Grade) -> None:
    assert only(memory(limit)).grade is grade


@pytest.mark.parametrize(
    ("limit", "grade"), [(None, OK), (ENOUGH_FILES, OK), (ENOUGH_FILES - 1, ADVICE)]
)
def test_open_files_are_judged_by_what_may_be_needed(limit: int | None, grade: Grade) -> None:
    assert only(open_files(limit)).grade is grade


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ({}, [OK]),
        ({"https": "http://proxy:3128", "http": "http://proxy:3128"}, [OK, OK]),
        ({"all": "socks5://proxy:1080"}, [ADVICE]),
    ],
)
def test_proxies_are_told(named: dict[str, str], found: list[Grade]) -> None:
    assert grades(proxies(named)) == found


# --------------------------------------------------------------------- clock


@pytest.mark.parametrize(
    ("newest", "kept_right", "grade", "said"),
    [
        (None, None, OK, "Friday 27 Nov 2026 09:30 UTC"),
        (NOW, True, OK, "kept right"),
        (NOW, False, ADVICE, "no time server"),
        (NOW + timedelta(hours=1), True, OK, ""),
        (NOW + timedelta(hours=1, seconds=1), True, TROUBLE, "10:30 UTC already"),
    ],
)
def test_the_clock_is_compared_with_what_is_stored(
    newest: datetime | None, kept_right: bool | None, grade: Grade, said: str
) -> None:
    found = only(clock(NOW, newest, kept_right=kept_right))
    assert found.grade is grade
    assert said in found.found


def test_a_clock_that_was_never_set_is_trouble() -> None:
    assert only(clock(datetime(1970, 1, 1, tzinfo=UTC), None, kept_right=None)).grade is TROUBLE


@pytest.mark.parametrize(
    ("off", "grade", "said"),
    [
        (0, OK, "agrees with h"),
        (60, OK, ""),
        (-60, OK, ""),
        (61, ADVICE, "1 minute ahead of"),
        (-600, ADVICE, "10 minutes behind"),
    ],
)
def test_a_minute_off_a_servers_clock_is_worth_a_word(off: int, grade: Grade, said: str) -> None:
    found = only(server_time(NOW + timedelta(seconds=off), NOW, "h"))
    assert found.grade is grade
    assert said in found.found


# --------------------------------------------------------------------- zones


@pytest.mark.parametrize(
    ("package", "rules"),
    [("2025.2", "2025b"), ("2026.1.post1", "2026a"), ("2026.27", ""), ("2026.0", ""), ("x", "")],
)
def test_a_package_is_named_for_the_rules_it_holds(package: str, rules: str) -> None:
    assert of_package(package) == rules


@pytest.mark.parametrize(
    ("rules", "day"),
    [("2025a", date(2025, 4, 30)), ("2025b", date(2025, 12, 31)), ("", None), ("today", None)],
)
def test_rules_were_out_by_some_day(rules: str, day: date | None) -> None:
    assert latest_day(rules) == day


BERLIN = Zone("Europe/Berlin", True)


@pytest.mark.parametrize(
    ("data", "today", "grade", "said"),
    [
        (ZoneData("2026a", "2026b", [BERLIN]), date(2026, 11, 27), OK, "1 zone known, 2026a of"),
        (ZoneData("2024b", "2026b", [BERLIN]), date(2025, 12, 31), OK, ""),
        (
            ZoneData("2024b", "2026b", [BERLIN]),
            date(2026, 1, 1),
            ADVICE,
            "system's rules are 2024b",
        ),
        (ZoneData("", "2024b", [Zone("UTC", False)]), date(2026, 1, 1), ADVICE, "package's rules"),
        (ZoneData("2024b", "2026b", [Zone("UTC", False)]), date(2026, 1, 1), OK, ""),
        (ZoneData("", "2026b", [Zone("Mars/X", None)]), date(2026, 1, 1), TROUBLE, "Mars/X is not"),
        (
            ZoneData("2026a", "2026b", [Zone("Europe/Berlin", True, date(2027, 3, 28))]),
            date(2026, 11, 27),
            ADVICE,
            "disagree from 28 Mar 2027 on; the system's hold",
        ),
        (ZoneData("", "", []), date(2026, 1, 1), OK, "no known version"),
    ],
)
def test_rules_of_time_zones_are_known_of_today_and_agree(
    data: ZoneData, today: date, grade: Grade, said: str
) -> None:
    found = only(time_zones(data, today))
    assert found.grade is grade
    assert said in found.found


# ------------------------------------------------------------------- history


@pytest.mark.parametrize(
    ("found", "grade"),
    [
        (None, OK),
        (Service("pid 7", "ada"), OK),
        (Service("pid 7"), OK),
        (Service("pid 7", "root"), TROUBLE),
    ],
)
def test_a_service_of_another_user_is_trouble(found: Service | None, grade: Grade) -> None:
    assert only(service(found, "ada")).grade is grade


GOOD = {"path": "/x.db", "size": 10**6, "log": 0, "schema": 4, "newest_schema": 4, "papers": 2}


@pytest.mark.parametrize(
    ("over", "found"),
    [
        ({"fault": ""}, [OK]),
        ({"fault": None}, [OK]),
        ({"fault": "row 3 missing from index"}, [TROUBLE]),
        ({"schema": 3}, [OK, ADVICE]),
        ({"write_ahead": False}, [OK, ADVICE]),
        ({"log": LARGE_LOG}, [OK]),
        ({"log": LARGE_LOG + 1}, [OK, ADVICE]),
    ],
)
def test_a_database_is_judged_by_what_it_says(over: dict[str, object], found: list[Grade]) -> None:
    assert grades(database(Database(**(GOOD | over)))) == found  # type: ignore[arg-type]  # a table


def test_a_large_database_says_when_it_was_last_looked_through() -> None:
    seen = Database(**GOOD, examined=NOW)  # type: ignore[arg-type]  # as above
    assert "sound on 27 Nov 2026" in only(database(seen)).found


@pytest.mark.parametrize(
    ("found", "grade"),
    [
        (Backups(), ADVICE),
        (Backups(NOW), OK),
        (Backups(NOW - timedelta(days=3)), OK),
        (Backups(NOW - timedelta(days=3, seconds=1)), ADVICE),
        (Backups(NOW, "no room"), TROUBLE),
        (Backups(NOW, wanted=False), ADVICE),
    ],
)
def test_backups_are_wanted_and_of_late(found: Backups, grade: Grade) -> None:
    assert only(backups(found, NOW)).grade is grade


@pytest.mark.parametrize(
    ("ids", "against"),
    [
        (["arxiv:1", "doi:a", "title1:x"], []),
        (["arxiv:1", "arxiv:2", "doi:a"], ["arxiv:1", "arxiv:2"]),
        (["feed:x#1", "feed:x#2", "title1:a", "title1:b"], []),
        (["doi:10.21203/rs.3.rs-9123456/v2", "doi:10.21203/rs.3.rs-9123456/v1"], []),
        (["doi:a", "doi:b", "pmid:1", "pmid:2"], ["doi:a", "doi:b", "pmid:1", "pmid:2"]),
    ],
)
def test_ids_contradict_within_one_registry(ids: list[str], against: list[str]) -> None:
    assert list(contradicting(ids)) == against


def test_ten_contradictions_are_listed_and_the_rest_is_counted() -> None:
    listed = [Contradiction(f"Map {number}", ["doi:a", "doi:b"]) for number in range(12)]
    found = list(papers(12, listed))
    assert "12 papers have" in found[0].found
    assert [one.found for one in found[1:11]] == [f"Map {n}: doi:a and doi:b" for n in range(10)]
    assert found[1].do == "paperdigest show doi:a"
    assert found[11].found == "and 2 more"
    assert len(found) == 12


def test_sources_that_left_are_named_with_their_records() -> None:
    found = list(sources([("old", 12)], 3))
    assert found[0].found == '"old" has 12 records and is not in the config'
    assert only(sources([], 3)).grade is OK


# ------------------------------------------------------------------- network


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=14), ""),
        (timedelta(days=13, hours=23), "14 days left"),
        (timedelta(hours=5), "5 hours left"),
        (timedelta(0), "no time left"),
    ],
)
def test_two_weeks_before_its_end_a_certificate_is_worth_a_word(left: timedelta, said: str) -> None:
    found = ends_soon(NOW + left, NOW)
    assert found.startswith(said)
    assert bool(found) is bool(said)


def test_what_has_no_end_does_not_end_soon() -> None:
    assert ends_soon(None, NOW) == ""


@pytest.mark.parametrize(
    ("found", "grade"),
    [
        (None, OK),
        (Page("https://x/", 404, is_ours=True), OK),
        (Page("https://x/", 404), TROUBLE),
        (Page("https://x/", 502), TROUBLE),
        (Page("https://x/", said="no connection"), ADVICE),
    ],
)
def test_the_page_has_to_be_ours(found: Page | None, grade: Grade) -> None:
    assert only(page(found, service_runs=True)).grade is grade


def test_with_no_service_the_advice_is_to_start_one() -> None:
    assert "paperdigest run" in only(page(Page("https://x/", 502), service_runs=False)).do
