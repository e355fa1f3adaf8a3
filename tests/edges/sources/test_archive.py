"""Unpacking: what gzip, zip and zstd files are taken, and which are refused before they can hurt."""

from __future__ import annotations

import gzip
import io
import lzma
import random
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import at_most
from paperdigest.core.errors import RefusedInput
from paperdigest.sources.archive import unpack

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"\n".join(b"paper %d folds maps" % number for number in range(2000))


def test_a_gzip_file_is_unpacked() -> None:
    assert unpack(gzip.compress(TEXT)) == TEXT


def test_anything_else_comes_back_as_it_is() -> None:
    assert unpack(TEXT) is TEXT


def test_members_one_after_the_other_are_one_text_and_padding_is_none() -> None:
    assert unpack(gzip.compress(TEXT) + gzip.compress(b"more") + b"\0" * 512) == TEXT + b"more"


def test_an_empty_member_is_empty() -> None:
    assert unpack(gzip.compress(b"")) == b""


def test_a_large_file_that_does_not_pack_is_unpacked_in_one_go() -> None:
    data = random.Random(7).randbytes(3_000_000)
    assert unpack(gzip.compress(data)) == data


@pytest.mark.parametrize("cut", [1, 5, 9, 12, 300, 2000])
def test_a_cut_file_is_refused(cut: int) -> None:
    packed = gzip.compress(TEXT)
    with pytest.raises(RefusedInput, match="cut off"):
        unpack(packed[:-cut])


def test_a_damaged_file_is_refused() -> None:
    packed = bytearray(gzip.compress(TEXT))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(RefusedInput, match=r"broken gzip|cut off"):
        unpack(bytes(packed))


def test_something_after_the_end_is_refused() -> None:
    with pytest.raises(RefusedInput, match="something else follows"):
        unpack(gzip.compress(TEXT) + b"tail")


def test_gzip_in_gzip_is_refused() -> None:
    with pytest.raises(RefusedInput, match="inside a gzip file"):
        unpack(gzip.compress(gzip.compress(TEXT)))


def test_a_bomb_is_refused_with_little_memory() -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(60):
            file.write(b"\0" * 1_000_000)
    bomb = packed.getvalue()
    tracemalloc.start()
    with pytest.raises(RefusedInput, match="200 times its size"):
        unpack(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * len(bomb) + 10_000_000


def test_more_than_the_limit_is_refused() -> None:
    with pytest.raises(RefusedInput, match="more than 1 MB"):
        unpack(gzip.compress(random.Random(7).randbytes(1_500_000)), max_bytes=1024 * 1024)


# ------------------------------------------------------------------ zip


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return packed.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_one_file_of_a_zip_archive_is_unpacked(method: int) -> None:
    assert unpack(zipped(("papers.jsonl", TEXT), method=method)) == TEXT


def test_folders_and_what_systems_leave_beside_a_file_do_not_count() -> None:
    packed = zipped(
        ("dump/", b""),
        ("dump/papers.jsonl", TEXT),
        ("__MACOSX/dump/._papers.jsonl", b"mac"),
        ("dump/.DS_Store", b"mac"),
        ("windows\\.hidden", b""),
    )
    assert unpack(packed) == TEXT


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "/etc/passwd", "C:\\x", "a\x00b", "\u202ecsv"]
)
def test_a_name_inside_is_never_a_path(name: str) -> None:
    assert unpack(zipped((name, TEXT))) == TEXT


def test_several_files_are_refused_by_name() -> None:
    with pytest.raises(RefusedInput, match=r"holds 2 files, pack one alone: a\.csv, sub/b\.csv$"):
        unpack(zipped(("a.csv", TEXT), ("sub/b.csv", TEXT)))


def test_of_many_files_the_first_are_named_without_what_cannot_be_seen() -> None:
    files = [(f"{number}\x1b[31m\u202e.csv", b"") for number in range(9)]
    with pytest.raises(RefusedInput) as caught:
        unpack(zipped(*files))
    assert str(caught.value).endswith(
        "alone: " + ", ".join(f"{n}[31m.csv" for n in range(5)) + " and 4 more"
    )


@pytest.mark.parametrize("files", [[], [("dump/", b"")], [(".DS_Store", b"x")]])
def test_a_zip_archive_without_a_file_is_refused(files: list[tuple[str, bytes]]) -> None:
    with pytest.raises(RefusedInput, match="holds no file"):
        unpack(zipped(*files))


def test_an_endless_list_of_files_is_not_even_read() -> None:
    packed = zipped(*((f"{number}", b"") for number in range(1001)))
    with pytest.raises(RefusedInput, match="more than 1,000 files"):
        unpack(packed)


@pytest.mark.parametrize("flag", [0x1, 0x41, 0x2001])
def test_an_encrypted_file_is_refused(flag: int) -> None:
    packed = bytearray(zipped(("papers.jsonl", TEXT)))
    listed = packed.index(b"PK\x01\x02")
    for at in (6, listed + 8):
        struct.pack_into("<H", packed, at, flag)
    with pytest.raises(RefusedInput, match="encrypted"):
        unpack(bytes(packed))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_rare_way_of_packing_is_refused(method: int) -> None:
    """LZMA reserves as much memory as the file says."""
    with pytest.raises(RefusedInput, match="pack it with deflate"):
        unpack(zipped(("papers.jsonl", TEXT), method=method))


def test_a_zip_archive_is_refused_wherever_it_is_cut() -> None:
    packed = zipped(("papers.jsonl", TEXT[:400]))
    for cut in range(4, len(packed)):
        with pytest.raises(RefusedInput, match="cut off or broken"):
            unpack(packed[:cut])


def test_a_damaged_zip_archive_is_refused() -> None:
    packed = bytearray(zipped(("papers.jsonl", TEXT)))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(RefusedInput, match="cut off or broken"):
        unpack(bytes(packed))


