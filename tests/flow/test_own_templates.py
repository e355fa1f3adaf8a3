"""A template of the user's that is wrong never costs a digest: the shipped ones make it, whole, in the same round, and the
operator is told where the mistake is, again while it lasts, and when it is over.
"""

from __future__ import annotations

import json
import logging
import signal
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from house import ADA, CONFIG, House
from own_templates import MARK, TITLES
from paperdigest.failpoints import FailpointReached
from paperdigest.failpoints import broken as broken_at
from paperdigest.render.mark import mark_of
from paperdigest.rounds import AppRounds
from paperdigest.store import facts
from program import Program, Said
from running import PATIENCE, eventually, said, service

OPERATED = 'operator = "file:ops"\n' + CONFIG
ZOE = ADA.replace("file:outbox", "file:of-zoe")
FAILS_FOR_ZOE = (
    "Mine\n{% if digest.subscriber == 'zoe' %}{{ digest.nothing_such }}{% endif %}" + TITLES
)
MINE = f"Mine {TITLES}"
#: What no sample shows: templates are tried before they are put to work.
ONLY_FOR_ZOE = "{%% if digest.subscriber == 'zoe' %%}%s{%% endif %%}Mine %s"
MISTAKES = {
    "a name that is not there": "{{ digest.nothing_such }}",
    "None and a number": "{{ digest.sections[0].full[0].votes + 1 }}",
    "a loop without an end": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "too long a text": "{{ 'x' * 10**9 }}",
    "a template that takes itself in": "{% include 'digest.txt.j2' %}",
    "a part that is not there": "{% include 'nothing.j2' %}",
}


def write(house: House, name: str, text: str) -> None:
    """Write beneath whatever runs over the house."""
    path = house.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def page_of(house: House, target: str, name: str = "digest.txt") -> str:
    """Return the newest page in a folder."""
    pages = (house.folder / target).glob(f"*/{name}")
    return max(pages, key=lambda page: page.stat().st_mtime_ns).read_text(encoding="utf-8")


def told(house: House) -> list[str]:
    """Return what the operator was told, title and lines, oldest first."""
    pages = (house.folder / "ops").glob("*/digest.json")
    oldest = sorted(pages, key=lambda page: page.stat().st_mtime_ns)
    words = [json.loads(page.read_text(encoding="utf-8")) for page in oldest]
    return ["\n".join((word["title"], *word["notes"])) for word in words]


@pytest.fixture
def two(house: House) -> House:
    """Return a house of ada and zoe with an operator."""
    house.write("paperdigest.toml", OPERATED)
    house.write("subscriptions/zoe.toml", ZOE)
    return house


@pytest.fixture
def once(two: House, program: Program) -> Once:
    return Once(two, program)


class Once:
    """`run --once` at the house's time, with a new paper each."""

    def __init__(self, house: House, program: Program) -> None:
        self.house, self.program = house, program
        self._dumps = 0

    def __call__(self, *args: str, title: str = "") -> Said:
        self._dumps += 1
        self.house.drop(f"{self._dumps}.jsonl", title or f"A paper map number {self._dumps}")
        said = self.program("run", "--once", "--now", self.house.now.isoformat(), *args)
        self.house.wait(days=1)
        return said


# ------------------------------------------------------------------ one digest alone


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_the_digest_goes_out_by_the_shipped_templates(
    two: House, program: Program, mistake: str
) -> None:
    write(two, "templates/digest.txt.j2", ONLY_FOR_ZOE % (mistake, TITLES))
    write(two, "templates/subject.txt.j2", "My subject")
    two.drop("a.jsonl", "Folding a paper map")
    assert program("run", "--once", "--now", two.now.isoformat()).code == 4

    assert page_of(two, "outbox").startswith(f"Mine {MARK}")
    assert two.titles("of-zoe") == [["Folding a paper map"]]
    assert "Folding a *paper map*" in page_of(two, "of-zoe")


