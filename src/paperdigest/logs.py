"""How the program speaks to its operator: `event key=value` lines on standard error, or JSON.

Owns escaping (nothing from a feed can break out of its line) and redaction (no secret gets in).
Set up once, by the command line; the core does not log.
"""

from __future__ import annotations

import base64
import json as jsonlib
import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from urllib.parse import quote, quote_plus

from paperdigest.core.secret import Secret, mask_parameters

#: Libraries that tell their own story at INFO; only their warnings are of interest here.
QUIET = ("apscheduler", "httpcore2", "httpx2", "slack_sdk", "tzlocal")
MASK = "***"

_PATTERNS = (  # what a secret looks like even where nobody registered it
    (re.compile(r"\b(?:xox[a-z]|xapp)(?:\.xox[a-z])*-[\w-]+"), MASK),
    (
        re.compile(r"(hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/)[^\s\"'<>|]+"),
        rf"\1{MASK}",
    ),
    (re.compile(r"(://[^/\s:@\"']*:)[^/\s@\"']+@"), rf"\1{MASK}@"),
    (
        re.compile(r"(authorization[\"']?\s*[:=]\s*[\"']?(?:bearer|basic)\s+)[^\s\"']+", re.I),
        rf"\1{MASK}",
    ),
)
_SHORTEST = 4  # hiding every "a" would hide the log, not the secret
_PLAIN = re.compile(r"[^\s\"'=\\]+")
# C0, DEL and C1 controls, line and paragraph separators, and the signs that turn the reading direction.
_CONTROLS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
_PRIORITY = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}

#: What the work in hand belongs to, in this thread: its keys stand on every line that is logged meanwhile.
_bound: ContextVar[Mapping[str, object]] = ContextVar("bound", default=MappingProxyType({}))

_hidden: set[str] = set()
_hidden_pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: a name and its figures. `str()` is its text form."""

    name: str
    keys: Mapping[str, object]

    def __str__(self) -> str:
        return " ".join(
            [self.name, *(f"{key}={_quoted(value)}" for key, value in self.keys.items())]
        )


def event(
    logger: logging.Logger, name: str, /, *, level: int = logging.INFO, **keys: object
) -> None:
    """Log `name key=value …`. None is left out; strings with blanks are quoted."""
    if logger.isEnabledFor(level):
        given = {key: value for key, value in keys.items() if value is not None}
        logger.log(level, Event(name, given), stacklevel=2)


def fault(logger: logging.Logger, name: str, error: BaseException, /, **keys: object) -> None:
    """Log `name key=value …` as an error, with its traceback."""
    logger.error(Event(name, keys), exc_info=error, stacklevel=2)


@contextmanager
def bound(**keys: object) -> Iterator[None]:
    """Add these keys to every line that is logged in the block, also by a library: run, source, delivery.

    A line's own key of that name goes before. Another thread has them only in a copy of this context.
    """
    before = _bound.set(MappingProxyType({**_bound.get(), **keys}))
    try:
        yield
    finally:
        _bound.reset(before)


def setup(level: int | str = logging.INFO, *, json: bool = False) -> None:
    """Send every log line to standard error, from `level` up. Calling it again replaces the last call."""
    root = logging.getLogger()
    for handler in [known for known in root.handlers if isinstance(known, _Stderr)]:
        root.removeHandler(handler)
    handler = _Stderr()
    handler.setFormatter(
        _JsonLines() if json else _TextLines(journal="JOURNAL_STREAM" in os.environ)
    )
    root.addHandler(handler)
    root.setLevel(level.upper() if isinstance(level, str) else level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def hide(secret: Secret) -> None:
    """Never let this value into a log line, nor its usual encodings."""
    global _hidden_pattern  # noqa: PLW0603 - one process has one set of secrets and one log
    value = secret.reveal().strip()
    if len(value) < _SHORTEST:
        return
    raw = value.encode()
    _hidden.update(
        {value, quote(value, safe=""), quote_plus(value), base64.b64encode(raw).decode()}
    )
    _hidden.update({repr(value)[1:-1], jsonlib.dumps(value)[1:-1]})
    longest_first = sorted(_hidden, key=len, reverse=True)
    _hidden_pattern = re.compile("|".join(map(re.escape, longest_first)))


def redact(text: str) -> str:
    """Return the text with secrets masked: registered values and what looks like a Slack secret."""
    if _hidden_pattern is not None:
        text = _hidden_pattern.sub(MASK, text)
    for pattern, masked in _PATTERNS:
        text = pattern.sub(masked, text)
    return mask_parameters(text)


def escape(text: str) -> str:
    """Return the text on one line: control and direction signs become `\\n`, `\\x1b`, `\\u202e`."""
    return _CONTROLS.sub(lambda found: _escaped(found[0]), text)


def _escaped(sign: str) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(
        sign, f"\\x{ord(sign):02x}" if ord(sign) < 256 else f"\\u{ord(sign):04x}"
    )


def _quoted(value: object) -> str:
    text = redact(str(_plain(value)))  # before quoting, which would change what is looked for
    if _PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(value: object) -> str | int | float | bool:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, timedelta):
        return (
            f"{value.total_seconds():.3g}s"
            if value < timedelta(minutes=1)
            else f"{value.total_seconds():.0f}s"
        )
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(str(_plain(item)) for item in value)
    return str(value)


def _utc(moment: datetime) -> str:
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.isoformat(timespec="seconds").replace("+00:00", "Z")


class _Stderr(logging.Handler):
    """Writes to whatever standard error is at that moment, and survives its loss."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError, AttributeError):
            return  # closed or gone: a log that nobody can read must not stop the service


