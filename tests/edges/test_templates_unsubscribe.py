"""The unsubscribe link in a user's own templates: whole, or not at all. It is one recipient's, and the others get their own
in its place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digests import digest, entry, section
from own_templates import TITLES, own
from paperdigest.core import closing_words
from paperdigest.core.digest import Digest, Marked
from paperdigest.core.subscription import Subscriber
from paperdigest.core.unsubscribe import PATH, in_place_of, link, link_in
from paperdigest.render import Renderer, check, sample_digest
from paperdigest.render.sample import SAMPLE_LINK
from paperdigest.render.unbroken import breaks

MAILS = ("email:ada@example.org", "email:second@example.org")
PAGE = "https://papers.example.org"
FIRST = link(PAGE, 12, MAILS[0], bytes(32))


def linked(given: str = FIRST) -> Digest:
    """Return a digest by mail with this link in it."""
    lines = closing_words.manage(
        Subscriber("ada", deliver=MAILS), MAILS, operator=("email:ops@example.org",), link=given
    )
    return digest(manage=lines)


def page_of(line: str) -> str:
    return f"{TITLES}\n{{% for line in digest.manage %}}{line}\n{{% endfor %}}"


BROKEN = {
    "over two lines": "{{ line|wordwrap(60) }}",
    "over many": "{{ line|wordwrap(5) }}",
    "between two of its letters": "{{ line|list|join(' ') }}",
    "cut in its code": "{{ line[:-4] }}",
    "cut before its code": "{{ line[:-22] }}",
    "in capitals": "{{ line|upper }}",
    "once whole, once not": "{{ line }} {{ line|wordwrap(30) }}",
}
WHOLE = {
    "as it is": "{{ line }}",
    "not shown": "{{ line|truncate(80) }}",
    "left out": "",
    "twice": "{{ line }} {{ line }}",
    "in the middle of a line": "*{{ line }}*",
}
IN_HTML = {
    "for people": "<p>{{ linked(line, mail=true) }}</p>",
    "as any": "<p>{{ linked(line) }}</p>",
}
IN_TEXT = {"wrapped": "{{ line|wrap }}", "narrow": "{{ line|wrap(60) }}"}
PAGES = ("digest.html.j2", "digest.txt.j2")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN)
def test_a_page_that_breaks_the_link_is_made_by_the_shipped_templates(
    tmp_path: Path, name: str, line: str
) -> None:
    given = linked()
    own(tmp_path, name, page_of(line))
    shown, message, fault = Renderer(tmp_path).safely(given)
    assert fault.startswith(f"{tmp_path / name}:1: cuts or breaks the unsubscribe link, ")
    assert (shown, message) == Renderer().render(given)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        *((name, line) for name in PAGES for line in WHOLE.values()),
        *(("digest.html.j2", line) for line in IN_HTML.values()),
        *(("digest.txt.j2", line) for line in IN_TEXT.values()),
    ],
)
def test_a_page_with_the_whole_link_or_none_goes_out_as_it_is(
    tmp_path: Path, name: str, line: str
) -> None:
    given = linked()
    own(tmp_path, name, page_of(line))
    assert Renderer(tmp_path).safely(given)[2] == ""


def test_a_tag_may_not_stand_in_it_either(tmp_path: Path) -> None:
    given = linked()
    own(tmp_path, "digest.html.j2", page_of("{% for c in line %}{{ c }}<wbr>{% endfor %}"))
    assert "breaks the unsubscribe link" in Renderer(tmp_path).safely(given)[2]


def test_a_subject_shows_no_link(tmp_path: Path) -> None:
    given = linked()
    own(tmp_path, "subject.txt.j2", "{{ digest.manage[0][-30:] }}")
    assert "subject.txt.j2:1: shows the unsubscribe link" in Renderer(tmp_path).safely(given)[2]


def test_a_digest_without_a_link_has_none_to_break(tmp_path: Path) -> None:
    own(tmp_path, "digest.txt.j2", page_of("{{ line|wordwrap(20) }}"))
    assert Renderer(tmp_path).safely(digest())[2] == ""


@pytest.mark.parametrize("name", PAGES)
def test_the_check_says_so_before_any_digest_does(tmp_path: Path, name: str) -> None:
    own(tmp_path, name, page_of("{{ line|wordwrap(30) }}"))
    said = [str(problem) for problem in check(tmp_path)]
    assert said[0].startswith(f"{tmp_path / name}:1: cuts or breaks the unsubscribe link, ")


def test_papers_that_speak_of_unsubscribing_break_nothing(tmp_path: Path) -> None:
    given = linked()
    paper = entry(title=Marked("How to unsubscribe: 12 ways"), url=f"{PAGE}{PATH}")
    own(tmp_path, "digest.txt.j2", page_of("{{ line }}"))
    assert Renderer(tmp_path).safely(replace(given, sections=(section(full=(paper,)),)))[2] == ""


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(min_size=32, max_size=32),
    st.integers(1, 340),
    st.sampled_from(["\n", "\r\n  ", " ", "<wbr>", "=\n"]),
)
def test_wherever_it_breaks_no_reader_keeps_the_code_of_another(
    key: bytes, at: int, gap: str
) -> None:
    """What is left in another's mail is what `in_place_of` does not find."""
    first = link(PAGE, 12, MAILS[0], key)
    line = linked(first).manage[0]
    made = f"{line[:at]}{gap}{line[at:]}"
    own_link = link(PAGE, 12, MAILS[1], key)
    code = first.rpartition(".")[2]
    sent = re.sub(r"[\s=]|<wbr>", "", in_place_of(made, first, own_link))
    if code in sent:
        assert breaks("digest.html.j2", made, first)


# ------------------------------------------------------------------ the shipped templates


#: Far too much to say besides papers, of signs that take nine bytes each.
CROWD = tuple(f"{at}: {'图' * 700}" for at in range(50))


@pytest.mark.parametrize("page", [PAGE, f"https://example.org/{'b' * 180}"], ids=["short", "long"])
def test_the_link_stays_whole_on_a_page_that_has_room_for_little(page: str) -> None:
    """The config takes no address of more than 200 characters."""
    first = link(page, 10**17, MAILS[0], bytes(32))
    given = replace(linked(first), notes=CROWD, looked_at=CROWD, dormant=CROWD, footer=CROWD)
    shown, message = Renderer().render(given)
    assert max(map(len, shown.notes)) <= 100
    assert f'href="{first}"' in message.html
    assert first in message.text.split("\n")
    assert message.link == first


def test_a_message_knows_the_link_that_stands_in_it() -> None:
    _, message = Renderer().render(sample_digest())
    assert message.link == SAMPLE_LINK == link_in(sample_digest().manage)
    assert message.as_elsewhere().link == ""


def test_where_a_page_is_only_shown_there_is_no_link() -> None:
    assert link_in((f"To stop these mails, open {PAGE}{PATH}…",)) == ""
