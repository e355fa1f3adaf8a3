"""The configuration in force while the service runs: read again when a file changed or somebody asks, whole or not
at all. A config that is wrong leaves the old one in force, templates that are wrong leave the old ones.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from paperdigest import logs
from paperdigest.app import App
from paperdigest.config import fingerprint
from paperdigest.core.errors import ConfigError, TemplateError
from paperdigest.core.reload_words import CONFIG, TEMPLATES
from paperdigest.logs import event

log = logging.getLogger(__name__)

#: Seconds that a look at all files may take to be had at every beat, how many times as long one that takes longer is
#: let rest, and seconds after which it comes at the latest.
_QUICK, _RARELY, _LONGEST = 0.02, 500, 30.0

_Stamps = tuple[tuple[str, int, int, int], ...]


class InForce:
    """One app after the other. Safe from any thread. `reloading` surrounds each reading."""

    def __init__(
        self,
        app: App,
        reloading: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.app = app
        self._around = reloading
        self._lock = threading.Lock()
        self._files = app.settings.files  # as they were when they were last read, well or not
        self._templates = _stamps(app.settings.templates)
        self._not_before = 0.0  # by the monotonic clock
        self._wrong: dict[str, tuple[str, ...]] = {}
        self._retired: list[App] = []  # of an earlier config; their connections are still open

    @property
    def wrong(self) -> Mapping[str, Sequence[str]]:
        """Return what was changed and cannot be used, CONFIG or TEMPLATES, with its problems."""
        return dict(self._wrong)

    def follow(self) -> App:
        """Read again what changed since it was read; return what is in force then."""
        with self._lock:
            if time.monotonic() >= self._not_before and self._is_changed():
                self._read()
            return self.app

    def _is_changed(self) -> bool:
        """Look at every file. Of very many, the less often the longer it takes: a look is not to cost more than
        this part of the time."""
        began = time.thread_time()  # of the processor: another process's work is not ours
        settings = self.app.settings
        files, templates = fingerprint(settings.path), _stamps(settings.templates)
        found = files != self._files or templates != self._templates
        took = time.thread_time() - began
        if took > _QUICK:
            self._not_before = time.monotonic() + min(took * _RARELY, _LONGEST)
        return found

    def reload(self) -> None:
        """Read everything again now."""
        with self._lock:
            self._read()

    def close_retired(self) -> None:
        """Let go of the connections of apps that are not in force any more. For the round that uses them."""
        while self._retired:
            self._retired.pop().close()

    def close(self) -> None:
        """Let go of all connections."""
        self.close_retired()
        self.app.close()

    def _read(self) -> None:
        old = self.app
        with self._around():
            self._files, before = fingerprint(old.settings.path), _stamps(old.settings.templates)
            try:
                fresh = old.again()
                self._note(CONFIG, ())
            except ConfigError as error:
                self._note(CONFIG, [str(problem) for problem in error.problems])
                if before == self._templates:
                    return
                fresh = old.as_it_is()
            self._templates = _stamps(fresh.settings.templates)
            if not self._has_good_templates(fresh):
                with suppress(TemplateError):  # none were ever good: then each digest says so
                    fresh.renderer = old.renderer
            self._replace(old, fresh)

    def _has_good_templates(self, app: App) -> bool:
        from paperdigest.render.checks import unusable

        folder = app.settings.templates
        problems = unusable(folder if folder.is_dir() else None)
        self._note(TEMPLATES, [str(problem) for problem in problems])
        return not problems

    def _replace(self, old: App, fresh: App) -> None:
        self.app = fresh
        self._retired.append(old)
        if old.settings.log != fresh.settings.log:
            logs.setup(log.getEffectiveLevel(), json=fresh.settings.log.format == "json")
        event(log, "config-reloaded", path=fresh.settings.path)

    def _note(self, what: str, problems: Sequence[str]) -> None:
        if tuple(problems) == self._wrong.get(what, ()):
            return
        if problems:
            self._wrong[what] = tuple(problems)
            event(log, f"{what}-not-reloaded", level=logging.ERROR, problems="; ".join(problems))
        else:
            self._wrong.pop(what, None)


def _stamps(folder: Path) -> _Stamps:
    """Return what the files of a folder look like, those of its folders too; nothing where there is none."""
    return tuple(sorted(_of_files(folder)))


def _of_files(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    for here, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(here, name)  # noqa: PTH118 - this is done every few seconds
            with suppress(OSError):  # gone in this very moment
                found = os.stat(path)  # noqa: PTH116 - likewise
                yield path, found.st_mtime_ns, found.st_size, found.st_ino
