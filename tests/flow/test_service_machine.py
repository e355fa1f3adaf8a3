"""Anything at any time: a state machine over the whole service. It drops dumps, ticks, kills, fills the disk, sets the
clock, edits the config, lets both servers misbehave and decides what a person decides; after every step the
servers' logs are compared with the ledger, and at the end, with all well again, nothing may be missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from chaos.seen import Seen
from machine import audit
from machine.audit import Person, Row
from machine.readers import KINDS, SOCKS, TOKEN, WEBHOOK, Reader
from machine.servers import READING_MODES, SLACK_MODES, SMTP_MODES, ModalSlack, ModalSmtp
from machine.world import START, World
from paperdigest.core.subscription import OPERATOR
from paperdigest.failpoints import PLACES
from paperdigest.flow import brake

#: How many runs are made, and of how many steps each; a longer hunt asks for more, from another seed.
EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "30"))
STEPS = int(os.environ.get("MACHINE_STEPS", "20"))
SEED = int(os.environ.get("MACHINE_SEED", "0"))

#: The places that a service with these channels comes by.
_PLACES = sorted(place for place in PLACES if not place.startswith("sendmail."))
_SENDING = [place for place in _PLACES if place.partition(".")[0] in ("deliver", "email", "slack")]
_SPARE_NAMES = ("eve", "fay", "gus")
_SPARE_TARGETS = (
    "email:ada@example.org",
    "email:eve@example.org",
    "slack:#papers",
    "slack:#team",
    "slack:ada@example.org",
    "slack-webhook:team",
)
_SCHEDULES = ("daily 08:00", "hourly", "at once", "daily 06:00,18:00")
_POLICIES = ("resend_once", "hold")
_JUMPS = (-4000, -1500, -95, -7, 7, 95, 1500, 4000)
#: Room for none, one, two and more pages of the database's log.
_ROOMS = (33_000, 50_000, 66_000, 100_000, 150_000)
#: Days: what waits for a digest waits 14 days, and a run must be over by then.
_LONGEST = timedelta(days=4)
_WRONG = timedelta(days=3)
#: Minutes between the last ticks: past the grace time, past the pauses, past the grace of what went again.
_CALM = (1, 17, 17, 61, 250, 17, *[24 * 60 + 7] * 6, 17, 17, 61)

some_kinds = st.lists(st.sampled_from((*KINDS, SOCKS)), max_size=3)
some_minutes = st.sampled_from((1, 16, 61, 300, 1441))
some_place = st.one_of(st.sampled_from(_SENDING), st.sampled_from(_PLACES))
some_count = st.sampled_from((1, 1, 1, 2))
any_number = st.integers(0, 11)


@dataclass(frozen=True)
class Stage:
    """What all runs share: the servers, and a folder to begin from."""

    template: World
    folder: Path


class ServiceMachine(RuleBasedStateMachine):
    """`due` are (reader, paper): news for that reader, and wanted ever since."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.world = self.stage.template.born(self.stage.folder / "world")
        self.person = Person()
        self.due: set[tuple[str, int]] = set()

    @initialize(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=3))
    def first_dump(self, kinds: list[str]) -> None:
        self._goes_on(kinds, 1)

    # ---------------------------------------------------------------- rounds

    @rule(kinds=some_kinds, minutes=some_minutes, shelf=st.booleans())
    def news(self, kinds: list[str], minutes: int, shelf: bool) -> None:
        """New papers; all but the first also by the other source, in the same minute."""
        self._goes_on(kinds, minutes, shelf=shelf)

    @rule(which=any_number, minutes=some_minutes, shelf=st.booleans(), revised=st.booleans())
    def old_news(self, which: int, minutes: int, shelf: bool, revised: bool) -> None:
        """A paper that was there before, as it was or with another text, by either source."""
        number = which % len(self.world.papers)
        over = {"abstract": f"Now we tear it along the coast, {self.world.dumps} times."}
        paper = self.world.paper(number, **(over if revised else {}))
        self.world.drop([paper], "shelf" if shelf else "inbox")
        self._goes_on([], minutes)

    @rule(kinds=some_kinds, minutes=some_minutes, place=some_place, count=some_count)
    def crash(self, kinds: list[str], minutes: int, place: str, count: int) -> None:
        """The service dies there; a paper that two readers want at once sees to it that it comes so far."""
        self._goes_on([*kinds, "sea chart"], minutes, kill=(place, count))

    @rule(kinds=some_kinds, minutes=some_minutes, mode=st.sampled_from(tuple(SMTP_MODES)))
    def mail_server(self, kinds: list[str], minutes: int, mode: str) -> None:
        """From now on the mail server behaves like this."""
        before, self.world.smtp.mode = self.world.smtp.mode, mode
        if "refuse" in (before, mode):
            self.world.write_config()
        self._goes_on(kinds, minutes)

    @rule(
        kinds=some_kinds,
        minutes=some_minutes,
        mode=st.sampled_from(SLACK_MODES),
        reading=st.sampled_from(READING_MODES),
    )
    def slack(self, kinds: list[str], minutes: int, mode: str, reading: str) -> None:
        """From now on Slack behaves like this."""
        self.world.slack.mode, self.world.slack.reading = mode, reading
        self._goes_on(kinds, minutes)

    @rule(kinds=some_kinds, minutes=some_minutes, room=st.sampled_from((None, *_ROOMS)))
    def disk(self, kinds: list[str], minutes: int, room: int | None) -> None:
        """From now on there is only so much room."""
        self.world.room = room
        self._goes_on(kinds, minutes)

    @rule(kinds=some_kinds, minutes=st.sampled_from(_JUMPS))
    def clock_jump(self, kinds: list[str], minutes: int) -> None:
        skew = self.world.skew + timedelta(minutes=minutes, seconds=minutes % 59)
        if abs(skew) <= _WRONG:
            self.world.skew = skew
        self._goes_on(kinds, 1)
        self._goes_on([], 1)

    @rule(first=st.sampled_from(("restart", "upkeep")), on_unknown=st.sampled_from(_POLICIES))
    def another_life(self, first: str, on_unknown: str) -> None:
        """The program is started anew, or tidies up; and perhaps with another policy."""
        if first == "restart":
            self.world.stop()
        else:
            self.world.upkeep()
        if on_unknown != self.world.on_unknown:
            self.world.on_unknown = on_unknown
            self.world.write_config()

    def _goes_on(
        self,
        kinds: list[str],
        minutes: int,
        *,
        shelf: bool = False,
        kill: tuple[str, int] | None = None,
    ) -> None:
        """Papers come, time passes, and the service beats once."""
        self._drop(kinds, shelf=shelf)
        if self.world.true + timedelta(minutes=minutes) - START > _LONGEST:
            minutes = 1
        self.world.true += timedelta(minutes=minutes, seconds=1)
        self.world.tick(kill=kill)

    def _drop(self, kinds: list[str], *, shelf: bool) -> None:
        if not kinds:
            return
        known, first = self.world.known(), len(self.world.papers)
        papers = self.world.new_papers(*kinds)
        self.due |= {
            (name, first + place)
            for name, reader in self.world.readers.items()
            for place, kind in enumerate(kinds)
            if name in known and kind in reader.kinds
        }
        self.world.drop(papers)
        if shelf and papers[1:]:
            self.world.drop(papers[1:], "shelf")

    # ---------------------------------------------------------------- config

    def _reader(self, which: int) -> Reader | None:
        names = sorted(self.world.readers)
        return self.world.readers[names[which % len(names)]] if names else None

    @rule(which=any_number, kind=st.sampled_from(KINDS), back=st.booleans())
    def keyword(self, which: int, kind: str, back: bool) -> None:
        """Ask for one thing more or less; perhaps think better of it later."""
        reader = self._reader(which)
        if reader is None or kind in reader.alerts:
            return
        for wants in (reader.wants ^ {kind}, reader.wants)[: 1 + back]:
            self.world.change(reader.name, wants=wants)
            if kind not in wants:
                self._wants_no_more(reader.name, kind)
            self._goes_on([kind], 61)

    def _wants_no_more(self, name: str, kind: str) -> None:
        papers = self.world.papers
        self.due = {pair for pair in self.due if pair[0] != name or papers[pair[1]] != kind}

    @rule(which=any_number, to=st.sampled_from(_SPARE_TARGETS), back=st.booleans())
    def address(self, which: int, to: str, back: bool) -> None:
        """Deliver to one target more or less, but always to one; perhaps think better of it later."""
        reader = self._reader(which)
        if reader is None:
            return
        less = tuple(one for one in reader.deliver if one != to)
        other = (less or reader.deliver) if less != reader.deliver else (*reader.deliver, to)
        for deliver in (other, reader.deliver)[: 1 + back]:
            self.world.change(reader.name, deliver=deliver)
            self._goes_on(["sea chart"], 16)

    @rule(which=any_number, schedule=st.sampled_from(_SCHEDULES), limit=st.sampled_from((1, 2, 20)))
    def schedule(self, which: int, schedule: str, limit: int) -> None:
        reader = self._reader(which)
        if reader is not None:
            self.world.change(reader.name, schedule=schedule, limit=limit)

    @rule(which=any_number, name=st.sampled_from(_SPARE_NAMES))
    def rename(self, which: int, name: str) -> None:
        """Give a reader whom the program knows a name that nobody ever had."""
        reader = self._reader(which)
        taken = {known for (known,) in self.world.ask("SELECT name FROM subscribers")}
        if reader is None or name in taken | set(self.world.readers) or reader.name not in taken:
            return
        renamed = replace(reader, name=name, formerly=reader.name)
        self.world.write_reader(renamed, instead_of=reader.name)
        self.due = {(name if who == reader.name else who, number) for who, number in self.due}

    @rule(which=any_number)
    def leave(self, which: int) -> None:
        """Take a reader out of the config, or let the first who left come back."""
        gone = self.stage.template.readers.keys() - self.world.readers.keys()
        back = sorted(gone - {reader.formerly for reader in self.world.readers.values()})
        if back and which % 2:
            self.world.write_reader(self.stage.template.readers[back[0]])
            return
        reader = self._reader(which)
        if reader is not None and len(self.world.readers) > 1:
            self.world.remove_reader(reader.name)
            self.due = {pair for pair in self.due if pair[0] != reader.name}

    # ---------------------------------------------------------------- a person

    @rule(which=any_number, verb=st.sampled_from(("retry", "resolve", "drop")))
    def decide(self, which: int, verb: str) -> None:
        """Look whether a message arrived, and say so; or try it again where it did not; or give it up."""
        open_rows = [
            row
            for row in audit.rows(self.world)
            if row.state in ("pending", "retry", "failed", "held", "unknown")
        ]
        if not open_rows:
            return
        row = open_rows[which % len(open_rows)]
        if verb == "drop":
            self._give_up(row)
        else:
            self._look(row, verb)

    def _look(self, row: Row, verb: str) -> None:
        """Do as a person does who looks whether a message arrived."""
        arrived = row.channel != "file" and Seen.by(self.world).times(
            row.key, row.target, row.payload
        )
        if arrived:
            if self.world.command("resolve", str(row.id), "sent") == 0:
                self.person.arrived.add(row.id)
        elif verb == "retry":
            self.world.command("retry", str(row.id))
        else:
            self.world.command("resolve", str(row.id), "resend")

    @rule(which=any_number, verb=st.sampled_from(("release", "drop")))
    def decide_run(self, which: int, verb: str) -> None:
        """Let a run that the brake holds go out, or give it up."""
        held = self.world.ask("SELECT id FROM runs WHERE state = 'held' ORDER BY id")
        if held:
            self.world.command(verb, str(held[which % len(held)][0]))

    @rule(which=any_number)
    def send(self, which: int) -> None:
        reader = self._reader(which)
        if reader is not None:
            self.world.true += timedelta(seconds=1)  # such a slot is named by the second
            self.world.send(reader.name)

    def _with_parts(self, id_: int) -> set[int]:
        below = self.world.ask(
            "SELECT b.id FROM deliveries a JOIN deliveries b ON b.digest_id = a.digest_id"
            " AND b.target = a.target WHERE a.id = ? AND (a.part = 0 OR b.id = a.id)",
            id_,
        )
        return {one for (one,) in below}

    @rule(which=any_number, verb=st.sampled_from(("pause", "stop", "resume")), whole=st.booleans())
    def suppress(self, which: int, verb: str, whole: bool) -> None:
        reader = self._reader(which)
        if reader is not None:
            target = () if whole else (reader.deliver[which % len(reader.deliver)],)
            self.world.command(verb, reader.name, *target)

    # ---------------------------------------------------------------- what must hold

    @invariant()
    def servers_and_ledger_agree(self) -> None:
        found = list(audit.faults(self.world, self.person))
        assert not found, "\n".join(found)

    def teardown(self) -> None:
        try:
            if not list(audit.faults(self.world, self.person)):
                self._all_is_well_again()
        finally:
            self.world.end()

    def _all_is_well_again(self) -> None:
        self.world.smtp.mode = self.world.slack.mode = self.world.slack.reading = "ok"
        self.world.room = None
        self.world.write_config()
        for name in self.world.readers:
            self.world.command("resume", name)
        self._calm(*_CALM)
        self._decide_all()
        self._calm(1, 17, 300, 17)
        found = [
            *audit.faults(self.world, self.person),
            *audit.lost(self.world, self.due),
            *audit.twins(self.world),
        ]
        assert not found, "\n".join(found)

    def _calm(self, *minutes: int) -> None:
        for each in minutes:
            self.world.true += timedelta(minutes=each)
            self.world.tick()

    def _decide_all(self) -> None:
        """Release every run; say of every message that waits for a person whether it arrived: what hangs below
        may go on then. Give up what nobody is to get any more."""
        for (run,) in self.world.ask("SELECT id FROM runs WHERE state = 'held'"):
            self.world.command("release", str(run))
        for row in audit.rows(self.world):
            if row.state == "held" and self._is_wanted(row):
                self._look(row, "resolve")
            elif row.state == "held":
                self._give_up(row)

    def _is_wanted(self, row: Row) -> bool:
        reader = self.world.readers.get(row.reader)
        return row.reader == OPERATOR or (reader is not None and row.target in reader.deliver)

    def _give_up(self, row: Row) -> None:
        if self.world.command("resolve", str(row.id), "drop") == 0:
            self.person.dropped |= self._with_parts(row.id)


@pytest.fixture
def stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Stage]:
    """`capsys` keeps what commands say in memory: the disk may be full, and a file of pytest's would be full as well."""
    # So low that it is reached with the few papers there are here.
    monkeypatch.setattr(brake, "MOST", 5)
    monkeypatch.setattr(brake, "TIMES", 2)
    monkeypatch.setattr(brake, "FIRST_MOST", 5)
    with ModalSmtp() as smtp, ModalSlack() as slack:
        monkeypatch.setenv(WEBHOOK, slack.webhook_url)
        monkeypatch.setenv(TOKEN, "xoxb-machine")
        template = World.template(tmp_path / "template", smtp, slack)
        template.tick()
        template.stop()
        yield Stage(template, tmp_path)


def test_whatever_happens_nothing_is_lost_and_what_came_twice_says_so(stage: Stage) -> None:
    machine = seed(SEED)(type("Machine", (ServiceMachine,), {"stage": stage}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=not SEED,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
