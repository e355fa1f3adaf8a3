"""Hand a mail to a local program (sendmail, msmtp): recipient on its command line, message on its input.

Owns running it and reading its exit code (sysexits.h). A program that takes mail takes charge of it.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from typing import IO

from paperdigest.channels.smtp_errors import answer
from paperdigest.core.ports import Barred, Outcome, Reach, Refused, Retry, Sent, Unknown
from paperdigest.failpoints import failpoint

_EX_OK = 0
_RECIPIENT_FAULTS = {67: "the recipient is unknown", 68: "the recipient's host is unknown"}
_EX_TEMPFAIL = 75


def run(
    command: tuple[str, ...], sender: str, recipient: str, data: bytes, timeout: float
) -> Outcome:
    """Send one message. `data` has CRLF line ends and is given with LF, as such programs expect."""
    name = command[0]
    # "--" ends the options: an address that starts with "-" stays an address.
    arguments = [*command, "-i", "-f", sender, "--", recipient]
    failpoint("sendmail.run")
    # Not through a pipe: if this process dies half-way the program would take half a message for all of it.
    try:
        message = _on_disk(data.replace(b"\r\n", b"\n"))
    except OSError as error:
        told = f"no temporary file could be written for {name} ({error.strerror})"
        return Retry(f"{told} · make room where they lie (TMPDIR)", reach=Reach.CHANNEL)
    with message:
        return _hand_over(arguments, message, timeout)


def _on_disk(data: bytes) -> IO[bytes]:
    """Return a file that holds all of the data, at its beginning. It is gone once it is closed."""
    with ExitStack() as opened:
        message = opened.enter_context(_unbuffered())
        left = memoryview(data)
        while left:
            left = left[message.write(left) :]
        message.seek(0)
        opened.pop_all()
        return message


def _unbuffered() -> IO[bytes]:
    # With a buffer, what a full disk did not take would be written once more at the closing.
    return tempfile.TemporaryFile(buffering=0)


def _hand_over(arguments: Sequence[str], message: IO[bytes], timeout: float) -> Outcome:
    name = arguments[0]
    try:
        done = subprocess.run(  # noqa: S603  a list, no shell; the program is the operator's own choice
            arguments,
            stdin=message,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Unknown(f"{name} did not end within {timeout:g} s", reach=Reach.CHANNEL)
    except OSError as error:
        told = f"{name} could not be started ({error.strerror}) · check [email] sendmail"
        return Barred(told, Reach.CHANNEL)
    failpoint("sendmail.ended")
    return _outcome(name, done.returncode, answer(done.stderr))


def _outcome(name: str, code: int, said: str) -> Outcome:
    if code == _EX_OK:
        return Sent()
    told = f": {said}" if said else ""
    if code in _RECIPIENT_FAULTS:
        return Refused(f"{name}: {_RECIPIENT_FAULTS[code]}{told}", Reach.TARGET)
    if code == _EX_TEMPFAIL:
        return Retry(f"{name} could not take it now{told}")
    if code < 0:
        return Unknown(f"{name} was killed by signal {-code}")
    return Retry(f"{name} ended with {code}{told}")
