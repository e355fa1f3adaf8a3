"""The command line as a person calls it: arguments in, exit code and what was printed out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from paperdigest.cli import run_command


@dataclass(frozen=True, slots=True)
class Said:
    """What one call came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Return standard output as the one JSON object it must be."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True, slots=True)
class Program:
    """Calls commands over one config."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *args: str) -> Said:
        self.capsys.readouterr()
        code = run_command(["--config", str(self.folder / "paperdigest.toml"), *args])
        printed = self.capsys.readouterr()
        return Said(code, printed.out, printed.err)
