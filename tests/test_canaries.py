"""The search for secrets finds them: a search that finds nothing would make every other test of secrets pass."""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canaries import found, left_behind

SECRET = "canary-Pä ss/wörd+7%&\"<'\\"
SECRETS = {"password": SECRET}
RAW = SECRET.encode()


@pytest.mark.parametrize(
    "written",
    [
        RAW,
        base64.b64encode(RAW),
        base64.b64encode(b"\0papers\0" + RAW),
        base64.b64encode(b"user=x\x01auth=Bearer " + RAW + b"\x01\x01"),
        base64.urlsafe_b64encode(b"ab" + RAW + b"tail"),
        base64.encodebytes(b"x" * 40 + RAW),
        RAW.hex().upper().encode(),
        quote_plus(SECRET).lower().encode(),
        json.dumps({"a": SECRET}).encode(),
        json.dumps({"a": SECRET}, ensure_ascii=False).encode(),
        repr(SECRET).encode(),
        repr(RAW).encode(),
        SECRET.encode("utf-16"),
        RAW[:9] + b"=\r\n" + RAW[9:],
    ],
)
def test_a_secret_is_found_in_every_form(written: bytes) -> None:
    assert found(SECRETS, [("the log", b"before " + written + b" after")])


@settings(max_examples=60, deadline=None, database=None)
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=8),
    st.binary(),
    st.binary(),
)
def test_a_secret_is_found_inside_of_any_longer_base64(
    secret: str, before: bytes, after: bytes
) -> None:
    written = base64.b64encode(before + secret.encode() + after)
    assert found({"it": secret}, [("the log", written)])


def test_what_is_not_there_is_not_found() -> None:
    assert found(SECRETS, [("the log", b"password=*** canary"), ("empty", b"")]) == []


def test_a_secret_is_found_in_files_their_names_packed_ones_and_databases(tmp_path: Path) -> None:
    name = "canary-7f3a9c2e51"
    (tmp_path / "plain").write_text(f"x{name}")
    (tmp_path / "packed.gz").write_bytes(gzip.compress(name.encode()))
    (tmp_path / f"of-{name}").touch()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "it").write_text(name)
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("CREATE TABLE t (packed BLOB)")
        database.execute("INSERT INTO t VALUES (?)", [zlib.compress(name.encode())])
        database.commit()

    told = found({"it": name}, left_behind(tmp_path, but=["secrets"]))

    assert {one.partition(" in ")[2] for one in told} == {
        "plain",
        "packed.gz, unpacked",
        f"the name of of-{name}",
        "a.db, table t, unpacked",
    }
