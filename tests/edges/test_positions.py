from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.config.positions import Path, positions

TEXT = """\
# a note = "not a key"
a = 1
b.c."d e" = "x"   # dotted
list = [ "one", 2,
  # [ in a note
  ["deep"], { k = "v", 'l' = [true] } ]

[ table . 'in ner' ]
key = 'C:\\path'

[[row]]
name = "first"
[row.sub]
x = 1
[[row.topic]]
t = "1"
[[row]]
name = "second"
[[row.topic]]
t = "2"
[[row.topic]]
t = "3"
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("a",), (2, 5)),
        (("b", "c", "d e"), (3, 13)),
        (("list",), (4, 8)),
        (("list", 0), (4, 10)),
        (("list", 1), (4, 17)),
        (("list", 2, 0), (6, 4)),
        (("list", 3, "k"), (6, 19)),
        (("list", 3, "l", 0), (6, 31)),
        (("table", "in ner", "key"), (9, 7)),
        (("row", 0, "name"), (12, 8)),
        (("row", 0, "sub", "x"), (14, 5)),
        (("row", 0, "topic", 0, "t"), (16, 5)),
        (("row", 1, "name"), (18, 8)),
        (("row", 1, "topic", 1, "t"), (22, 5)),
    ],
)
def test_value_is_found_where_it_begins(path: Path, place: tuple[int, int]) -> None:
    assert positions(TEXT).value(path) == place


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("a",), (2, 1)),
        (("b", "c"), (3, 3)),
        (("list", 3, "l"), (6, 24)),
        (("table",), (8, 3)),
        (("table", "in ner"), (8, 11)),
        (("row",), (11, 3)),
    ],
)
def test_key_is_found_where_it_is_written(path: Path, place: tuple[int, int]) -> None:
    assert positions(TEXT).key(path) == place


def test_table_is_found_at_its_heading_or_brace() -> None:
    found = positions(TEXT)
    assert found.table(("row", 1)) == (17, 1)
    assert found.table(("row", 1, "topic", 1)) == (21, 1)
    assert found.table(("list", 3)) == (6, 13)


def test_what_is_not_there_is_placed_at_the_nearest_thing_around_it() -> None:
    assert positions(TEXT).value(("row", 1, "missing", 3)) == (17, 1)


@pytest.mark.parametrize(
    ("text", "index", "place"),
    [
        ('k = "abc"', 2, (1, 8)),
        ("k = 'abc'", 0, (1, 6)),
        (r'k = "a\tb\u00e9c"', 2, (1, 9)),
        (r'k = "a\tb\u00e9c"', 4, (1, 16)),
        ('k = """\nabc"""', 1, (2, 2)),
        ("k = '''\r\nab\r\ncd'''", 3, (3, 1)),
        ('k = """a\\\n   b"""', 1, (2, 4)),
        ('k = """a""""', 1, (1, 9)),
        ('k = "abc"', 3, (1, 9)),
        ('k = "abc"', 99, (1, 9)),
        ('k = ""', 0, (1, 6)),
    ],
)
def test_character_inside_a_text_is_found(text: str, index: int, place: tuple[int, int]) -> None:
    tomllib.loads(text)
    assert positions(text).value(("k",), index) == place


@pytest.mark.parametrize(
    "text", ["", "[", "a", "a =", "a = [", 'a = "', "[[x]", "= 1", "a = {b", "[" * 5000]
)
def test_text_that_is_no_toml_ends_quietly(text: str) -> None:
    positions(text)


def test_twice_written_key_is_known() -> None:
    (twin,) = positions("a = 1\nb = 2\na = 3\n").twins
    assert (twin.path, twin.offset, twin.first) == (("a",), 12, 0)


# -- a general rule: at every place lies the value that tomllib read from there

_KEYS = st.one_of(
    st.text("abc-_1", min_size=1, max_size=4),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=4),
)
_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
_VALUES = st.recursive(
    st.one_of(st.integers(-99, 99), st.booleans(), _TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=8,
)


def _quoted(text: str) -> str:
    return (
        '"'
        + "".join(
            f"\\U{ord(sign):08x}" if ord(sign) < 32 or sign in '"\\\x7f' else sign for sign in text
        )
        + '"'
    )


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{_quoted(key)} = {_written(item)}" for key, item in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[ # note ]\n" + ",\n ".join(map(_written, value)) + "]"
    if isinstance(value, str) and "'" not in value and value.isprintable():
        return f"'{value}'"
    return _quoted(value) if isinstance(value, str) else str(value)


def _leaves(value: Any, path: Path = ()) -> Any:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in pairs:
        yield (*path, key), item
        if isinstance(item, (dict, list)):
            yield from _leaves(item, (*path, key))


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(_KEYS, st.dictionaries(_KEYS, _VALUES, max_size=3), max_size=3))
def test_every_value_lies_where_it_is_said_to(data: dict[str, dict[str, Any]]) -> None:
    lines = []
    for heading, table in data.items():
        lines.append(f"[ {_quoted(heading)} ] # ]")
        lines += [f"{_quoted(key)}={_written(value)} # '" for key, value in table.items()]
    text = "\n".join(lines)
    assert tomllib.loads(text) == data
    found = positions(text)
    rows = text.split("\n")
    for path, value in _leaves(data):
        if len(path) < 2:
            continue
        line, column = found.value(path)
        rest = "\n".join([rows[line - 1][column - 1 :], *rows[line:]])
        assert rest.startswith(_written(value))


@settings(deadline=None, max_examples=60)
@given(_TEXTS.filter(bool), st.data())
def test_every_character_lies_where_it_is_said_to(text: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text) - 1))
    written = "key = " + _quoted(text)
    line, column = positions(written).value(("key",), index)
    assert line == 1
    assert tomllib.loads('k = "' + written[column - 1 :])["k"] == text[index:]
