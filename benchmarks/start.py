"""How long `paperdigest --help` takes, beside a bare Python start and the import of click. Printed, not gated:
under 0.2 s is expected."""

from __future__ import annotations

import subprocess
import sys

from measure import Contender, interleaved, table


def call(*args: str) -> Contender[None]:
    """Return a contender that starts a Python process."""

    def run(_: None) -> None:
        subprocess.run([sys.executable, *args], check=True, stdout=subprocess.DEVNULL)

    return Contender(" ".join(args)[:40], lambda: None, run)


def main() -> int:
    """Print the table."""
    rows = interleaved(
        [call("-c", "pass"), call("-c", "import click"), call("-m", "paperdigest", "--help")]
    )
    print(table("starting", rows, per=1, unit="start"))
    print(f"  paperdigest --help: {rows[-1].median:.3f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
