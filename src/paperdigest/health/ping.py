"""The dead man's switch: an address that is fetched after each good run, so that whoever watches it notices when
nothing comes any more; a program that is dead cannot say so itself.

A ping that fails is logged once and disturbs nothing. The address is a secret: whoever has it can feign life.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from paperdigest.core.errors import PaperdigestError
from paperdigest.core.secret import Secret
from paperdigest.logs import event, hide

log = logging.getLogger(__name__)

_TELLING: Final = 12  # characters
#: Statuses that are thanks enough: some services answer with no document.
_GOOD: Final = frozenset({200, 201, 202, 203, 204})


class Pinger:
    """Pings, one at a time. `address` gives the address when it is needed, None for no ping."""

    def __init__(self, address: Callable[[], Secret | None]) -> None:
        self._address = address
        self._busy = threading.Lock()
        self._failing = ""

    def ping_aside(self) -> None:
        """Ping in a thread of its own, which holds nobody up; nothing while one is on its way."""
        if not self._busy.locked():
            threading.Thread(target=self.ping, name="paperdigest-ping", daemon=True).start()

    def ping(self) -> bool:
        """Ping now, for at most some seconds; return whether it was answered well, True where nobody asks for it."""
        if not self._busy.acquire(blocking=False):
            return True
        try:
            error = self._trouble()
        finally:
            self._busy.release()
        if error and error != self._failing:
            event(log, "ping-failed", level=logging.WARNING, error=error)
        elif self._failing and not error:
            event(log, "ping-recovered")
        self._failing = error
        return not error

    def _trouble(self) -> str:
        """Ping, and return why that failed; "" for nothing."""
        try:
            address = self._address()
            if address is not None:
                _hide(address)
                _fetch(address)
        except PaperdigestError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - whatever breaks here must not reach the service
            return f"a fault of ours: {type(error).__name__}"
        return ""


def _fetch(address: Secret) -> None:
    from paperdigest.http import Limits, fetch

    limits = Limits(connect=5.0, read=5.0, total=10.0, sent=64 * 1024, unpacked=64 * 1024)
    fetch(address.reveal(), limits=limits, good=_GOOD)


def _hide(address: Secret) -> None:
    """Keep the address out of the log, also where only its path or its parameters are shown."""
    parts = urlsplit(address.reveal())
    hide(address)
    for part in (parts.path, parts.query):
        if len(part) >= _TELLING:  # a short one would be masked in harmless places too
            hide(Secret(part))
