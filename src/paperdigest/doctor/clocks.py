"""Reads whether anything keeps the clock of this machine right, where systemd tells."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_SYSTEMD = Path("/run/systemd/system")
_SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")
_SECONDS = 5


def kept_right(systemd: Path = _SYSTEMD, synchronized: Path = _SYNCHRONIZED) -> bool | None:
    """Return whether a time server keeps the clock right; None where systemd does not run or does not say.

    The file is of systemd-timesyncd(8); timedatectl(1) knows of other programs too.
    """
    if not systemd.is_dir():
        return None
    return True if synchronized.exists() else _asked()


def _asked() -> bool | None:
    program = shutil.which("timedatectl")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603  a list, no shell, and the system's own program
            [program, "show", "--property=NTPSynchronized", "--value"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())