def test_the_whole_digest_is_theirs_and_not_half_of_it(two: House) -> None:
    write(two, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    write(two, "templates/digest.html.j2", f"<p>Mine</p>{TITLES}")
    two.drop("a.jsonl", "Folding a paper map")
    two.run()
    html = page_of(two, "of-zoe", "digest.html")
    assert "<p>Mine</p>" in page_of(two, "outbox", "digest.html")
    assert "<p>Mine</p>" not in html
    assert "<h1" in html


def test_a_mistake_over_one_paper_costs_nothing_either(two: House) -> None:
    votes = "{{ entry.votes + 1 if 'sea' in title.text }}"
    write(two, "templates/entry.html.j2", f"<tr><td>{votes}Mine {{{{ title.text }}}}</td></tr>")
    two.drop("a.jsonl", "A paper map")
    two.run()
    assert "Mine" in page_of(two, "outbox", "digest.html")
    two.drop("b.jsonl", "A paper map of the sea")
    two.wait(days=1)
    two.run()
    assert two.titles()[1] == ["A paper map of the sea"]
    assert "Mine" not in page_of(two, "outbox", "digest.html")


@pytest.mark.parametrize("name", ["digest.txt.j2", "digest.html.j2"])
def test_no_paper_is_lost_on_a_page_that_leaves_it_out(once: Once, name: str) -> None:
    """The sample has no paper of the sea, so that nobody could know before."""
    hides = TITLES.replace("digest.entries", "digest.entries if 'sea' not in each.title.text")
    write(once.house, f"templates/{name}", f"Mine {hides}")
    assert once().code == 0
    page = name.removesuffix(".j2")
    assert page_of(once.house, "of-zoe", page).startswith("Mine")

    once.house.drop("more.jsonl", "A paper map of the land")
    said = once(title="A paper map of the sea")

    assert said.code == 4
    assert "Mine" not in page_of(once.house, "of-zoe", page)
    assert "of the sea" in page_of(once.house, "of-zoe", page)
    (word,) = told(once.house)
    place = once.house.folder / "templates" / name
    assert (
        f'zoe: {place}:1: leaves out 1 of 2 papers, which would count as sent, the first: "A paper map of the sea"'
        in word
    )
    assert once.program("preview", "zoe", "--since", "7d").code == 3


def test_the_operator_is_told_whose_and_where_and_what_to_do(once: Once) -> None:
    write(once.house, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    once()
    (word,) = told(once.house)
    assert "Your templates could not make the digest of zoe" in word
    place = once.house.folder / "templates" / "digest.txt.j2"
    assert f"zoe: {place}:2: " in word
    assert "nothing_such" in word
    assert "paperdigest templates check" in word


def test_run_once_says_it(once: Once) -> None:
    write(once.house, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    said = once()
    assert said.code == 4
    assert "zoe  made by the templates that come with the program: " in said.out
    assert "digest.txt.j2:2: " in said.out


def test_run_once_says_it_in_json_too(once: Once) -> None:
    write(once.house, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    said = once("--json")
    assert [one["subscriber"] for one in said.json["failing_templates"]] == ["zoe"]
    assert said.json["wrong_templates"] == []
    assert {one["subscriber"] for one in said.json["digests"]} == {"ada", "zoe"}


def test_send_says_it_too(two: House, program: Program) -> None:
    write(two, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    two.drop("a.jsonl", "Folding a paper map")
    two.ingest()
    said = program("send", "zoe")
    assert said.code == 4
    assert "zoe  made by the templates that come with the program: " in said.out
    assert two.titles("of-zoe") == [["Folding a paper map"]]


def test_the_log_has_it(two: House, caplog: pytest.LogCaptureFixture) -> None:
    write(two, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    two.drop("a.jsonl", "Folding a paper map")
    two.run()
    (line,) = [one for one in caplog.records if one.getMessage().startswith("template-failed")]
    assert line.levelno == logging.WARNING
    assert "subscriber=zoe" in line.getMessage()
    assert "digest.txt.j2:2: " in line.getMessage()


def test_it_is_told_again_the_next_day_and_when_it_is_over(once: Once) -> None:
    write(once.house, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    once()
    once()
    assert [word.count("could not make") for word in told(once.house)] == [1, 1]
    write(once.house, "templates/digest.txt.j2", MINE)
    assert once().code == 0
    assert "Your templates make the digest of zoe again" in told(once.house)[2]
    once()
    assert len(told(once.house)) == 3


def fails_on_the_sea(house: House) -> None:
    votes = "{{ entry.votes + 1 if 'sea' in title.text }}"
    write(house, "templates/entry.txt.j2", f"{votes}{{{{ title.text }}}}")


def test_a_digest_that_goes_well_by_the_same_templates_ends_nothing(once: Once) -> None:
    """The paper that they fail on was not in it: the mistake is still there."""
    fails_on_the_sea(once.house)
    once("--json", title="A paper map of the sea")
    for _ in range(3):
        assert once().code == 0
    (word,) = told(once.house)
    assert "Your templates could not make 2 digests" in word
    assert "entry.txt.j2:1: " in once.program("status", "--healthy").out


def test_it_is_told_again_when_another_digest_fails_on_a_later_day(once: Once) -> None:
    fails_on_the_sea(once.house)
    for title in ("A paper map of the sea", "", "", "A paper map of another sea", ""):
        once(title=title)
    assert [word.count("could not make") for word in told(once.house)] == [1, 1]


def test_only_changed_templates_that_made_a_digest_end_it(once: Once) -> None:
    fails_on_the_sea(once.house)
    once(title="A paper map of the sea")
    once()
    write(once.house, "templates/entry.txt.j2", "{{ title.text }}")
    once()
    assert "Your templates make 2 digests again" in told(once.house)[1]
    assert once.program("status", "--healthy").out == "healthy\n"
    once()
    assert len(told(once.house)) == 2


def test_changed_back_they_are_not_said_to_be_well(two: House, program: Program) -> None:
    once = Once(two, program)
    fails_on_the_sea(two)
    once(title="A paper map of the sea")
    write(two, "templates/entry.txt.j2", "{{ title.text }}")
    program("run", "--once", "--now", two.now.isoformat())  # nothing to send
    fails_on_the_sea(two)
    once()
    assert len(told(two)) == 1


def test_changed_ones_that_cannot_be_used_are_not_said_to_be_at_work(once: Once) -> None:
    fails_on_the_sea(once.house)
    once(title="A paper map of the sea")
    write(once.house, "templates/entry.txt.j2", "{% if %}")
    once()
    assert not [word for word in told(once.house) if " again" in word.partition("\n")[0]]
    write(once.house, "templates/entry.txt.j2", "{{ title.text }}")
    once()
    assert "Your templates make 2 digests again" in "".join(told(once.house))


def test_a_fault_that_was_remembered_without_a_time_is_told_once(once: Once) -> None:
    write(once.house, "templates/digest.txt.j2", MINE)
    once()
    mark = mark_of(once.house.folder / "templates")
    with once.house.app.open_store() as store, store.transaction():
        facts.remember(store, "template fails zoe", f"{mark} entry.txt.j2:1: division by zero")
    once()
    once()
    (word,) = told(once.house)
    assert "zoe: entry.txt.j2:1: division by zero" in word


def test_what_was_found_before_a_kill_is_told_on_a_later_day(once: Once) -> None:
    fails_on_the_sea(once.house)
    once.house.drop("a.jsonl", "A paper map of the sea")
    with broken_at("compose.committed=raise"), pytest.raises(FailpointReached):
        once.house.run()
    once.house.reload()
    once.house.wait(days=2)
    once()
    (word,) = told(once.house)
    assert "entry.txt.j2:1: " in word


def test_between_two_digests_it_lasts(two: House, program: Program) -> None:
    """What comes of a digest once a week is not over a minute after it."""
    write(two, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    two.drop("a.jsonl", "Folding a paper map")
    for _ in range(3):
        program("run", "--once", "--now", two.now.isoformat())
        two.wait(hours=1)
    assert len(told(two)) == 1
    assert program("status", "--healthy").code == 1


def test_changed_templates_are_neither_wrong_nor_right_before_the_next_digest(
    two: House, program: Program
) -> None:
    write(two, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    two.drop("a.jsonl", "Folding a paper map")
    program("run", "--once", "--now", two.now.isoformat())
    write(two, "templates/digest.txt.j2", MINE)
    two.wait(days=1)
    program("run", "--once", "--now", two.now.isoformat())  # nothing to send
    assert len(told(two)) == 1
    assert program("status", "--healthy").out == "healthy\n"


def test_status_names_whose_digests_they_could_not_make(once: Once) -> None:
    write(once.house, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    once()
    said = once.program("status", "--json").json
    (want,) = [one for one in said["waits"] if one["what"] == "template"]
    assert want["name"] == "zoe"
    assert "digest.txt.j2:2: " in want["said"]
    assert want["command"] == "paperdigest preview zoe --since 7d"


def test_the_command_that_status_names_shows_the_mistake(once: Once) -> None:
    write(once.house, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    once()
    said = once.program("preview", "zoe", "--since", "7d")
    assert said.code == 3
    assert "digest.txt.j2:2: " in said.err


@pytest.mark.parametrize("place", ["compose.commit", "compose.committed"])
def test_killed_anywhere_the_operator_hears_of_it_once(once: Once, place: str) -> None:
    write(once.house, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    once.house.drop("a.jsonl", "Folding a paper map")
    with broken_at(f"{place}=raise"), pytest.raises(FailpointReached):
        once.house.run()
    once.house.reload()
    once()
    once.house.now -= timedelta(hours=23)
    once()
    (word,) = told(once.house)
    assert "digest.txt.j2:2: " in word


def test_a_changed_part_makes_other_templates_of_them(tmp_path: Path) -> None:
    (tmp_path / "part.j2").write_text("one")
    before = mark_of(tmp_path)
    assert mark_of(tmp_path) == before
    (tmp_path / "part.j2").write_text("two")
    assert mark_of(tmp_path) != before


def test_what_is_kept_beside_the_copies_makes_no_others_of_them(tmp_path: Path) -> None:
    before = mark_of(tmp_path)
    (tmp_path / ".bundled").mkdir()
    (tmp_path / ".bundled" / "digest.txt.j2").write_text("one")
    assert mark_of(tmp_path) == before


def test_nothing_is_said_of_a_reader_who_left(once: Once) -> None:
    write(once.house, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    once()
    (once.house.folder / "subscriptions/zoe.toml").unlink()
    once()
    assert len(told(once.house)) == 1
    assert once.program("status", "--healthy").out == "healthy\n"


def test_of_a_forgotten_reader_nothing_of_it_is_kept(once: Once) -> None:
    write(once.house, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    once()
    (once.house.folder / "subscriptions/zoe.toml").unlink()
    assert once.program("forget", "zoe", "--yes").code == 0
    with once.house.app.open_store(write=False) as store:
        assert not store.rows("SELECT name FROM facts WHERE name LIKE '%zoe%'")


def test_a_word_to_the_operator_needs_no_template_of_theirs(two: House, program: Program) -> None:
    write(
        two,
        "templates/digest.txt.j2",
        "{{ digest.nothing_such if digest.subscriber == '(operator)' }}" + MINE,
    )
    two.drop_bytes("broken.json", b"[{")
    assert program("run", "--once", "--now", two.now.isoformat()).code == 4
    (word,) = told(two)
    assert "broken.json" in word
    assert "Mine" not in page_of(two, "ops")


# ------------------------------------------------------------------ templates that cannot be used at all

BROKEN = {
    "does not compile": "one\n{% if %}",
    "is refused by Python": "one\n{{ dict(a=1, a=2) }}",
    "fails on the sample": "one\n{{ digest.nothing_such }}",
}
broken = pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)


@broken
def test_run_once_goes_on_with_the_shipped_ones_and_ends_with_4(once: Once, text: str) -> None:
    write(once.house, "templates/digest.txt.j2", text)
    said = once()
    assert said.code == 4
    assert "digest.txt.j2:2: " in said.err
    assert once.house.titles() == [["A paper map number 1"]]
    assert not page_of(once.house, "outbox").startswith("one")


@broken
def test_the_operator_is_told_of_it_and_when_it_is_over(once: Once, text: str) -> None:
    write(once.house, "templates/digest.txt.j2", text)
    once()
    (word,) = told(once.house)
    assert "The changed templates cannot be used" in word
    assert "digest.txt.j2:2: " in word
    write(once.house, "templates/digest.txt.j2", MINE)
    assert once().code == 0
    assert "The changed templates are in use" in told(once.house)[1]


def test_a_page_that_leaves_out_papers_of_the_sample_is_not_used_at_all(once: Once) -> None:
    write(once.house, "templates/digest.txt.j2", "Mine: {{ digest.papers }}")
    said = once()
    assert said.code == 4
    assert "digest.txt.j2:1: leaves out " in said.err
    assert "A *paper map* number 1" in page_of(once.house, "outbox")


@broken
def test_send_goes_on_with_the_shipped_ones_and_ends_with_4(
    two: House, program: Program, text: str
) -> None:
    write(two, "templates/digest.txt.j2", text)
    two.drop("a.jsonl", "Folding a paper map")
    two.ingest()
    said = program("send", "zoe")
    assert said.code == 4
    assert "digest.txt.j2:2: " in said.err
    assert two.titles("of-zoe") == [["Folding a paper map"]]


@broken
def test_status_shows_the_mistake(two: House, program: Program, text: str) -> None:
    write(two, "templates/digest.txt.j2", text)
    said = program("status", "--healthy")
    assert said.code == 1
    assert "digest.txt.j2:2: " in said.out


@broken
def test_preview_shows_the_mistake(two: House, program: Program, text: str) -> None:
    write(two, "templates/digest.txt.j2", text)
    two.drop("a.jsonl", "Folding a paper map")
    two.ingest()
    said = program("preview", "zoe")
    assert said.code == 3
    assert "digest.txt.j2:2: " in said.err


def test_preview_shows_a_mistake_that_is_one_readers_alone(two: House, program: Program) -> None:
    write(two, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    two.drop("a.jsonl", "Folding a paper map")
    two.ingest()
    assert program("preview", "ada").code == 0
    said = program("preview", "zoe")
    assert said.code == 3
    assert "digest.txt.j2:2: " in said.err


@broken
def test_a_sample_by_hand_shows_the_mistake(two: House, program: Program, text: str) -> None:
    write(two, "templates/digest.txt.j2", text)
    said = program("send", "zoe", "--test")
    assert said.code == 4
    assert "digest.txt.j2:2: " in said.out


def test_a_failing_source_is_told_whatever_the_templates_are(two: House) -> None:
    write(two, "templates/digest.txt.j2", "{% if %}")
    two.drop_bytes("broken.json", b"[{")
    two.ingest()
    two.deliver()
    assert "broken.json" in told(two)[0]


def test_run_once_names_a_folder_in_place_of_a_template_and_goes_on(once: Once) -> None:
    (once.house.folder / "templates" / "digest.txt.j2").mkdir(parents=True)
    said = once()
    assert said.code == 4
    assert "digest.txt.j2: this is to be a template, and is a folder" in said.err
    assert once.house.titles() == [["A paper map number 1"]]


# ------------------------------------------------------------------ the service


@pytest.fixture
def rounds(two: House) -> Iterator[AppRounds]:
    made = AppRounds(two.app)
    with closing(made):
        yield made


def beat(house: House, rounds: AppRounds) -> None:
    rounds.ingest(house.now)
    rounds.compose(house.now)
    rounds.deliver(house.now, lambda: False)


def test_the_service_sends_by_the_shipped_ones_in_the_same_round(
    two: House, rounds: AppRounds
) -> None:
    write(two, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    two.drop("a.jsonl", "Folding a paper map")
    beat(two, rounds)
    assert two.titles("of-zoe") == [["Folding a paper map"]]
    assert len(told(two)) == 1
    two.wait(minutes=1)
    beat(two, rounds)
    assert len(told(two)) == 1


def test_the_service_says_when_they_are_at_work_again(two: House, rounds: AppRounds) -> None:
    write(two, "templates/digest.txt.j2", FAILS_FOR_ZOE)
    two.drop("a.jsonl", "Folding a paper map")
    beat(two, rounds)
    write(two, "templates/digest.txt.j2", MINE)
    two.wait(minutes=1)
    beat(two, rounds)
    assert len(told(two)) == 1
    two.drop("b.jsonl", "Another paper map")
    two.wait(days=1)
    beat(two, rounds)
    assert "Your templates make the digest of zoe again" in told(two)[1]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("one\n{% if %}", "templates-not-reloaded"),
        ("one\n{{ dict(a=1, a=2) }}", "templates-not-reloaded"),
        (FAILS_FOR_ZOE, "template-failed"),
    ],
)
def test_the_process_sends_the_days_digests_whatever_is_wrong_with_a_template(
    two: House, text: str, event: str
) -> None:
    write(two, "templates/digest.txt.j2", text)
    two.drop("a.jsonl", "Folding a paper map")
    with service(two) as process:
        line = said(process, event)
        assert "digest.txt.j2:2: " in line
        eventually(lambda: two.titles("of-zoe") == [["Folding a paper map"]])
        eventually(lambda: bool(told(two)))
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert two.titles() == [["Folding a paper map"]]