class _Lines(logging.Formatter):
    def around(self, record: logging.LogRecord) -> dict[str, object]:
        """Return what the work in hand belongs to, as far as the line does not say it itself."""
        own = record.msg.keys if isinstance(record.msg, Event) else {}
        return {key: value for key, value in _bound.get().items() if key not in own}

    def message(self, record: logging.LogRecord) -> str:
        try:
            return redact(record.getMessage())
        except (TypeError, ValueError, KeyError):  # a wrong % argument must not cost the line
            return redact(f"{record.msg} {record.args}")

    def trouble(self, record: logging.LogRecord) -> str:
        """Return the traceback, or nothing."""
        if record.exc_info and record.exc_info[0] is not None:
            return redact(self.formatException(record.exc_info))
        return ""


class _TextLines(_Lines):
    """`2026-11-20T09:30:00Z INFO ingested source=hf new=40`; under systemd the journal has time and level."""

    def __init__(self, *, journal: bool) -> None:
        super().__init__()
        self.journal = journal

    def format(self, record: logging.LogRecord) -> str:
        around = (f" {key}={_quoted(value)}" for key, value in self.around(record).items())
        lines = [escape("".join([self.message(record), *around]))]
        # Indented, so that no text inside an exception can pass for a line of ours.
        lines += ["    " + escape(line) for line in self.trouble(record).splitlines()]
        if self.journal:
            return "\n".join(f"<{_PRIORITY.get(record.levelno, 5)}>{line}" for line in lines)
        lines[0] = (
            f"{_utc(datetime.fromtimestamp(record.created, UTC))} {record.levelname} {lines[0]}"
        )
        return "\n".join(lines)


class _JsonLines(_Lines):
    """One object a line: time, level, logger, event, and the event's keys."""

    def format(self, record: logging.LogRecord) -> str:
        told = {key: _json_value(value) for key, value in self.around(record).items()}
        if isinstance(record.msg, Event):
            told |= {key: _json_value(value) for key, value in record.msg.keys.items()}
        told |= {
            "time": _utc(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.msg.name if isinstance(record.msg, Event) else self.message(record),
        }
        if trouble := self.trouble(record):
            told["traceback"] = trouble
        first = ("time", "level", "logger", "event")
        ordered = {key: told[key] for key in first} | {
            key: told[key] for key in told if key not in first
        }
        return jsonlib.dumps(ordered, ensure_ascii=True)


def _json_value(value: object) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        return [_json_value(item) for item in value]
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    return redact(str(_plain(value)))
