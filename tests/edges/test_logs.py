"""Log lines: one event a line, nothing from outside breaks out of it, no secret gets in."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest import logs
from paperdigest.core.secret import Secret
from paperdigest.logs import bound, escape, event, hide, redact, setup

log = logging.getLogger("paperdigest.tests")


@pytest.fixture(autouse=True)
def root_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    monkeypatch.setattr(logs, "_hidden", set())
    monkeypatch.setattr(logs, "_hidden_pattern", None)
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that was logged, without its time."""
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    return line.rstrip("\n").split(" ", 1)[1]


def test_event_is_a_name_and_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    setup()
    event(
        log,
        "ingested",
        source="arxiv-cs",
        papers=812,
        took=timedelta(seconds=3.14),
        ok=True,
        error=None,
    )
    assert said(capsys) == "INFO ingested source=arxiv-cs papers=812 took=3.14s ok=true"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("two words", '"two words"'),
        ("", '""'),
        ("a=b", '"a=b"'),
        ('say "no"', '"say \\"no\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("two\nlines", '"two\\nlines"'),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("right\u202eleft", "right\\u202eleft"),
        ("Zürich", "Zürich"),
        (("a", "b"), "a,b"),
        (datetime(2026, 11, 20, 9, 30, tzinfo=UTC), "2026-11-20T09:30:00Z"),
        (timedelta(hours=2), "7200s"),
        (0, "0"),
    ],
)
def test_values_are_quoted_where_they_must_be(
    value: object, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    setup()
    event(log, "seen", value=value)
    assert said(capsys) == f"INFO seen value={text}"


def test_level_decides_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    setup("warning")
    event(log, "unheard")
    event(log, "heard", level=logging.WARNING)
    assert said(capsys) == "WARNING heard"


def test_setting_up_twice_does_not_log_twice(capsys: pytest.CaptureFixture[str]) -> None:
    setup()
    setup()
    event(log, "once")
    assert said(capsys) == "INFO once"


def test_lines_start_with_their_time(capsys: pytest.CaptureFixture[str]) -> None:
    setup()
    event(log, "now")
    stamp = capsys.readouterr().err.split(" ")[0]
    assert datetime.fromisoformat(stamp).utcoffset() == timedelta()


def test_journal_gets_a_priority_instead(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    setup()
    event(log, "stuck", level=logging.ERROR)
    assert capsys.readouterr().err == "<3>stuck\n"


def test_json_lines_keep_kinds_and_put_the_event_first(capsys: pytest.CaptureFixture[str]) -> None:
    setup(json=True)
    event(
        log,
        "ingested",
        papers=3,
        took=timedelta(seconds=2),
        files=("a", "b"),
        level_=None,
        time="noon",
    )
    told = json.loads(capsys.readouterr().err)
    assert datetime.fromisoformat(told.pop("time")).tzinfo is not None
    assert list(told)[:3] == ["level", "logger", "event"]
    assert told == {
        "level": "info",
        "logger": "paperdigest.tests",
        "event": "ingested",
        "papers": 3,
        "took": 2.0,
        "files": ["a", "b"],
    }


def test_plain_messages_of_libraries_become_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    setup(json=True)
    log.warning("could not read %s", "x\ny")
    assert json.loads(capsys.readouterr().err)["event"] == "could not read x\ny"


def test_wrong_format_argument_does_not_cost_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    setup()
    record = log.makeRecord(log.name, logging.WARNING, __file__, 1, "%d papers", ("many",), None)
    logging.getLogger().handlers[-1].handle(record)  # pytest's own handlers would raise
    assert said(capsys) == "WARNING %d papers ('many',)"


def test_libraries_are_heard_only_when_they_warn(capsys: pytest.CaptureFixture[str]) -> None:
    setup("debug")
    for name in ("slack_sdk.web", "httpx2", "apscheduler.executors.default"):
        logging.getLogger(name).info("chatter")
    assert capsys.readouterr().err == ""


# ------------------------------------------------------------------ untrusted text


def test_text_from_a_feed_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    setup()
    log.info("title: %s", "x\n2026-11-20T09:30:00Z INFO delivered to=everyone")
    assert said(capsys).startswith("INFO title: x\\n2026")


def test_text_in_an_exception_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    setup()
    try:
        raise ValueError("x\n2026-11-20T09:30:00Z INFO forged\x1b[2J")  # noqa: TRY301 - needs a traceback
    except ValueError:
        log.exception("broke")
    first, *rest = capsys.readouterr().err.splitlines()
    assert first.endswith("ERROR broke")
    assert all(line.startswith("    ") for line in rest)
    assert "\x1b" not in "".join(rest)


@settings(deadline=None)
@given(st.text())
def test_escaped_text_is_one_line_without_controls(text: str) -> None:
    shown = escape(text)
    assert len(shown.splitlines()) <= 1
    assert not any(
        sign < " " or "\x7f" <= sign <= "\x9f" or "\u202a" <= sign <= "\u202e" for sign in shown
    )


# ------------------------------------------------------------------ secrets

WEBHOOK = "hooks.slack.com/services/" + "T000/B000/" + "x" * 24


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token xoxb-12-34-abc refused", "token *** refused"),
        ("'xoxe.xoxp-1-abc'", "'***'"),
        ("xapp-1-A-2", "***"),
        (f"POST https://{WEBHOOK} failed", "POST https://hooks.slack.com/services/*** failed"),
        ("smtp://ada:tea@mail.example.org/", "smtp://ada:***@mail.example.org/"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("{'Authorization': 'Basic YWJj'}", "{'Authorization': 'Basic ***'}"),
        ("GET /rss?cat=cs&api_key=k123&max=5", "GET /rss?cat=cs&api_key=***&max=5"),
        ("GET /rss?access_token=k123&max=5", "GET /rss?access_token=***&max=5"),
        ("a box-office paper by xox", "a box-office paper by xox"),
        ("https://example.org/a:b@c is a path", "https://example.org/a:b@c is a path"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize("json_lines", [False, True])
def test_registered_secret_appears_nowhere_in_any_form(
    json_lines: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    value = 'can"ary ?&/\\é word'
    hide(Secret(value))
    setup(json=json_lines)
    event(
        log,
        "seen",
        value=value,
        quoted="can%22ary%20%3F%26%2F%5C%C3%A9%20word",
        shown=Secret(value),
    )
    log.info("login %r", value)
    log.info("login %s", "Y2FuImFyeSA/Ji9cw6kgd29yZA==")
    try:
        raise ValueError(value)  # noqa: TRY301 - needs a traceback
    except ValueError:
        log.exception("refused")
    out = capsys.readouterr().err
    assert "ary" not in out
    assert "Y2Fu" not in out
    assert out.count("***") >= 6


def test_longer_secret_is_masked_before_one_inside_it() -> None:
    hide(Secret("abcd"))
    hide(Secret("abcdefgh"))
    assert redact("abcdefgh abcd") == "*** ***"


def test_tiny_values_do_not_blank_the_log() -> None:
    hide(Secret("a"))
    hide(Secret(""))
    assert redact("a paper") == "a paper"


# ------------------------------------------------------------------ a lost standard error


def test_lost_standard_error_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    setup()
    gone = io.StringIO()
    gone.close()
    for stream in (gone, None):
        monkeypatch.setattr(sys, "stderr", stream)
        event(log, "unheard")


# ------------------------------------------------------------------ what the work in hand belongs to


def test_keys_of_the_work_in_hand_stand_on_every_line_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    setup()
    with bound(run="ingest.3"), bound(source="hf"):
        logging.getLogger("a.library").warning("retrying %s", "soon")
    assert said(capsys) == "WARNING retrying soon run=ingest.3 source=hf"
    event(log, "later")
    assert said(capsys) == "INFO later"


def test_a_line_says_a_key_of_its_own_once(capsys: pytest.CaptureFixture[str]) -> None:
    setup()
    with bound(source="hf", run="ingest.3"):
        event(log, "source-read", source="arxiv")
    assert said(capsys) == "INFO source-read source=arxiv run=ingest.3"


def test_json_has_the_keys_of_the_work_in_hand_too(capsys: pytest.CaptureFixture[str]) -> None:
    setup(json=True)
    with bound(delivery=41):
        log.warning("slow")
    told = json.loads(capsys.readouterr().err)
    assert (told["event"], told["delivery"]) == ("slow", 41)


@given(st.text(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_nothing_that_is_bound_breaks_out_of_its_line(name: str, as_json: bool) -> None:
    stream = io.StringIO()
    before, sys.stderr = sys.stderr, stream
    try:
        setup(json=as_json)
        with bound(source=name):
            event(log, "seen")
    finally:
        sys.stderr = before
    assert len(stream.getvalue().splitlines()) == 1


def test_another_thread_has_its_own_keys(capsys: pytest.CaptureFixture[str]) -> None:
    setup()
    with bound(run="deliver.1"):
        other = threading.Thread(target=lambda: event(log, "elsewhere"))
        other.start()
        other.join()
    assert said(capsys) == "INFO elsewhere"
