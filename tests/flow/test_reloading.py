"""Config and templates are read again while the service runs: whole or not at all, and the operator is told where."""

from __future__ import annotations

import json
import logging
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from house import ADA, CONFIG, MAIL, NO_MAIL, House
from own_templates import TITLES
from paperdigest import logs
from paperdigest.core.reload_words import CONFIG as THE_CONFIG
from paperdigest.core.reload_words import TEMPLATES
from paperdigest.reloading import InForce
from paperdigest.rounds import AppRounds
from program import Program

OPERATED = 'operator = "file:ops"\n' + CONFIG
PAGE = f"Mine: {{{{ digest.papers }}}}\n{TITLES}"


class Running:
    """A house whose rounds go on; `beat` is one of each. Files are written beneath it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.rounds = AppRounds(house.app)
        self._dumps = 0

    def write(self, name: str, text: str) -> None:
        path = self.house.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def beat(self) -> None:
        now = self.house.now
        self.rounds.ingest(now)
        self.rounds.compose(now)
        self.rounds.deliver(now, lambda: False)

    def minutes(self, count: int) -> None:
        """Let so many beats come, a minute after each other."""
        for _ in range(count):
            self.beat()
            self.house.wait(minutes=1)

    def day(self) -> str:
        """Let the next digest go out; return its first line."""
        self._dumps += 1
        self.house.drop(f"{self._dumps}.jsonl", f"A paper map number {self._dumps}")
        self.house.wait(days=1)
        self.beat()
        newest = max((self.house.folder / "outbox").glob("*/digest.txt"), key=_written)
        return newest.read_text().splitlines()[0]

    def told(self) -> list[str]:
        """Return what the operator was told, oldest first, as JSON."""
        pages = sorted((self.house.folder / "ops").glob("*/digest.json"), key=_written)
        return [page.read_text() for page in pages]


def _written(page: Path) -> int:
    return page.stat().st_mtime_ns


@pytest.fixture
def running(house: House) -> Iterator[Running]:
    house.write("paperdigest.toml", OPERATED)
    made = Running(house)
    with closing(made.rounds):
        made.beat()
        yield made


def test_a_wrong_main_file_leaves_the_old_one_and_the_operator_is_told_where(
    running: Running,
) -> None:
    running.write("paperdigest.toml", OPERATED + '[email]\nhost = "mail.example.org"\nprot = 25\n')
    running.day()
    running.beat()
    (word,) = running.told()
    assert "The changed config cannot be used" in word
    assert "paperdigest.toml:12:1: unknown key" in word
    assert "What was in use before stays in use" in word


def test_once_it_is_right_the_operator_is_told_that_too(running: Running) -> None:
    running.write("paperdigest.toml", OPERATED + "oops\n")
    running.beat()
    running.write("paperdigest.toml", OPERATED)
    running.beat()
    assert [word.count("The changed config") for word in running.told()] == [1, 1]
    assert "The changed config is in use" in running.told()[1]
    assert not running.rounds.wrong


def test_changed_templates_are_in_use_at_the_next_digest(running: Running) -> None:
    running.write("templates/digest.txt.j2", PAGE)
    assert running.day() == "Mine: 1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{% if %}", "digest.txt.j2:1: "),  # does not compile
        ("one\n{{ digest.nothing_such }}", "digest.txt.j2:2: "),  # compiles, and fails at work
    ],
)
def test_wrong_templates_leave_the_old_ones_and_the_operator_is_told_where(
    running: Running, text: str, said: str
) -> None:
    running.write("templates/digest.txt.j2", PAGE)
    assert running.day() == "Mine: 1"
    running.write("templates/digest.txt.j2", text)
    assert running.day() == "Mine: 1"
    (word,) = running.told()
    assert "The changed templates cannot be used" in word
    assert said in word
    running.write("templates/digest.txt.j2", PAGE.replace("Mine", "Ours"))
    assert running.day() == "Ours: 1"
    assert "The changed templates are in use" in running.told()[1]


def test_wrong_templates_do_not_keep_a_changed_config_out(running: Running) -> None:
    running.day()
    running.write("templates/digest.txt.j2", "{% if %}")
    running.write("subscriptions/ada.toml", ADA.replace("file:outbox", "file:elsewhere"))
    running.house.drop("x.jsonl", "A paper map of Venus")
    running.house.wait(days=1)
    running.beat()
    assert list((running.house.folder / "elsewhere").glob("*/digest.json"))
    assert list(running.rounds.wrong) == [TEMPLATES]


def test_a_wrong_config_does_not_keep_changed_templates_out(running: Running) -> None:
    running.write("paperdigest.toml", OPERATED + "oops\n")
    running.write("templates/digest.txt.j2", PAGE)
    assert running.day() == "Mine: 1"
    assert list(running.rounds.wrong) == [THE_CONFIG]


def test_a_template_that_went_away_is_the_bundled_one_again(running: Running) -> None:
    running.write("templates/digest.txt.j2", PAGE)
    assert running.day() == "Mine: 1"
    (running.house.folder / "templates/digest.txt.j2").unlink()
    assert "Mine" not in running.day()


def test_what_is_wrong_is_logged_once(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    running.write("paperdigest.toml", OPERATED + "oops\n")
    for _ in range(3):
        running.beat()
    assert len([one for one in caplog.messages if one.startswith("config-not-reloaded")]) == 1


def set_aside(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return what was logged of readers' files that are set aside, and mended, each with its level."""
    lines = [(one.levelname, one.getMessage()) for one in caplog.records]
    return [line for line in lines if line[1].startswith("subscription-")]


