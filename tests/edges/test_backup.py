"""Backups as files: what is in them, what never is, and what stands in their way."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from operator import add
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from house import House
from paperdigest import care, putting_back
from paperdigest.app import App
from paperdigest.core.errors import StoreDamaged, StoreError, StoreFull, UsageError
from paperdigest.failpoints import FailpointReached, broken
from paperdigest.store import archive, copying, restore
from paperdigest.store.backup import Backup
from paperdigest.store.connection import open_store
from program import Program

SECRET = "canary-backup-secret"
SLACK = """
[slack]
token = { file = "secrets/slack-token" }
[slack.webhooks]
team = { file = "templates/webhook" }
other = { command = ["cat", "subscriptions/pass.toml"] }
"""


def backed_up(house: House, target: Path | None = None) -> Backup:
    with house.app.open_store() as store:
        return care.back_up(house.app, store, house.now, target=target)[0]


def files_in(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as packed:
        return {
            member.name: found.read()
            for member in packed
            if (found := packed.extractfile(member)) is not None
        }


# ------------------------------------------------------------------ what is in it


def test_a_backup_holds_the_database_and_the_whole_config(house: House) -> None:
    house.write("topics/maps.toml", 'name = "M"\nkeywords = ["map"]\n')
    house.write("templates/parts/line.txt.j2", "one")

    held = files_in(backed_up(house).file)

    assert set(held) == {
        "manifest.json",
        "paperdigest.db",
        "config/paperdigest.toml",
        "config/subscriptions/ada.toml",
        "config/topics/maps.toml",
        "config/templates/parts/line.txt.j2",
    }
    assert (
        held["config/subscriptions/ada.toml"]
        == (house.folder / "subscriptions/ada.toml").read_bytes()
    )


def test_a_main_file_of_any_name_is_in_it_under_the_one_that_is_put_back(house: House) -> None:
    (house.folder / "paperdigest.toml").rename(house.folder / "papers.conf")
    app = App.at(house.folder / "papers.conf", lambda: house.now)

    held, left_out = care.config_files(app.settings)

    assert set(held) == {"config/paperdigest.toml", "config/subscriptions/ada.toml"}
    assert left_out == ()
    assert not putting_back.differs(written(held, house), house.folder, app.settings.path)


def written(held: Mapping[str, bytes], house: House) -> Path:
    """Write the config files of an archive into a folder and return that of the config."""
    for name, data in held.items():
        house.write(f"unpacked/{name}", data.decode())
    return house.folder / "unpacked/config"


def test_no_secret_is_in_it_wherever_it_lies_and_whatever_it_is_called(house: House) -> None:
    house.write("secrets/slack-token", SECRET)
    house.write("templates/webhook", SECRET)
    os.link(house.folder / "secrets/slack-token", house.folder / "templates/hard.html.j2")
    (house.folder / "templates/soft.html.j2").symlink_to(house.folder / "secrets/slack-token")
    config = (house.folder / "paperdigest.toml").read_text()
    house.write("paperdigest.toml", config + SLACK)

    held = files_in(backed_up(house).file)

    assert SECRET.encode() not in b"".join(held.values())
    assert not [name for name in held if "templates" in name or "secrets" in name]


def test_the_manifest_names_each_file_with_its_hash(house: House) -> None:
    held = files_in(backed_up(house).file)
    told = json.loads(held.pop("manifest.json"))

    assert {name: file["sha256"] for name, file in told["files"].items()} == {
        name: hashlib.sha256(data).hexdigest() for name, data in held.items()
    }
    assert datetime.fromisoformat(told["made_at"]) == house.now


def test_a_backup_is_private(house: House) -> None:
    file = backed_up(house).file

    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_what_still_stands_in_the_log_is_in_it(house: House, tmp_path: Path) -> None:
    """A copy of the file alone would lack it."""
    with house.app.open_store() as store:
        with store.transaction():
            store.write("INSERT INTO facts (name, value) VALUES ('here', 'yes')")
        made = care.back_up(house.app, store, house.now)[0]

    copied = tmp_path / "copied.db"
    copied.write_bytes(files_in(made.file)["paperdigest.db"])
    with closing(sqlite3.connect(copied)) as conn:
        assert conn.execute("SELECT value FROM facts WHERE name = 'here'").fetchone() == ("yes",)


def test_a_writer_that_never_rests_neither_waits_for_the_copy_nor_makes_it_begin_anew(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_STEP", 50)  # so that a small database takes several steps
    house.drop(
        "much.jsonl", *({"title": f"Map {n}", "abstract": "fold " * 900} for n in range(900))
    )
    house.ingest()
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        with open_store(house.app.database, write=True) as store:
            while not stop.is_set():
                with store.transaction():
                    store.write("INSERT INTO facts VALUES (?, ?)", [f"left {written}", "x" * 9000])
                    store.write("INSERT INTO facts VALUES (?, ?)", [f"right {written}", "x"])
                written += 1

    steps = 0

    def step() -> bool:
        """Let somebody commit between any two steps; a copy that begins anew each time is broken off."""
        nonlocal steps
        steps += 1
        seen = written
        while written == seen and writer.is_alive():
            stop.wait(0.001)
        return steps > 100

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not written:
            stop.wait(0.001)
        before = written
        copying.copy(house.app.database, tmp_path / "copy.db", step)
        during = written - before
    finally:
        stop.set()
        writer.join()

    assert during >= steps > 3  # it went on writing
    copying.check_copy(tmp_path / "copy.db", house.app.database)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as conn:
        counts = [
            conn.execute("SELECT count(*) FROM facts WHERE name LIKE ?", [side]).fetchone()[0]
            for side in ("left %", "right %")
        ]
    assert counts[0] == counts[1]  # one moment, no half transaction
    assert before <= counts[0] <= written


# ------------------------------------------------------------------ where it goes


def test_the_newest_backups_are_kept_and_the_oldest_go(house: House) -> None:
    config = (house.folder / "paperdigest.toml").read_text()
    house.write("paperdigest.toml", config + "[backup]\nkeep = 2\n")
    made = []
    for _ in range(4):
        made.append(backed_up(house))
        house.wait(days=1)

    assert sorted((house.folder / "backups").iterdir()) == [one.file for one in made[2:]]
    assert made[3].removed == (made[1].file.name,)


def test_once_a_clock_was_wrong_the_nightly_backup_is_made_and_stays(house: House) -> None:
    config = (house.folder / "paperdigest.toml").read_text()
    house.write("paperdigest.toml", config + "[backup]\nkeep = 2\n")
    right = house.now
    house.wait(days=800)
    for _ in range(2):
        backed_up(house)
        house.wait(days=1)
    house.now = right

    made = backed_up(house)

    assert made.file.exists()
    assert len(made.removed) == 1


def test_where_none_are_kept_a_backup_by_hand_removes_none(house: House, program: Program) -> None:
    backed_up(house)
    house.wait(days=1)
    backed_up(house)
    older = {path.name for path in (house.folder / "backups").iterdir()}
    config = (house.folder / "paperdigest.toml").read_text()
    house.write("paperdigest.toml", config + "[backup]\nkeep = 0\n")

    told = program("backup", "--json").json

    assert told["removed"] == []
    assert len(older) == 2
    assert older < {path.name for path in (house.folder / "backups").iterdir()}


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("absent/mine.tar.gz", "absent does not exist · make that folder first"),
        ("absent/", "absent does not exist · make that folder first"),
        (
            "usb",
            "usb does not exist · make that folder first, or end the name of a file in .tar.gz",
        ),
        ("paperdigest.toml/mine.tar.gz", "paperdigest.toml is no folder"),
        ("paperdigest.toml/", "paperdigest.toml is no folder"),
    ],
)
def test_a_place_that_is_not_there_is_refused_plainly(
    house: House, program: Program, where: str, said: str
) -> None:
    house.ingest()
    before = set(house.folder.iterdir())

    answer = program("backup", f"{house.folder}/{where}")

    assert answer.code == 2
    assert said in answer.err
    new = set(house.folder.iterdir()) - before
    assert [path for path in new if not path.name.startswith("paperdigest.db-")] == []


def test_a_folder_takes_a_backup_under_a_name_of_its_own(house: House, program: Program) -> None:
    house.ingest()
    (house.folder / "usb").mkdir()

    answer = program("backup", f"{house.folder}/usb/", "--json")

    assert Path(answer.json["file"]).parent == house.folder / "usb"


def test_a_backup_by_name_removes_none_and_overwrites_none(house: House, program: Program) -> None:
    backed_up(house)
    answer = program("backup", str(house.folder / "mine.tar.gz"))
    again = program("backup", str(house.folder / "mine.tar.gz"))

    assert answer.code == 0
    assert again.code == 2
    assert "is there already" in again.err
    assert len(list((house.folder / "backups").iterdir())) == 1


def test_backup_tells_as_json_what_it_made(house: House, program: Program) -> None:
    house.ingest()
    told = program("backup", "--json").json

    assert Path(told["file"]).stat().st_size == told["bytes"]
    assert "config/paperdigest.toml" in told["files"]


def test_without_a_database_there_is_nothing_to_back_up_and_none_is_made(
    house: House, program: Program
) -> None:
    answer = program("backup")

    assert answer.code == 1
    assert "no history yet" in answer.err
    assert not house.app.database.exists()


def test_a_disk_nearly_full_lets_no_backup_begin(house: House) -> None:
    house.ingest()
    house.free = 50_000_000

    with pytest.raises(StoreFull, match="no backup was begun"):
        backed_up(house)

    assert not list((house.folder / "backups").iterdir())


@pytest.mark.parametrize("place", ["backup.copied", "backup.rename"])
def test_a_backup_that_breaks_off_leaves_nothing_that_looks_like_one(
    house: House, place: str
) -> None:
    with broken(f"{place}=raise"), pytest.raises(FailpointReached):
        backed_up(house)

    assert not list((house.folder / "backups").iterdir())


def test_what_a_kill_left_is_swept_away_by_the_next_backup(house: House) -> None:
    (house.folder / "backups/unfinished").mkdir(parents=True)
    (house.folder / "backups/unfinished/paperdigest.db").write_bytes(b"half")
    (house.folder / "backups/.paperdigest-1.tar.gz.unfinished").write_bytes(b"half")

    made = backed_up(house)

    assert list((house.folder / "backups").iterdir()) == [made.file]


def test_a_stop_breaks_a_backup_off(house: House) -> None:
    with house.app.open_store() as store, pytest.raises(copying.Stopped):
        care.back_up(house.app, store, house.now, stop=lambda: True)


# ------------------------------------------------------------------ damage


def damage(database: Path) -> None:
    """Overwrite a page in the middle of a database that nobody has open."""
    size = database.stat().st_size
    with database.open("r+b") as file:
        file.seek(size // 16384 // 2 * 16384)
        file.write(b"\xff" * 16384)


def test_a_damaged_database_gives_no_backup(house: House) -> None:
    house.drop(
        "much.jsonl", *({"title": f"Map {n}", "abstract": "fold " * 400} for n in range(300))
    )
    house.ingest()
    damage(house.app.database)

    with pytest.raises(StoreDamaged, match="paperdigest restore"):
        backed_up(house)

    assert not list((house.folder / "backups").iterdir())


@pytest.mark.parametrize("check", [copying.quick_check, copying.full_check])
def test_a_check_finds_damage_and_says_how_to_restore(
    house: House, check: Callable[[Path], None]
) -> None:
    house.drop(
        "much.jsonl", *({"title": f"Map {n}", "abstract": "fold " * 400} for n in range(300))
    )
    house.ingest()
    check(house.app.database)  # sound
    damage(house.app.database)

    with pytest.raises(StoreDamaged, match=r"is damaged .* paperdigest restore FILE --replace"):
        check(house.app.database)


def test_an_index_that_lacks_what_its_table_holds_is_found_by_the_full_check(house: House) -> None:
    house.drop("one.jsonl", "Folding paper maps again")
    house.ingest()
    with closing(sqlite3.connect(house.app.database)) as conn:
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute(
            "UPDATE sqlite_schema SET sql = sql || ' WHERE at < 0' WHERE name = 'changes_at'"
        )
        conn.commit()

    with pytest.raises(StoreDamaged):
        copying.full_check(house.app.database)


def test_a_full_text_index_that_is_damaged_is_found_in_the_copy(
    house: House, tmp_path: Path
) -> None:
    house.drop("one.jsonl", "Folding paper maps again")
    house.ingest()
    with house.app.open_store() as store:
        house.app.take_into_index(store)
    copying.copy(house.app.database, tmp_path / "copy.db")
    copying.check_copy(tmp_path / "copy.db", house.app.database)
    with closing(sqlite3.connect(tmp_path / "copy.db")) as conn:
        conn.execute("UPDATE search_data SET block = x'00ff00ff00ff' WHERE id > 10")
        conn.commit()

    with pytest.raises(StoreDamaged):
        copying.check_copy(tmp_path / "copy.db", house.app.database)


# ------------------------------------------------------------------ archives from anywhere


def packed(*members: tuple[tarfile.TarInfo, bytes], compress: bool = True) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue()) if compress else out.getvalue()


def named(files: Mapping[str, object], **more: object) -> tuple[tarfile.TarInfo, bytes]:
    told = {
        "format": 1,
        "program": "paperdigest",
        "version": "0",
        "schema": 4,
        "host": "h",
        "made_at": "2026-11-20T03:30:00+00:00",
        "files": files,
    }
    return tarfile.TarInfo("manifest.json"), json.dumps(told | more).encode()


def of(data: bytes) -> dict[str, object]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


DB = b"not a database"
THE_DB = (tarfile.TarInfo("paperdigest.db"), DB)


def link(kind: bytes, name: str = "paperdigest.db") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def long_header() -> bytes:
    """A header that tells a tar reader to take in as much as it says before it looks at any name."""
    info = tarfile.TarInfo("manifest.json")
    info.type, info.size = tarfile.XHDTYPE, 8 * 1024**3 - 1
    return gzip.compress(info.tobuf(tarfile.USTAR_FORMAT) + bytes(10_000))


HOSTILE = {
    "no gzip": b"PK\x03\x04 nothing",
    "empty": b"",
    "no tar": gzip.compress(b"x" * 5000),
    "no manifest": packed(THE_DB),
    "leaves the folder": packed(
        named({"paperdigest.db": of(DB), "config/../../x": of(b"")}), THE_DB
    ),
    "absolute": packed(named({"paperdigest.db": of(DB), "/etc/x": of(b"")}), THE_DB),
    "elsewhere": packed(named({"paperdigest.db": of(DB), "write.lock": of(b"")}), THE_DB),
    "hidden end": packed(
        named({"paperdigest.db": of(DB), "config/templates/a\nb": of(b"")}), THE_DB
    ),
    "same name": packed(
        named(
            {
                "paperdigest.db": of(DB),
                "config/templates/a": of(b""),
                "config/templates/A": of(b""),
            }
        ),
        THE_DB,
    ),
    "a link": packed(named({"paperdigest.db": of(b"")}), (link(tarfile.SYMTYPE), b"")),
    "a hard link": packed(named({"paperdigest.db": of(b"")}), (link(tarfile.LNKTYPE), b"")),
    "a device": packed(named({"paperdigest.db": of(b"")}), (link(tarfile.CHRTYPE), b"")),
    "a folder": packed(named({"paperdigest.db": of(b"")}), (link(tarfile.DIRTYPE), b"")),
    "other name": packed(named({"paperdigest.db": of(DB)}), (tarfile.TarInfo("config/x"), DB)),
    "more than it says": packed(named({"paperdigest.db": of(DB)}), THE_DB, THE_DB),
    "less than it says": packed(
        named({"paperdigest.db": of(DB), "config/x.toml": of(b"")}), THE_DB
    ),
    "cut off": packed(named({"paperdigest.db": of(DB)}), THE_DB)[:-20],
    "changed": packed(named({"paperdigest.db": of(b"x" * len(DB))}), THE_DB),
    "longer": packed(named({"paperdigest.db": of(b"x")}), THE_DB),
    "a long header": long_header(),
    "a config file too large": packed(
        named({"paperdigest.db": of(DB), "config/x.toml": {"bytes": 10**9, "sha256": ""}}), THE_DB
    ),
    "a negative size": packed(named({"paperdigest.db": {"bytes": -1, "sha256": ""}}), THE_DB),
    "another program's": packed(named({"paperdigest.db": of(DB)}, program="other"), THE_DB),
    "a later format": packed(named({"paperdigest.db": of(DB)}, format=2), THE_DB),
    "a deep manifest": packed((tarfile.TarInfo("manifest.json"), b"[" * 100_000), THE_DB),
    "no database in it": packed(named({}), THE_DB),
    "no database at all": packed(named({"paperdigest.db": of(DB)}), THE_DB),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_odd_archive_is_refused_and_changes_nothing(
    house: House, program: Program, name: str
) -> None:
    file = house.folder / "odd.tar.gz"
    file.write_bytes(HOSTILE[name])
    before = sorted(house.folder.rglob("*"))

    answer = program("restore", str(file))

    assert answer.code == 1, answer.err
    assert "nothing was changed" in answer.err
    left = set(house.folder.rglob("*")) - set(before)
    assert {path.name for path in left} <= {"service.lock", "write.lock"}


@pytest.mark.parametrize(
    "name",
    [
        "run.sh",
        ".netrc",
        ".toml",
        ".ssh/authorized_keys",
        "secrets/slack-token",
        "Secrets/x.toml",
        "inbox/1.jsonl",
        "paperdigest.db",
        "subscriptions/ada.sh",
        "subscriptions/.ada.toml",
        "subscriptions/more/ada.toml",
        "topics/.git/config.toml",
        "templates",
        "templates/.git/hooks/post-checkout",
        "Templates/digest.txt.j2",
    ],
)
def test_what_no_backup_holds_is_not_put_back_and_the_archive_is_refused_with_its_name(
    house: House, program: Program, name: str
) -> None:
    file = house.folder / "odd.tar.gz"
    odd = f"config/{name}"
    file.write_bytes(
        packed(
            named({"paperdigest.db": of(DB), odd: of(b"x")}), THE_DB, (tarfile.TarInfo(odd), b"x")
        )
    )

    answer = program("restore", str(file))

    assert answer.code == 1
    assert f"'{odd}' is no name for a file of a backup" in answer.err


def test_an_archive_with_two_main_files_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "two.tar.gz"
    two = {"config/a.toml": of(b""), "config/b.toml": of(b"")}
    file.write_bytes(packed(named({"paperdigest.db": of(DB), **two})))

    with pytest.raises(StoreError, match="it holds two main config files"):
        archive.read_manifest(file)


def test_a_backup_whose_config_was_changed_is_refused(house: House, program: Program) -> None:
    made = backed_up(house)
    held = files_in(made.file)
    held["config/subscriptions/ada.toml"] = held["config/subscriptions/ada.toml"].replace(
        b"outbox", b"outb0x"
    )
    made.file.write_bytes(packed(*((tarfile.TarInfo(name), data) for name, data in held.items())))

    answer = program("restore", str(made.file), "--replace")

    assert answer.code == 1
    assert "config/subscriptions/ada.toml is not what its manifest says" in answer.err


def test_an_archive_that_unpacks_to_more_than_there_is_room_for_is_not_unpacked(
    house: House,
) -> None:
    bomb = {"bytes": 500 * 10**9, "sha256": "0"}
    file = house.folder / "bomb.tar.gz"
    file.write_bytes(packed(named({"paperdigest.db": bomb}), THE_DB))

    with (
        pytest.raises(StoreFull, match="too little room"),
        restore.unpacked(file, house.folder, free=lambda _: 10**9),
    ):
        pass


_NAMES = st.lists(
    st.one_of(
        st.sampled_from(["..", ".", "", "a", "b.toml", "C:", "\\", "/"]), st.text(max_size=5)
    ),
    max_size=5,
).map("/".join)


@given(
    name=st.builds(add, st.sampled_from(["", "templates/", "topics/"]), _NAMES),
    data=st.binary(max_size=2000),
)
@settings(deadline=None)
def test_any_name_that_an_archive_takes_stays_below_its_folder_and_comes_back_whole(
    name: str, data: bytes
) -> None:
    full = archive.CONFIG + name
    if not archive.fits(full):
        return
    with TemporaryDirectory() as folder:
        root = Path(folder, "into")
        root.mkdir()
        told = {archive.DATABASE: DB, full: data}
        members = tuple(archive.measured(each, content) for each, content in told.items())
        made = archive.Manifest("0", 4, "h", datetime(2026, 11, 20, tzinfo=UTC), members)
        archive.write(Path(folder, "it.tar.gz"), made, told)

        assert archive.extract(Path(folder, "it.tar.gz"), root, free=lambda _: 10**9) == made

        found = [path for path in Path(folder).rglob("*") if path.is_file()]
        assert len(found) == 3
        assert (root / full).resolve().is_relative_to(root.resolve())
        assert (root / full).read_bytes() == data


def test_a_member_as_large_as_it_says_is_read_no_further(house: House, tmp_path: Path) -> None:
    """What a gzip stream holds beyond its files is never unpacked."""
    tail = gzip.compress(bytes(50_000_000))
    plain = packed(named({"paperdigest.db": of(DB)}), THE_DB, compress=False)
    file = tmp_path / "tail.tar.gz"
    file.write_bytes(gzip.compress(plain) + tail)
    into = tmp_path / "into"
    into.mkdir()

    archive.extract(file, into, free=lambda _: 10**9)

    assert sum(path.stat().st_size for path in into.rglob("*")) == len(DB)


def test_a_backup_of_a_newer_version_is_refused(house: House, program: Program) -> None:
    house.ingest()
    with closing(sqlite3.connect(house.app.database)) as newer:
        newer.execute("PRAGMA user_version = 99")
    plain = house.app.database.read_bytes()
    file = house.folder / "newer.tar.gz"
    file.write_bytes(
        packed(named({"paperdigest.db": of(plain)}), (tarfile.TarInfo("paperdigest.db"), plain))
    )
    house.app.database.unlink()

    answer = program("restore", str(file))

    assert answer.code == 1
    assert "newer paperdigest (schema 99" in answer.err
    assert not house.app.database.exists()


def test_a_backup_whose_database_is_damaged_is_refused(house: House, program: Program) -> None:
    house.drop(
        "much.jsonl", *({"title": f"Map {n}", "abstract": "fold " * 400} for n in range(300))
    )
    house.ingest()
    house.reload()
    plain = bytearray(house.app.database.read_bytes())
    middle = len(plain) // 16384 // 2 * 16384
    plain[middle : middle + 16384] = b"\xff" * 16384
    file = house.folder / "damaged.tar.gz"
    files = {"paperdigest.db": of(bytes(plain))}
    file.write_bytes(packed(named(files), (tarfile.TarInfo("paperdigest.db"), bytes(plain))))

    answer = program("restore", str(file), "--replace")

    assert answer.code == 1
    assert "the database in it is damaged · nothing was changed, try an older one" in answer.err


def test_a_file_name_too_long_for_an_archive_is_left_out_and_named(
    house: House, program: Program
) -> None:
    house.ingest()
    house.write(f"templates/{'d' * 200}/{'e' * 200}.j2", "x")

    answer = program("backup")

    assert answer.code == 0
    assert "not in it: " in answer.err


def test_reading_a_manifest_says_what_an_archive_is(house: House) -> None:
    made = backed_up(house)
    assert archive.read_manifest(made.file) == made.manifest
    with pytest.raises(UsageError):
        backed_up(house, made.file)


def test_a_folder_of_work_that_is_a_link_is_not_followed(house: House, tmp_path: Path) -> None:
    (house.folder / "backups").mkdir()
    precious = tmp_path / "precious"
    precious.mkdir()
    (house.folder / "backups/unfinished").symlink_to(precious)

    with pytest.raises(StoreError, match="is a link"):
        backed_up(house)

    assert precious.is_dir()
