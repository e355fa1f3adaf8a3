"""Make docs/digest.png from the sample digest: `python docs/make_pictures.py`. Needs Chromium; fetches nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from paperdigest.render import Renderer, sample_digest

TARGET = Path(__file__).parent / "digest.png"
MOST_BYTES = 200_000
WIDTH, HEIGHT = 920, 760
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
)
# A frame takes its colour scheme from its element, so one picture can show both.
FRAME = '<iframe src="digest.html" style="color-scheme:{}"></iframe>'
PAGE = f"""<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; display: flex }}
iframe {{ border: 0; width: {WIDTH // 2}px; height: {HEIGHT}px }}
</style>{FRAME.format("light")}{FRAME.format("dark")}"""


def main() -> None:
    """Write the picture, or say why not."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"no browser found · install one of {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory() as folder:
        _, message = Renderer().render(sample_digest())
        Path(folder, "digest.html").write_text(message.html, encoding="utf-8")
        page = Path(folder, "page.html")
        page.write_text(PAGE, encoding="utf-8")
        made = Path(folder, "made.png")
        command = [
            browser,
            *OPTIONS,
            f"--user-data-dir={folder}/profile",
            f"--window-size={WIDTH},{HEIGHT}",
            f"--screenshot={made}",
            page.as_uri(),
        ]
        subprocess.run(command, check=True, timeout=60, stderr=subprocess.DEVNULL)  # noqa: S603 - our own words only
        size = made.stat().st_size
        if size > MOST_BYTES:
            sys.exit(
                f"the picture takes {size:,} bytes, more than {MOST_BYTES:,} · make it smaller"
            )
        shutil.copyfile(made, TARGET)
    print(f"{TARGET} · {size:,} bytes")  # noqa: T201 - a tool's answer


if __name__ == "__main__":
    main()