@pytest.mark.parametrize("operator", ["", 'operator = "file:ops"\n'])
def test_a_readers_broken_file_is_logged_once_at_the_start(
    house: House, caplog: pytest.LogCaptureFixture, operator: str
) -> None:
    """Whoever is told besides: the log has it where there is nobody."""
    house.write("paperdigest.toml", operator + CONFIG)
    house.write("subscriptions/new.toml", 'deliver = "file:new"\ntopics = 1\n')
    running = Running(house)
    with closing(running.rounds), caplog.at_level(logging.INFO):
        running.minutes(3)
        running.rounds.reload()

    ((level, line),) = set_aside(caplog)
    assert level == "ERROR"
    assert line.startswith("subscription-set-aside subscriber=new path=")
    assert "new.toml:2:1: unknown key" in line


def test_a_readers_file_that_breaks_meanwhile_is_logged_and_that_it_is_mended(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        running.write("subscriptions/ada.toml", ADA + "oops\n")
        running.minutes(2)
        running.write("subscriptions/ada.toml", ADA)
        running.minutes(2)

    broke, mended = set_aside(caplog)
    assert "ada.toml" in broke[1]
    assert mended[0] == "INFO"
    assert mended[1].startswith("subscription-mended subscriber=ada path=")


def test_a_readers_broken_file_is_logged_again_once_something_else_is_wrong_with_it(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for wrong in ("oops\n", "topics = 1\n" + ADA):
            running.write("subscriptions/ada.toml", wrong)
            running.minutes(2)

    assert ["oops" in line for _, line in set_aside(caplog)][1:] == [False]
    assert "unknown key" in set_aside(caplog)[1][1]


def test_a_readers_broken_file_that_was_taken_away_is_not_said_to_be_mended(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        running.write("subscriptions/ada.toml", "oops\n")
        running.minutes(1)
        (running.house.folder / "subscriptions/ada.toml").unlink()
        running.minutes(1)

    (broke,) = set_aside(caplog)
    assert broke[1].startswith("subscription-set-aside")


def test_the_kind_of_log_follows_the_config(
    running: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        logs.setup("INFO")
        running.write("paperdigest.toml", OPERATED + '[log]\nformat = "json"\n')
        running.beat()
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
    lines = [line for line in capsys.readouterr().err.splitlines() if "config-reloaded" in line]
    assert [json.loads(line)["event"] for line in lines] == ["config-reloaded"]


def test_what_an_editor_leaves_beside_the_templates_is_no_mistake(running: Running) -> None:
    running.write("templates/digest.txt.j2", PAGE)
    running.write("templates/digest.txt.j2~", "{% if %}")
    assert running.day() == "Mine: 1"
    assert not running.rounds.wrong


def test_a_wrong_config_is_read_once_until_it_changes(house: House) -> None:
    read: list[str] = []

    @contextmanager
    def reloading() -> Iterator[None]:
        read.append("once")
        yield

    with closing(InForce(house.app, reloading)) as force:
        path = house.folder / "paperdigest.toml"
        path.write_text("oops\n")
        for _ in range(3):
            force.follow()
        assert (read, list(force.wrong)) == (["once"], [THE_CONFIG])
        path.write_text(CONFIG)
        for _ in range(3):
            force.follow()
        assert (len(read), force.wrong) == (2, {})


# ------------------------------------------------------------------ given up


class Ending:
    """Says that the service is to end once it was asked so often."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self) -> bool:
        self.left -= 1
        return self.left <= 0


@pytest.mark.parametrize("way", ["reload", "follow"])
def test_a_reload_is_given_up_between_two_files_when_the_service_is_to_end(
    house: House, way: str
) -> None:
    for number in range(20):
        house.write(f"subscriptions/reader{number}.toml", ADA)
    ending = Ending(after=5)
    with closing(InForce(house.app, stop=ending)) as force:
        before = force.app
        (house.folder / "subscriptions/ada.toml").write_text(ADA.replace("08:00", "09:00"))
        getattr(force, way)()
        assert (force.app, ending.left, force.wrong) == (before, 0, {})


# ------------------------------------------------------------------ files that take long to look at


class Clocks:
    """A steady clock and the processor's, on which each look at the files takes so long."""

    def __init__(self, *, wall: float, processor: float = 0.0) -> None:
        self.now = 1000.0
        self.worked = 0.0
        self._wall, self._processor = wall, processor

    def steady(self) -> float:
        self.now += self._wall  # asked once before a look, and once after it
        return self.now

    def processor(self) -> float:
        self.worked += self._processor
        return self.worked

    def seen_after(self, house: House) -> float:
        """Return how long a change is not seen that comes right after a look."""
        with closing(InForce(house.app, steady=self.steady, processor=self.processor)) as force:
            force.follow()
            path = house.folder / "paperdigest.toml"
            path.write_text("operator = ['file:ops']\n" + CONFIG)
            began = self.now
            while not force.follow().settings.operator:
                self.now += 0.05
            return self.now - began


def test_a_quick_look_at_the_files_is_had_at_every_beat(house: House) -> None:
    assert Clocks(wall=0.001, processor=0.001).seen_after(house) < 0.1


def test_a_look_that_keeps_the_processor_busy_is_had_the_less_often(house: House) -> None:
    assert 15 <= Clocks(wall=0.001, processor=0.03).seen_after(house) < 15.5


def test_a_busy_machine_on_which_a_look_takes_ten_times_as_long_is_no_slow_disk(
    house: House,
) -> None:
    assert Clocks(wall=0.15, processor=0.015).seen_after(house) < 1


def test_a_look_that_waits_for_a_slow_disk_is_had_the_less_often(house: House) -> None:
    assert 20 <= Clocks(wall=1.0).seen_after(house) < 25


@pytest.mark.parametrize("clocks", [Clocks(wall=9.0), Clocks(wall=0.001, processor=9.0)])
def test_a_change_is_seen_after_half_a_minute_at_the_latest(house: House, clocks: Clocks) -> None:
    look = 9.0 * 2
    assert clocks.seen_after(house) <= 30 + look


# ------------------------------------------------------------------ another folder for the database


def test_another_storage_folder_counts_from_the_next_start(running: Running) -> None:
    running.write("paperdigest.toml", OPERATED + '[storage]\ndir = "elsewhere"\n')
    running.write("subscriptions/ada.toml", ADA.replace("file:outbox", "file:other"))
    running.day()
    (word,) = running.told()
    assert "The changed config cannot be used" in word
    assert "paperdigest.toml: [storage] dir was changed · it counts from the next start" in word
    assert f"the service goes on in {running.house.folder}" in word
    assert (
        f"move what lies in {running.house.folder} to {running.house.folder / 'elsewhere'}" in word
    )
    there = {path.name for path in running.house.folder.iterdir()}
    assert not there & {"elsewhere", "other"}


@pytest.mark.parametrize("command", ["status", "check"])
def test_a_history_that_was_left_behind_is_told(
    house: House, program: Program, command: str
) -> None:
    house.run()
    house.write("paperdigest.toml", CONFIG + '[storage]\ndir = "elsewhere"\n')

    said = program(command)

    assert "there is no history in " in said.out + said.err
    assert f"but one in {house.folder}" in said.out + said.err


@pytest.mark.parametrize("command", ["status", "check"])
def test_a_folder_that_has_a_history_of_its_own_left_none_behind(
    house: House, program: Program, command: str
) -> None:
    house.run()
    house.write("paperdigest.toml", CONFIG + '[storage]\ndir = "elsewhere"\n')
    house.run()

    said = program(command)

    assert "there is no history in " not in said.out + said.err


def test_the_same_storage_folder_by_another_name_is_no_change(running: Running) -> None:
    running.write("paperdigest.toml", OPERATED + '[storage]\ndir = "inbox/.."\n')
    running.beat()
    assert not running.rounds.wrong


def test_a_storage_folder_put_back_takes_the_rest_of_the_change(running: Running) -> None:
    running.write("paperdigest.toml", OPERATED + '[storage]\ndir = "elsewhere"\n')
    running.write("subscriptions/ada.toml", ADA.replace("daily 08:00", "daily 09:00"))
    running.beat()
    running.write("paperdigest.toml", OPERATED)
    running.beat()
    assert not running.rounds.wrong
    assert running.rounds.app.settings.subscribers != running.house.app.settings.subscribers


# ------------------------------------------------------------------ templates that were wrong from the start


@pytest.fixture
def started_wrong(house: House) -> Iterator[Running]:
    house.write("paperdigest.toml", OPERATED)
    house.write("templates/digest.txt.j2", "Mine\n{% if %}")
    made = Running(house)
    with closing(made.rounds):
        yield made


def test_templates_wrong_at_the_start_are_replaced_by_the_shipped_ones(
    started_wrong: Running,
) -> None:
    assert "Mine" not in started_wrong.day()
    (word,) = started_wrong.told()
    assert "The changed templates cannot be used" in word
    assert "digest.txt.j2:2: " in word


def test_templates_wrong_at_the_start_are_in_use_once_they_are_mended(
    started_wrong: Running,
) -> None:
    started_wrong.day()
    started_wrong.write("templates/digest.txt.j2", PAGE)
    assert started_wrong.day() == "Mine: 1"
    assert "The changed templates are in use" in started_wrong.told()[1]


def test_status_names_templates_that_cannot_be_used(
    started_wrong: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    program = Program(started_wrong.house.folder, capsys)
    said = program("status", "--healthy")
    assert said.code == 1
    assert "digest.txt.j2:2: " in said.out
    assert said.out.rstrip().endswith(" · paperdigest templates check")
    started_wrong.write("templates/digest.txt.j2", PAGE)
    assert program("status", "--healthy").out == "healthy\n"


def test_templates_that_broke_just_after_a_reload_leave_the_reloaded_ones(
    running: Running,
) -> None:
    running.write("templates/digest.txt.j2", PAGE)
    running.rounds.reload()
    running.write("templates/digest.txt.j2", "{% if %}")
    running.rounds.reload()
    assert running.day() == "Mine: 1"


def test_templates_that_broke_just_after_the_start_leave_those_of_the_start(house: House) -> None:
    house.write("paperdigest.toml", OPERATED)
    house.write("templates/digest.txt.j2", PAGE)
    made = Running(house)
    with closing(made.rounds):
        made.write("templates/digest.txt.j2", "{% if %}")
        assert made.day() == "Mine: 1"


# ------------------------------------------------------------------ a digest that cannot be made


@pytest.fixture
def failing(running: Running) -> Running:
    """Return a service that cannot make the digests of zoe."""
    running.write("paperdigest.toml", OPERATED + NO_MAIL)
    targets = '["file:of-zoe", "zoe@example.org"]'
    running.write("subscriptions/zoe.toml", ADA.replace('"file:outbox"', targets))
    assert running.day() == "1 new paper: Maps"  # the others' are made
    return running


def mend(failing: Running) -> None:
    failing.write("paperdigest.toml", OPERATED + MAIL.format(port=1))


def test_a_digest_that_cannot_be_made_is_told_once_and_again_the_next_day(
    failing: Running,
) -> None:
    failing.beat()
    (word,) = failing.told()
    assert "The digest of zoe cannot be made" in word
    assert "zoe: " in word
    assert "no password is sent without TLS" in word
    failing.day()
    assert len(failing.told()) == 2


def test_the_operator_is_told_once_a_digest_can_be_made_again(failing: Running) -> None:
    mend(failing)
    failing.beat()
    failing.beat()
    assert "Nothing stands in the way of the digest of zoe any more" in failing.told()[1]
    assert len(failing.told()) == 2
    assert list((failing.house.folder / "of-zoe").glob("*/digest.txt"))


def test_nothing_is_said_of_a_reader_who_left(failing: Running) -> None:
    (failing.house.folder / "subscriptions/zoe.toml").unlink()
    failing.beat()
    assert len(failing.told()) == 1


def test_status_names_a_digest_that_cannot_be_made_while_that_lasts(
    failing: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    program = Program(failing.house.folder, capsys)
    said = program("status", "--healthy")
    assert said.code == 1
    assert said.out.startswith("the digest of zoe cannot be made: ")
    assert said.out.rstrip().endswith(" · paperdigest preview zoe")
    mend(failing)
    failing.beat()
    assert program("status", "--healthy").out == "healthy\n"


def test_a_run_by_a_timer_tells_of_it_too(
    failing: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    failing.rounds.close()
    mend(failing)
    program = Program(failing.house.folder, capsys)
    program("run", "--once", "--now", f"{failing.house.now.isoformat()}")
    assert "Nothing stands in the way of the digest of zoe any more" in failing.told()[1]


def test_a_word_that_cannot_be_made_either_is_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    house.write("paperdigest.toml", CONFIG + NO_MAIL)
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "ada@example.org"))
    house.drop("a.jsonl", "A paper map of Mars")
    running = Running(house)
    with closing(running.rounds):
        running.minutes(3)
        said = Program(house.folder, capsys)("status", "--healthy").out
    (line,) = [one for one in caplog.messages if one.startswith("nobody-to-tell")]
    assert "The digest of ada cannot be made" in line
    assert "the digest of ada cannot be made: " in said


PLUGIN = """
from dataclasses import dataclass
from paperdigest.core.errors import DeliveryError
from paperdigest.core.ports import Form

@dataclass
class Breaks:
    name = "breaks"
    on_unknown = "hold"
    forms = frozenset(Form)

    def prepare(self, message, target, *, key, at):
        raise ZeroDivisionError if target == "here" else DeliveryError(f"no way to {target}")

    def close(self):
        pass
"""


@pytest.fixture
def breaks(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be a channel of an outsider's that can prepare nothing."""
    folder = tmp_path_factory.mktemp("plug-in")
    (folder / "outsider_breaks.py").write_text(PLUGIN)
    info = folder / "outsider-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outsider\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[paperdigest.channels]\nbreaks = outsider_breaks:Breaks\n"
    )
    monkeypatch.syspath_prepend(folder)


@pytest.mark.usefixtures("breaks")
def test_a_fault_over_a_digest_is_logged_whole_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "breaks:here"))
    house.drop("a.jsonl", "A paper map of Mars")
    running = Running(house)
    with closing(running.rounds):
        running.minutes(3)
    loud = [one for one in caplog.records if one.exc_info and one.levelno >= logging.ERROR]
    assert [one.getMessage() for one in loud] == ["digest of ada: it could not be made"]
    (line,) = [one for one in caplog.messages if one.startswith("nobody-to-tell")]
    assert "a fault of ours: ZeroDivisionError" in line


@pytest.mark.usefixtures("breaks")
def test_a_digest_that_cannot_be_made_is_logged_until_it_changes(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    for target in ("breaks:one", "breaks:one", "breaks:two"):
        running.write("subscriptions/zoe.toml", ADA.replace("file:outbox", target))
        running.day()
        running.beat()
    lines = [one for one in caplog.records if one.getMessage().startswith("digest-not-composed")]
    assert [line.levelname for line in lines] == ["ERROR", "ERROR"]
    said = [line.getMessage() for line in lines]
    assert ["subscriber=zoe" in line for line in said] == [True, True]
    assert ["no way to one" in said[0], "no way to two" in said[1]] == [True, True]


# ------------------------------------------------------------------ what is left of it


def test_an_app_that_was_replaced_is_let_go(running: Running) -> None:
    running.write("subscriptions/ada.toml", ADA.replace("daily 08:00", "daily 09:00"))
    running.day()
    old = weakref.ref(running.rounds.app)
    for hour in ("10", "11"):
        running.write("subscriptions/ada.toml", ADA.replace("daily 08:00", f"daily {hour}:00"))
        running.rounds.reload()
    running.rounds.deliver(running.house.now, lambda: False)
    assert old() is None


def test_a_template_whose_rights_changed_is_read_again(running: Running) -> None:
    running.write("templates/digest.txt.j2", PAGE)
    running.beat()
    before = running.rounds.app
    (running.house.folder / "templates/digest.txt.j2").chmod(0o640)
    running.beat()
    assert running.rounds.app is not before
