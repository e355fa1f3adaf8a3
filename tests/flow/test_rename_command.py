"""`rename`: one command does what a reader under a new name needs, and leaves the rest of the file alone."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from house import ADA, House
from paperdigest.config.renaming import renamed
from paperdigest.store import subscribers
from program import Program


@pytest.fixture
def sent(house: House) -> House:
    """Ada was sent a paper."""
    house.drop("monday.jsonl", "Folding paper maps again")
    house.run()
    house.wait(days=2)
    return house


def files(house: House) -> list[str]:
    return sorted(path.name for path in (house.folder / "subscriptions").iterdir())


def test_the_history_goes_on_under_the_new_name(sent: House, program: Program) -> None:
    said = program("rename", "ada", "zoe")
    assert (said.code, said.err) == (0, "")
    assert "ada is zoe now" in said.out
    sent.reload()
    sent.drop("tuesday.jsonl", "Reading paper maps aloud")
    sent.run()
    assert sent.titles() == [["Folding paper maps again"], ["Reading paper maps aloud"]]
    assert files(sent) == ["zoe.toml"]


def test_it_holds_at_once(sent: House, program: Program) -> None:
    program("rename", "ada", "zoe")
    with sent.app.open_store(write=False) as store:
        assert {*subscribers.registered(store)} == {"zoe"}


def test_remarks_and_layout_stay(sent: House, program: Program) -> None:
    sent.write("subscriptions/ada.toml", f"# Ada, room 7\n\n  # by phone{ADA}# the end\n")
    program("rename", "ada", "zoe")
    assert (sent.folder / "subscriptions/zoe.toml").read_text() == (
        f'# Ada, room 7\n\n  # by phone\nformerly = "ada"{ADA}# the end\n'
    )


def test_whoever_is_renamed_twice_was_the_last_one(sent: House, program: Program) -> None:
    program("rename", "ada", "zoe")
    assert program("rename", "zoe", "eve").code == 0
    assert tomllib.loads((sent.folder / "subscriptions/eve.toml").read_text())["formerly"] == "zoe"
    assert files(sent) == ["eve.toml"]
    sent.reload()
    sent.run()
    assert sent.titles() == [["Folding paper maps again"]]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("bob", "zoe", "subscriptions/bob.toml is not there"),
        ("ada", "../zoe", '"../zoe" cannot be a name'),
        ("../paperdigest", "zoe", '"../paperdigest" cannot be a name'),
        ("ada", "ben", "subscriptions/ben.toml is there already"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_touched(
    sent: House, program: Program, old: str, new: str, told: str
) -> None:
    sent.write("subscriptions/ben.toml", ADA)
    said = program("rename", old, new)
    assert said.code == 2
    assert told in said.err
    assert files(sent) == ["ada.toml", "ben.toml"]
    assert (sent.folder / "subscriptions/ada.toml").read_text() == ADA


def test_a_reader_in_the_main_file_is_renamed_there(sent: House, program: Program) -> None:
    config = (sent.folder / "paperdigest.toml").read_text()
    (sent.folder / "subscriptions/ada.toml").unlink()
    reader = ADA.replace("[[topic]]", "[[subscriber.topic]]")
    sent.write("paperdigest.toml", f'{config}\n[[subscriber]]\nname = "ada"{reader}')
    said = program("rename", "ada", "zoe")
    assert said.code == 2
    assert 'write formerly = "ada" beside it' in said.err


def test_a_file_that_only_a_person_can_change_is_left_as_it_is(
    sent: House, program: Program
) -> None:
    odd = 'note = """\n[not a table]\nformerly = "x"\n"""\n'
    sent.write("subscriptions/ada.toml", f'"formerly" = "eve"\n{ADA}')
    said = program("rename", "ada", "zoe")
    assert said.code == 2
    assert 'write formerly = "ada" into it' in said.err
    assert files(sent) == ["ada.toml"]
    assert tomllib.loads(renamed(odd, "ada"))["note"] == '[not a table]\nformerly = "x"\n'


def test_a_name_that_somebody_has_in_the_main_file_is_not_given_away(
    sent: House, program: Program
) -> None:
    config = (sent.folder / "paperdigest.toml").read_text()
    ivy = ADA.replace("[[topic]]", "[[subscriber.topic]]")
    sent.write("paperdigest.toml", f'{config}\n[[subscriber]]\nname = "ivy"{ivy}')
    said = program("rename", "ada", "ivy")
    assert said.code == 2
    assert "ada cannot be ivy" in said.err
    assert files(sent) == ["ada.toml"]
    assert (sent.folder / "subscriptions/ada.toml").read_text() == ADA


def test_a_name_that_somebody_still_calls_their_former_one_is_not_taken(
    sent: House, program: Program
) -> None:
    sent.write("subscriptions/ben.toml", ADA)
    program("rename", "ada", "zoe")
    said = program("rename", "ben", "ada")
    assert said.code == 2
    assert "still a subscriber" in said.err
    assert files(sent) == ["ben.toml", "zoe.toml"]


def test_a_file_that_is_set_aside_keeps_its_name(sent: House, program: Program) -> None:
    sent.write("subscriptions/ada.toml", f"bogus = 1\n{ADA}")
    said = program("rename", "ada", "zoe")
    assert said.code == 2
    assert "ada is set aside" in said.err
    assert files(sent) == ["ada.toml"]


def test_a_link_is_left_to_whoever_made_it(sent: House, program: Program) -> None:
    real = sent.write("real.toml", ADA)
    (sent.folder / "subscriptions/ada.toml").unlink()
    (sent.folder / "subscriptions/ada.toml").symlink_to(real)
    said = program("rename", "ada", "zoe")
    assert said.code == 2
    assert "is a link" in said.err


def test_whoever_was_killed_half_way_calls_it_again(sent: House, program: Program) -> None:
    sent.write("subscriptions/zoe.toml", renamed(ADA, "ada"))
    assert program("rename", "ada", "zoe").code == 0
    assert files(sent) == ["zoe.toml"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@given(
    lines=st.lists(
        st.sampled_from(
            [
                "",
                "# a remark",
                'deliver = "file:outbox"',
                'name = "ada"',
                'formerly = "eve"',
                'x = "[y]"',
            ]
        ),
        max_size=5,
        unique=True,
    )
)
def test_a_plain_file_keeps_everything_but_its_names(end: str, lines: list[str]) -> None:
    text = end.join([*lines, "[[topic]]", 'name = "Maps"', ""])
    found = tomllib.loads(renamed(text, "ada"))
    kept = {key: value for key, value in tomllib.loads(text).items() if key not in {"name"}}
    assert found == {**kept, "formerly": "ada"}
