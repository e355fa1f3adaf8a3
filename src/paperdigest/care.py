"""Care for the database of one configuration: backups when they are due, the weekly examination, and what of the
config goes into a backup. Wires `store` and `flow`; a secret never goes in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from paperdigest import __version__, machine
from paperdigest.config.find import NAME as MAIN_FILE
from paperdigest.config.secrets import FOLDER as SECRETS
from paperdigest.config.secrets import SecretKind
from paperdigest.core import backups as rules
from paperdigest.core.errors import LockHeld, StoreDamaged, StoreError, StoreFull
from paperdigest.logs import event

if TYPE_CHECKING:
    from paperdigest.app import App
    from paperdigest.config import Settings
    from paperdigest.store.backup import Backup
    from paperdigest.store.connection import Store

log = logging.getLogger(__name__)


def back_up(
    app: App,
    store: Store,
    now: datetime,
    *,
    target: Path | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Backup, tuple[str, ...]]:
    """Make a backup now: as `target`, or beside the database, where the oldest ones go then. Return it, and which
    config files were left out. Raises StoreError, LockHeld, UsageError, Stopped."""
    from paperdigest.flow import backups
    from paperdigest.store import backup

    config, left_out = config_files(app.settings)
    folder = app.settings.storage / backup.FOLDER
    # Who keeps none makes them by hand: then it is not for us to say which may go.
    keep = None if target is not None else app.settings.backup.keep or None
    made = backup.make(
        app.database,
        target or folder / rules.file_name(now),
        backup.Stamp(__version__, machine.host_name(), now),
        config=config,
        keep=keep,
        free=app.free,
        stop=stop,
    )
    backups.was_made(store, now)
    return made, left_out


def look_after(
    app: App, store: Store, now: datetime, stop: Callable[[], bool] = lambda: False
) -> None:
    """Make the backup that is due and examine the database when that is due. A backup that cannot be made stops
    nothing else. Raises StoreDamaged."""
    from paperdigest.flow import host
    from paperdigest.store.copying import Stopped

    host.still_used(store, now)
    try:
        _back_up_if_due(app, store, now, stop)
        _examine_if_due(app, store, now, stop)
    except Stopped as stopped:
        event(log, "care-broken-off", reason=str(stopped))


def _back_up_if_due(app: App, store: Store, now: datetime, stop: Callable[[], bool]) -> None:
    from paperdigest.flow import backups

    wanted = app.settings.backup
    if not wanted.keep or not backups.is_due(store, wanted.at, app.settings.timezone, now):
        return
    try:
        made, _ = back_up(app, store, now, stop=stop)
    except LockHeld as held:  # one is made by hand just now
        event(log, "backup-waits", reason=str(held))
        backups.tried(store, now)
    except StoreDamaged as damage:
        _examine(
            app, store, now, stop
        )  # raises where it is more than the copy, or its search index
        _failed(store, damage, now)
    except (StoreError, OSError) as error:
        _failed(store, error, now)
    else:
        event(log, "backed-up", file=made.file, bytes=made.size, removed=made.removed)


def _failed(store: Store, error: Exception, now: datetime) -> None:
    from paperdigest.flow import backups

    urgent = isinstance(error, StoreFull | StoreDamaged)
    event(log, "backup-failed", level=logging.ERROR, error=str(error))
    backups.failed(store, str(error), urgent=urgent)
    if not urgent:  # told at once, whenever it is tried
        backups.tried(store, now)


def _examine_if_due(app: App, store: Store, now: datetime, stop: Callable[[], bool]) -> None:
    from paperdigest.flow import backups

    if backups.examination_is_due(store, now):
        _examine(app, store, now, stop)


def _examine(app: App, store: Store, now: datetime, stop: Callable[[], bool]) -> None:
    from paperdigest.flow import backups
    from paperdigest.store.copying import full_check

    full_check(app.database, stop)
    backups.examined(store, now)
    event(log, "examined", database=app.database)


# -- what of the config is backed up


def config_files(settings: Settings) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the config's files by their names in an archive: what was read of it, and the templates. Also those
    that are left out: secrets wherever they lie, what lies elsewhere, and what is no small plain file."""
    from paperdigest.store import archive

    secret = {_identity(path) for path in _secret_files(settings)} - {None}
    taken: dict[str, bytes] = {}
    left_out: list[str] = []
    for path in _wanted(settings):
        name = _name(path, settings.folder)
        if name is not None and path == settings.path and path.suffix != ".toml":
            name = archive.CONFIG + MAIN_FILE  # where it is put back it may have any name again
        identity = _identity(path)
        if identity is None:
            continue
        if name is None or identity in secret or not archive.fits(name):
            left_out.append(str(path))
            continue
        data = _small(path, archive.LARGEST_FILE)
        if data is None or len(taken) >= archive.MOST_FILES - 1:
            left_out.append(str(path))
        else:
            taken[name] = data
    return taken, tuple(left_out)


def _wanted(settings: Settings) -> Iterator[Path]:
    yield settings.path
    yield from sorted({stamp.path for stamp in settings.files} - {settings.path})
    if settings.templates.is_dir():
        yield from sorted(path for path in settings.templates.rglob("*") if path.is_file())


def _name(path: Path, folder: Path) -> str | None:
    """Return what a file is called in the archive; None for what lies elsewhere, among the secrets, or hidden."""
    from paperdigest.store import archive

    if not path.is_relative_to(folder):
        return None
    parts = path.relative_to(folder).parts
    if not parts or parts[0].casefold() == SECRETS or any(part.startswith(".") for part in parts):
        return None
    return archive.CONFIG + "/".join(parts)


def _secret_files(settings: Settings) -> Iterator[Path]:
    """Yield the files that hold secrets, or that a program may read one from."""
    for _, ref in settings.secrets():
        if ref.kind in (SecretKind.FILE, SecretKind.COMMAND):
            yield from (settings.folder / word for word in ref.value)
    folder = settings.folder / SECRETS
    if folder.is_dir():
        yield from (path for path in folder.rglob("*") if path.is_file())


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file whatever it is called, by link or by name; None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _small(path: Path, largest: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError:
        return None
    return data if len(data) <= largest else None
