"""The configuration in force while the service runs: read again when a file changed or somebody asks, whole or not
at all. A config that is wrong leaves the old one in force, templates that are wrong leave the old ones, and at the
start the shipped ones.
"""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from paperdigest import logs
from paperdigest.app import App
from paperdigest.config import GivenUp, fingerprint
from paperdigest.config.folders import shown
from paperdigest.core.errors import ConfigError, Problem
from paperdigest.core.reload_words import CONFIG, TEMPLATES, moved_hint
from paperdigest.logs import event
from paperdigest.set_aside import SetAside

if TYPE_CHECKING:
    from paperdigest.render import Renderer

log = logging.getLogger(__name__)

#: Seconds of the processor that a look at all files may take to be had at every beat, and how many times as long one
#: that takes longer is let rest: it is to cost less than a five-hundredth of a processor.
_QUICK, _RARELY = 0.02, 500
#: The same of the wall clock, for a disk that is waited for (NFS), which costs no processor but holds up the beat. So
#: much laxer, for on a machine that is busy with other things a look takes ten times its time without being slow.
_PROMPT, _SELDOM = 0.5, 20
#: Seconds after which a look comes at the latest.
_LONGEST = 30.0

_Stamp = tuple[str, int, int, int, int]
_Stamps = tuple[_Stamp, ...]


class InForce:
    """One app after the other. Safe from any thread. `reloading` surrounds each reading, which is given up once
    `stop()` is true: ten thousand files take seconds."""

    def __init__(
        self,
        app: App,
        reloading: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        stop: Callable[[], bool] = lambda: False,
        steady: Callable[[], float] = time.monotonic,
        processor: Callable[[], float] = time.thread_time,
    ) -> None:
        self.app = app
        self._around, self._stop = reloading, stop
        self._steady, self._processor = steady, processor
        self._lock = threading.Lock()
        self._files = app.settings.files  # as they were when they were last read, well or not
        self._templates = _stamps(app.settings.templates)
        self._not_before = 0.0  # by the steady clock
        self._wrong: dict[str, tuple[str, ...]] = {}
        self._retired: list[App] = []  # of an earlier config; their connections are still open
        self._aside = SetAside()
        self._aside.follow(app.settings)
        app.renderer = self._tried(app) or _shipped()

    @property
    def wrong(self) -> Mapping[str, Sequence[str]]:
        """Return what was changed and cannot be used, CONFIG or TEMPLATES, with its problems."""
        return dict(self._wrong)

    def follow(self) -> App:
        """Read again what changed since it was read; return what is in force then."""
        with self._lock:
            began = self._steady()
            if began >= self._not_before and self._is_changed(began):
                self._read()
            return self.app

    def _is_changed(self, began: float) -> bool:
        """Look at every file. Of very many, or on a slow disk, the less often the longer it takes: a look is not to
        take more than some part of the time."""
        busy = self._processor()  # another process's work is not ours
        settings = self.app.settings
        files, templates = fingerprint(settings.path), _stamps(settings.templates)
        found = files != self._files or templates != self._templates
        worked, ended = self._processor() - busy, self._steady()
        self._not_before = ended + min(_rest(worked, ended - began), _LONGEST)
        return found

    def reload(self) -> None:
        """Read everything again now."""
        with self._lock:
            self._read()

    def close_retired(self) -> None:
        """Let go of the apps that are not in force any more, and their connections. For the round that uses them."""
        if not self._retired:
            return
        while self._retired:
            self._retired.pop().close()
        gc.collect()  # an app holds itself, and Python looks for such rarely (`app.collect_less`)

    def close(self) -> None:
        """Let go of all connections."""
        self.close_retired()
        self.app.close()

    def _read(self) -> None:
        old = self.app
        with self._around():
            self._files, before = fingerprint(old.settings.path), _stamps(old.settings.templates)
            try:
                fresh = _over_the_same_store(old, old.again(self._stop))
                self._note(CONFIG, ())
            except GivenUp:
                return
            except ConfigError as error:
                self._note(CONFIG, [str(problem) for problem in error.problems])
                if before == self._templates:
                    return
                fresh = old.as_it_is()
            self._templates = _stamps(fresh.settings.templates)
            fresh.renderer = self._tried(fresh) or old.renderer
            self._replace(old, fresh)

    def _tried(self, app: App) -> Renderer | None:
        """Return the templates as they are now, made here and not when the first digest asks: the files may be
        others then. None where they are wrong."""
        from paperdigest.render.checks import tried

        renderer, problems = tried(app.settings.templates)
        self._note(TEMPLATES, [str(problem) for problem in problems])
        return renderer

    def _replace(self, old: App, fresh: App) -> None:
        self.app = fresh
        self._retired.append(old)
        if old.settings.log != fresh.settings.log:
            logs.setup(log.getEffectiveLevel(), json=fresh.settings.log.format == "json")
        event(log, "config-reloaded", path=fresh.settings.path)
        self._aside.follow(fresh.settings)

    def _note(self, what: str, problems: Sequence[str]) -> None:
        if tuple(problems) == self._wrong.get(what, ()):
            return
        if problems:
            self._wrong[what] = tuple(problems)
            event(log, f"{what}-not-reloaded", level=logging.ERROR, problems="; ".join(problems))
        else:
            self._wrong.pop(what, None)


def _rest(worked: float, took: float) -> float:
    """Return how long a look is let rest that kept the processor busy for so long, and took so long."""
    for_work = worked * _RARELY if worked > _QUICK else 0.0
    for_waiting = took * _SELDOM if took > _PROMPT else 0.0
    return max(for_work, for_waiting)


def _shipped() -> Renderer:
    from paperdigest.render import Renderer

    return Renderer()


def _over_the_same_store(old: App, fresh: App) -> App:
    """Return the fresh app. Raises ConfigError where it would go on with another database: all that was sent would
    be new to that one, and whoever else looks at the config would start a second service beside this one."""
    here, there = (os.path.realpath(app.settings.storage) for app in (old, fresh))
    if here != there:
        what, hint = "[storage] dir was changed", moved_hint(here, there)
        raise ConfigError((Problem(shown(fresh.settings.path), 0, 0, what, hint),))
    return fresh


def _stamps(folder: Path) -> _Stamps:
    """Return what the files of a folder look like, those of its folders too, and which folders there are, or what stands
    in its place; nothing where there is none."""
    return tuple(sorted(_of_files(folder)))


def _of_files(folder: Path) -> Iterator[_Stamp]:
    if not folder.is_dir():
        yield from _of_file(os.fspath(folder))
    for here, folders, names in os.walk(folder):
        for name in folders:
            yield os.path.join(here, name), 0, 0, 0, 0  # noqa: PTH118 - this is done every few seconds
        for name in names:
            yield from _of_file(os.path.join(here, name))  # noqa: PTH118 - likewise


def _of_file(path: str) -> Iterator[_Stamp]:
    with suppress(OSError):  # gone in this very moment
        try:
            found = os.stat(path)  # noqa: PTH116 - likewise
        except OSError:
            found = os.lstat(path)  # a link to nothing
        yield path, found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns
