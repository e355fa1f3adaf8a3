"""Unpacking: what gzip files are taken, and which are refused before they can hurt."""

from __future__ import annotations

import gzip
import io
import random
import tracemalloc

import pytest

from paperdigest.core.errors import RefusedInput
from paperdigest.sources.archive import unpack

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