def test_a_zip_archive_that_lies_about_the_size_is_refused() -> None:
    packed = bytearray(zipped(("papers.jsonl", TEXT)))
    for at in (22, packed.index(b"PK\x01\x02") + 24):
        struct.pack_into("<I", packed, at, 10)
    with pytest.raises(RefusedInput, match="cut off or broken"):
        unpack(bytes(packed))


# ------------------------------------------------------------------ zstd


def test_a_zstd_file_is_unpacked() -> None:
    assert unpack(zstd.compress(TEXT)) == TEXT


def test_a_zstd_file_without_its_size_is_unpacked() -> None:
    packer = zstd.ZstdCompressor()
    assert unpack(packer.compress(TEXT) + packer.flush()) == TEXT


def test_frames_one_after_the_other_are_one_text_and_skipped_ones_are_none() -> None:
    skipped = b"\x51\x2a\x4d\x18" + struct.pack("<I", 3) + b"abc"
    assert (
        unpack(skipped + zstd.compress(TEXT) + skipped + zstd.compress(b"more")) == TEXT + b"more"
    )


def test_a_frame_that_does_not_pack_is_unpacked_in_one_go() -> None:
    data = random.Random(7).randbytes(3_000_000)
    assert unpack(zstd.compress(data)) == data


def test_a_zstd_file_is_refused_wherever_it_is_cut() -> None:
    packed = zstd.compress(TEXT[:400])
    for cut in range(4, len(packed)):
        with pytest.raises(RefusedInput, match="the zstd file is cut off"):
            unpack(packed[:cut])


def test_a_second_frame_that_is_cut_refuses_the_file() -> None:
    with pytest.raises(RefusedInput, match="cut off"):
        unpack(zstd.compress(TEXT) + zstd.compress(b"more")[:-2])


def test_a_damaged_zstd_file_is_refused() -> None:
    packed = bytearray(zstd.compress(TEXT, options={zstd.CompressionParameter.checksum_flag: 1}))
    packed[-1] ^= 0xFF
    with pytest.raises(RefusedInput, match="broken zstd file"):
        unpack(bytes(packed))


def test_something_after_the_last_frame_is_refused() -> None:
    with pytest.raises(RefusedInput, match="broken zstd file: something else follows"):
        unpack(zstd.compress(TEXT) + b"tail")


def test_a_frame_that_asks_for_more_memory_than_usual_is_refused() -> None:
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 28})
    with pytest.raises(RefusedInput, match="too much memory"):
        unpack(packer.compress(TEXT) + packer.flush())


# ------------------------------------------------------------------ all of them

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zip": lambda data: zipped(("papers.jsonl", data)),
    "zstd": zstd.compress,
}
every_kind = pytest.mark.parametrize("kind", PACKERS)


@every_kind
@pytest.mark.parametrize("within", PACKERS)
def test_only_one_layer_is_unpacked(kind: str, within: str) -> None:
    with pytest.raises(RefusedInput, match=f"a {within} file inside a {kind} file"):
        unpack(PACKERS[kind](PACKERS[within](TEXT)))


@every_kind
def test_a_bomb_of_any_kind_is_refused_with_little_memory(kind: str) -> None:
    bomb = PACKERS[kind](b"\0" * 60_000_000)
    tracemalloc.start()
    with pytest.raises(RefusedInput, match="200 times its size"):
        unpack(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * len(bomb) + 10_000_000


@every_kind
def test_more_than_the_limit_is_refused_whatever_packed_it(kind: str) -> None:
    packed = PACKERS[kind](random.Random(7).randbytes(1_500_000))
    with pytest.raises(RefusedInput, match="more than 1 MB"):
        unpack(packed, max_bytes=1024 * 1024)


@pytest.mark.parametrize(
    "part", [gzip.compress(b"", mtime=0), zstd.compress(b""), b"P*M\x18" + b"\0" * 4]
)
def test_a_file_of_nothing_but_empty_parts_costs_little_time(part: bytes) -> None:
    with at_most(30), pytest.raises(RefusedInput, match="more than 100,000 parts"):
        unpack(part * 1_000_000)


@pytest.mark.parametrize(
    "data", [lzma.compress(TEXT), b"", b"(", b"P", b"PK", b"Plain text", b"\x28\xb5"]
)
def test_what_only_looks_a_little_like_it_comes_back_as_it_is(data: bytes) -> None:
    assert unpack(data) is data


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(sorted(PACKERS)),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4),
    st.binary(max_size=8),
)
def test_any_damage_is_refused_or_harmless(
    kind: str, changes: list[tuple[int, int]], tail: bytes
) -> None:
    packed = bytearray(PACKERS[kind](TEXT[:300]))
    for place, value in changes:
        packed[place % len(packed)] = value
    with suppress(RefusedInput):
        unpack(bytes(packed) + tail)


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from([b"\x1f\x8b\x08", b"PK\x03\x04", b"PK\x05\x06", b"\x28\xb5\x2f\xfd"]),
    st.binary(),
)
def test_any_bytes_after_the_magic_ones_are_refused_or_harmless(magic: bytes, data: bytes) -> None:
    with suppress(RefusedInput):
        unpack(magic + data)


def test_the_zstd_program_agrees(tmp_path_factory: pytest.TempPathFactory) -> None:
    packed = tmp_path_factory.mktemp("zstd") / "papers.zst"
    try:
        made = subprocess.run(
            ["zstd", "-q", "-19", "--long=27", "-o", packed], input=TEXT, check=False
        )
    except FileNotFoundError:
        pytest.skip("the zstd program is not installed")
    assert made.returncode == 0
    assert unpack(packed.read_bytes()) == TEXT
