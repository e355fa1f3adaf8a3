"""Hand a mail to a local program (sendmail, msmtp): recipient on its command line, message on its input.

Owns running it and reading its exit code (sysexits.h). A program that takes mail takes charge of it.
"""

from __future__ import annotations

import subprocess
import tempfile

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
    try:
        # Not through a pipe: if this process dies half-way the program would take half a message for all of it.
        with tempfile.TemporaryFile() as message:
            message.write(data.replace(b"\r\n", b"\n"))
            message.seek(0)
            done = subprocess.run(  # noqa: S603  a list, no shell; the program is the operator's own choice
                arguments,
                stdin=message,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=timeout,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return Unknown(f"{name} did not end within {timeout:g} s")
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
