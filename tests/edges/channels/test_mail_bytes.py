"""The bytes of a mail: read back by the standard library they say what was put in, and nothing else."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW
from contracts import message
from mail_corpus import FIELDS, KEY
from paperdigest.channels.email import EmailChannel
from paperdigest.channels.mail_address import ascii_address, parse_mailbox
from paperdigest.channels.mail_bytes import unpack
from paperdigest.channels.mail_headers import mailbox_field, one_line, text_field
from paperdigest.core.ports import Refused
from paperdigest.core.unsubscribe import Unsubscribe

CHANNEL = EmailChannel(
    host="localhost",
    tls="none",
    auth="none",
    sender="Papers <papers@example.org>",
    reply_to="Ops <ops@example.org>",
)
HOSTILE = (
    "plain =?UTF-8?Q?=0ABcc:_x@y.z?= tail",
    "=?utf-8?b?DQpCY2M6IHhAeS56?=",
    "a\r\nBcc: x@y.z",
    "a\nBcc: x@y.z\n\nbody",
    "a\x00b\x0bc\x85d\u2028Bcc: e",
    "<script>alert(1)</script> <!channel> <@U1>",
    "\ud800 lone \udfff",
    "\u202egnp.exe",
    " leading, double  and trailing ",
    "x" * 500,
    "é" * 500,
    "👩‍👩‍👧‍👦" * 60,
    "मल्टीमॉडल 多模态 متعدد الوسائط Πολυτροπικά мультимодальный 멀티모달",
    "",
    " ",
    "=",
    "?=",
    "a" * 60 + " " + "b" * 60,
)
# Letters of every alphabet, blanks, and the signs that mean something in a header.
ALPHABET = st.one_of(st.sampled_from('ab =?_"<>,:;()\\\t\r\n\x00é—多🎉'), st.characters())


def mail(**over: object) -> bytes:
    (part,) = CHANNEL.prepare(message(**over), "ada@example.org", key=KEY, at=NOW)  # type: ignore[arg-type]  # any form
    return unpack(part.payload)[1]


def parsed(data: bytes) -> EmailMessage:
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def bodies(data: bytes) -> list[str]:
    return [
        part.get_payload(decode=True).decode()  # type: ignore[union-attr]  # leaves only
        for part in parsed(data).iter_parts()
    ]


def check(data: bytes) -> None:
    """Every message: the fields meant, 7-bit, CRLF, short lines."""
    assert [name for name, _ in email.message_from_bytes(data).raw_items()] == list(FIELDS)
    assert data.isascii()
    lines = data.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 78


def test_the_header_is_what_other_programs_look_for() -> None:
    head = mail().partition(b"\r\n\r\n")[0].decode()
    assert head.split("\r\n") == [
        "From: Papers <papers@example.org>",
        "To: ada@example.org",
        "Subject: 3 new papers: Maps",
        "Date: Fri, 20 Nov 2026 09:30:00 +0000",
        f"Message-ID: <pd.{KEY}@example.org>",
        "List-Id: <ada.paperdigest.example.org>",
        "List-Unsubscribe: <mailto:ops@example.org?subject=unsubscribe%20ada>",
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
        "Reply-To: Ops <ops@example.org>",
        "MIME-Version: 1.0",
        "Content-Type: multipart/alternative;",
        f' boundary="=_pd_{KEY}"',
    ]


def test_a_shared_list_offers_no_unsubscribe_link() -> None:
    names = list(email.message_from_bytes(mail(shared=True)).keys())
    assert names == [name for name in FIELDS if name != "List-Unsubscribe"]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_only_a_title(title: str) -> None:
    data = mail(subject=title, text=title, html=f"<p>{title}</p>", list_name=title)
    check(data)
    assert parsed(data)["Subject"] == one_line(title).strip(" " if not title.strip() else "")
    assert parsed(data).defects == []


@settings(max_examples=1000, deadline=None, database=None)
@given(st.text(ALPHABET, max_size=120))
def test_every_subject_comes_back_as_it_was(title: str) -> None:
    # Only the field: a whole message a thousand times over would take long.
    field = text_field("Subject", title)
    assert max(map(len, field.split("\r\n"))) <= 78
    data = f"{field}\r\n\r\n".encode("ascii")
    assert email.message_from_bytes(data).keys() == ["Subject"]
    wanted = one_line(title)
    if wanted.strip():
        assert parsed(data)["Subject"] == wanted
        # The older parser, which mail programs are modelled on, leaves the folding in.
        older = str(make_header(decode_header(email.message_from_bytes(data)["Subject"])))
        assert older.replace("\r\n", "") == wanted


@settings(max_examples=100, deadline=None, database=None)
@given(
    st.text(ALPHABET, max_size=300),
    st.lists(
        st.sampled_from(["é", " ", "\t", "=", ".", "\n", "From ", "x" * 75, "ab"]), max_size=60
    ),
)
def test_every_body_comes_back_as_it_was(html: str, pieces: list[str]) -> None:
    text = "".join(pieces)
    data = mail(text=text, html=html)
    check(data)

    def plain(body: str) -> str:
        # Line ends are CRLF on the way; half characters have no UTF-8.
        body = body.replace("\r\n", "\n").replace("\r", "\n")
        return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in body)

    assert [body.replace("\r\n", "\n") for body in bodies(data)] == [plain(text), plain(html)]


def test_the_same_digest_makes_the_same_bytes() -> None:
    assert mail() == mail()


def test_another_key_makes_another_message_id_and_boundary() -> None:
    (part,) = CHANNEL.prepare(message(), "ada@example.org", key="f" * 24, at=NOW)
    assert KEY.encode() not in part.payload


@pytest.mark.parametrize("key", ["", "a" * 200, "a b", "x\r\nBcc: y", "ключ", "a..b", "\ud800"])
def test_any_key_makes_a_sound_message(key: str) -> None:
    (part,) = CHANNEL.prepare(message(), "ada@example.org", key=key, at=NOW)
    data = unpack(part.payload)[1]
    check(data)
    assert bodies(data) == [
        message().text.replace("\n", "\r\n"),
        message().html.replace("\n", "\r\n"),
    ]


def test_the_date_is_the_same_instant_from_any_zone() -> None:
    from zoneinfo import ZoneInfo

    (part,) = CHANNEL.prepare(
        message(), "a@b.org", key=KEY, at=NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    )
    assert b"Date: Fri, 20 Nov 2026 09:30:00 +0000" in part.payload


def test_the_letter_names_the_reader_as_commands_do() -> None:
    head = fields_of(mail(list_name="Ada.Lovelace_2"))
    assert head["List-Unsubscribe"].strip() == (
        "<mailto:ops@example.org?subject=unsubscribe%20Ada.Lovelace_2>"
    )


def test_a_recipient_finds_their_own_link_in_the_place_of_the_first_ones() -> None:
    first, own = (LEAVE.link(f"email:{one}@example.org") for one in ("ada", "second"))
    text, html = f"Or open {first}\n", f'<a href="{first}">x</a>'
    told = message(text=text, html=html, link=first, unsubscribe=LEAVE)
    (part,) = CHANNEL.prepare(told, "second@example.org", key=KEY, at=NOW)
    for body in bodies(unpack(part.payload)[1]):
        assert own in body
        assert first not in body


def test_a_long_unsubscribe_address_is_never_cut_or_encoded() -> None:
    address = "unsubscribe." + "x" * 48 + "@lists." + "y" * 60 + ".example.org"
    channel = EmailChannel(
        host="localhost", tls="none", auth="none", sender="a@b.org", reply_to=address
    )
    (part,) = channel.prepare(message(), "a@b.org", key=KEY, at=NOW)
    assert f"<mailto:{address}?subject=unsubscribe>".encode() in part.payload


@pytest.mark.parametrize(
    "display",
    ["Pápers", 'P. "Q" Papers', "Papers, Inc.", "=?utf-8?q?x?=", "多模态" * 4, "a\r\nBcc: x@y.z"],
)
def test_any_display_name_leaves_one_address(display: str) -> None:
    field = mailbox_field("From", display, "papers@example.org")
    read = email.message_from_bytes(f"{field}\r\n\r\n".encode("ascii"), policy=email.policy.default)
    (found,) = read["From"].addresses
    assert list(read.keys()) == ["From"]
    assert found.addr_spec == "papers@example.org"
    assert found.display_name == one_line(display)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "a b@example.org",
        "ada@example.org>\r\nRCPT TO:<x@y.z",
        "ada@exa mple.org",
        "ada@-example.org",
        "ada..b@example.org",
        "Ada <ada@example.org>",
        "ada@example.org,bo@example.org",
        "ädä@example.org",
        "a" * 65 + "@example.org",
        "a@" + "b." * 130 + "org",
        "ada@\ud800.org",
        "ada@[999.1.1.1]",
        "ada@[١.١.١.١]",
        "ada@[IPv6:::.]",
        "ada@straße.example",  # an older rule makes it strasse.example, which is another's
        "ada@exam\u00adple.org",
    ],
)
def test_an_address_that_is_none_is_refused_when_sent(address: str) -> None:
    (part,) = CHANNEL.prepare(message(), address, key=KEY, at=NOW)
    assert isinstance(CHANNEL.send(part), Refused)


def test_a_domain_in_any_alphabet_is_written_in_ascii() -> None:
    assert ascii_address("ada@bücher.example") == "ada@xn--bcher-kva.example"


def test_a_quoted_display_name_loses_its_quotes() -> None:
    assert parse_mailbox(r'"P. \"Q\" X" <p@example.org>').name == 'P. "Q" X'


def test_a_time_in_any_year_has_an_english_date() -> None:
    at = datetime(2027, 3, 1, tzinfo=UTC)
    (part,) = CHANNEL.prepare(message(), "a@b.org", key=KEY, at=at)
    assert b"Date: Mon, 01 Mar 2027 00:00:00 +0000" in part.payload


# ------------------------------------------------------------------ unsubscribing by one click (RFC 8058)


LEAVE = Unsubscribe("https://papers.example.org", 12, bytes(32))
ONE_CLICK = LEAVE.link("email:ada@example.org")


def fields_of(data: bytes) -> dict[str, str]:
    """Return the fields as they stand, line ends and all."""
    return dict(email.message_from_bytes(data, policy=email.policy.compat32).raw_items())


def test_with_a_page_the_header_offers_one_click_first_and_a_letter_second() -> None:
    found = fields_of(mail(unsubscribe=LEAVE))
    assert found["List-Unsubscribe"].replace("\r\n", "").strip() == (
        f"<{ONE_CLICK}>, <mailto:ops@example.org?subject=unsubscribe%20ada>"
    )
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_fields_for_one_click_stand_together_once_each() -> None:
    at = FIELDS.index("List-Unsubscribe") + 1
    names = list(email.message_from_bytes(mail(unsubscribe=LEAVE)).keys())
    assert names == [*FIELDS[:at], "List-Unsubscribe-Post", *FIELDS[at:]]


def test_without_a_page_nothing_promises_one_click() -> None:
    assert "List-Unsubscribe-Post" not in fields_of(mail())


def test_a_shared_list_offers_no_one_click() -> None:
    assert b"nsubscribe" not in mail(shared=True, unsubscribe=LEAVE)


def test_the_link_is_for_the_target_as_the_config_writes_it() -> None:
    """The address in the envelope is another for a host with umlauts: that one is not in the config."""
    (part,) = CHANNEL.prepare(message(unsubscribe=LEAVE), "ada@bücher.example", key=KEY, at=NOW)
    assert LEAVE.link("email:ada@bücher.example").encode() in part.payload


@given(st.integers(1, 10**17), st.text(st.sampled_from("abc/-~%2é.?=_"), max_size=170))
def test_a_link_is_never_folded_or_encoded(id_: int, path: str) -> None:
    page = "https://papers.example.org/" + path.encode("ascii", "ignore").decode()
    leave = Unsubscribe(page, id_, bytes(32))
    data = mail(unsubscribe=leave)
    assert f"<{leave.link('email:ada@example.org')}>,\r\n".encode() in data
    assert b"=?" not in data.partition(b"\r\nList-Unsubscribe: ")[2].partition(b"Auto-Submitted")[0]


@pytest.mark.parametrize("page", ["https://a> <b", "https://a\r\nBcc: x", "http://a", "https://ä"])
def test_a_page_that_cannot_stand_in_a_header_makes_no_mail(page: str) -> None:
    with pytest.raises(RuntimeError, match="cannot stand in a mail header"):
        mail(unsubscribe=Unsubscribe(page, 1, bytes(32)))
