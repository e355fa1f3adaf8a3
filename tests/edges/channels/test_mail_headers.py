"""The header of a mail, whatever its texts are: which fields, how long their lines, and what is read back."""

from __future__ import annotations

import email
import email.policy
import re
from email.header import decode_header, make_header

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail_corpus import ATTACKS, FIELDS, KEY, Letter, read_names, titles, written
from paperdigest.channels.mail_address import ascii_address
from paperdigest.channels.mail_headers import one_line, text_field

LONG_HOST = ".".join([*["x" * 60] * 3, "y" * 50, "example.org"])
# RFC 5322 section 3.6.4, without what is obsolete or in brackets.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MESSAGE_ID = re.compile(rf"<{_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})*>")
_LONGEST_LIST_ID = 255  # RFC 2919
ANY_TEXT = st.text(
    st.one_of(st.sampled_from('ab =?_"<>,:;()\\\t\r\n\0\x85\u2028é—多🎉\ud800'), st.characters()),
    max_size=200,
)
LABEL = st.from_regex(r"[a-z0-9_](?:[a-z0-9_-]{0,20}[a-z0-9_])?", fullmatch=True)
HOSTS = st.one_of(
    st.lists(LABEL, min_size=1, max_size=6).map(".".join),
    st.sampled_from(["[192.0.2.1]", "[IPv6:2001:db8::1]", "bücher.example", LONG_HOST]),
)


def head(data: bytes) -> dict[str, str]:
    """Return the fields as they stand there, unfolded."""
    text = data.partition(b"\r\n\r\n")[0].decode("ascii")
    unfolded = re.sub(r"\r\n(?=[ \t])", "", text)
    return dict(line.split(":", 1) for line in unfolded.split("\r\n"))


def sound(data: bytes) -> None:
    """Every message: the fields meant, 7-bit, CRLF, no line over 78 but one that is a single word."""
    assert read_names(data) == list(FIELDS)
    assert data.isascii()
    lines = data.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line or b"\0" in line for line in lines)
    for line in lines:
        assert len(line) <= 78 or (len(line) <= 998 and len(line.split()) == 1), line


@pytest.mark.parametrize("place", ["subject", "list_name", "sender_name", "reply_name", "key"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_writes_a_field_of_its_own(attack: str, place: str) -> None:
    sound(written({place: attack}))


@pytest.mark.parametrize("name", ['" ' * 29 + "x", "\\" * 60, ", " * 30 + "."])
def test_a_name_full_of_quotes_keeps_its_lines_short(name: str) -> None:
    data = written({"sender_name": name, "reply_name": name})
    sound(data)
    # By the older parser: the newer one puts a blank between the encoded words of a name.
    shown = [
        str(make_header(decode_header(head(data)[field].strip()))) for field in ("From", "Reply-To")
    ]
    assert [one.rpartition(" <")[0].rstrip() for one in shown] == [name] * 2


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_ends_its_part_of_the_message(attack: str) -> None:
    data = written({"text": attack, "html": attack})
    sound(data)
    read = email.message_from_bytes(data)
    assert [part.get_content_type() for part in read.walk()][1:] == ["text/plain", "text/html"]
    assert data.count(f"--=_pd_{KEY}".encode()) == 3


@settings(max_examples=300, deadline=None, database=None)
@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("subject", "list_name", "sender_name", "reply_name", "text", "html", "key"), ANY_TEXT
        ),
    ),
    HOSTS,
)
def test_any_message_is_sound_and_made_twice_the_same(letter: Letter, host: str) -> None:
    letter = letter | {"sender": ascii_address(f"papers@{host}")}
    data = written(letter)
    sound(data)
    assert written(letter) == data


@settings(max_examples=300, deadline=None, database=None)
@given(st.one_of(ANY_TEXT, st.from_regex(r"[A-Za-z0-9_.-]{1,45}", fullmatch=True)), HOSTS)
def test_a_message_id_is_one_that_every_program_can_read(key: str, host: str) -> None:
    letter = {"key": key, "sender": ascii_address(f"papers@{host}")}
    found = head(written(letter))["Message-ID"].strip()
    assert _MESSAGE_ID.fullmatch(found)
    assert head(written(letter))["Message-ID"].strip() == found


def test_ten_thousand_subjects_of_every_alphabet_come_back() -> None:
    for title in titles(10_000, seed=2):
        field = text_field("Subject", title)
        assert max(map(len, field.split("\r\n"))) <= 76
        data = f"{field}\r\n\r\n".encode("ascii")
        wanted = one_line(title)
        if not wanted.strip():
            continue
        assert email.message_from_bytes(data, policy=email.policy.default)["Subject"] == wanted
        # The older parser, which mail programs are modelled on, leaves the folding in.
        older = str(make_header(decode_header(email.message_from_bytes(data)["Subject"])))
        assert older.replace("\r\n", "") == wanted


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nb", "a b"),
        ("a\x0bb\x0cc", "a b c"),
        ("a\x85b\u2028c\u2029d", "a b c d"),
        ("a\tb", "a b"),
        ("a\0b\x1bc\x7fd\x9fe", "abcde"),
        ("\ud83d a \udc00", "\ufffd a \ufffd"),
        ("\u202eabc\u2066", "abc"),
        ("👩‍👩‍👧‍👦 e\u0301 \u200fשלום", "👩‍👩‍👧‍👦 e\u0301 \u200fשלום"),
    ],
)
def test_a_text_is_one_clean_line_and_keeps_its_letters(text: str, line: str) -> None:
    assert one_line(text) == line


# ------------------------------------------------------------------ fields of lists


LONG: tuple[Letter, ...] = (
    {"sender": f"papers@{LONG_HOST}"},
    {"sender": f"papers@{LONG_HOST}", "list_name": "a-" * 30},
    {"reply_to": f"ops@{LONG_HOST}"},
    {"reply_to": f"{'%' * 64}@{LONG_HOST[-180:]}", "list_name": "多模态" * 20},
    {"list_name": "=?utf-8?q?=0ABcc:_x?=" * 20},
)


@pytest.mark.parametrize("letter", LONG)
def test_a_field_of_a_list_is_folded_between_its_items_and_never_encoded(letter: Letter) -> None:
    data = written(letter)
    sound(data)
    lists = {name: value for name, value in head(data).items() if name.startswith("List-")}
    assert set(lists) == {"List-Id", "List-Unsubscribe"}
    for value in lists.values():
        assert "=?" not in value
        # What was unfolded holds blanks only where items part: nothing was cut.
        assert all(re.fullmatch(r"<[!-;=?-~]+>,?", item) for item in value.split())


@pytest.mark.parametrize("letter", LONG)
def test_the_id_of_a_list_is_never_longer_than_it_may_be(letter: Letter) -> None:
    found = head(written(letter))["List-Id"].strip(" <>")
    assert len(found) <= _LONGEST_LIST_ID
    assert ".paperdigest." in found
    assert found.endswith(".example.org")


def test_the_id_of_a_list_is_the_same_with_every_message() -> None:
    first, second = (
        head(written({"subject": subject, "key": key, "list_name": "Ada 多"}))["List-Id"]
        for subject, key in (("One", "a"), ("Two", "b"))
    )
    assert first == second
