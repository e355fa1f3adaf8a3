"""Make the pictures of docs/: `python docs/make_pictures.py [FOLDER]`. Needs Chromium; fetches nothing.

docs/digest.png shows the sample digest; docs/pictures/ every kind of digest, from the golden files of the tests, at the
width of a phone and of a desktop, in light and in dark. With FOLDER they are written there instead, and those of all
other golden files beside them.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from paperdigest.render import Renderer, sample_digest

DOCS = Path(__file__).parent
GOLDEN = DOCS.parent / "tests" / "golden" / "digests"
#: The golden files that docs/digests.md shows: one of each kind.
KINDS = ("sample", "weekly", "weekly-by-day", "alert", "sample-notice", "empty", "imprint")
MOST_BYTES = 300_000
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


@dataclass(frozen=True)
class Frames:
    """How pages are laid out in one picture: light and dark side by side, each `width` pixels wide and as high as the
    page is, but no higher than `most`."""

    width: int
    most: int

    def page(self, document: str) -> str:
        """Return the page that shows a document in both schemes. A frame takes its scheme from its element; what a
        frame holds is measured by the page around it, and told in its title."""
        shown = html.escape(document)
        light, dark = (
            f'<iframe srcdoc="{shown}" style="color-scheme:{scheme}"></iframe>'
            for scheme in ("light", "dark")
        )
        return f"""<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; display: flex; gap: 8px; background: #888 }}
iframe {{ border: 0; width: {self.width}px }}
</style>{light}{dark}<script>
onload = () => {{
  const frames = [...document.querySelectorAll("iframe")];
  const high = Math.max(...frames.map(one => one.contentDocument.documentElement.scrollHeight));
  const shown = Math.min(high, {self.most});
  for (const one of frames) one.style.height = shown + "px";
  document.title = "high " + shown;
}}
</script>"""


PHONE, DESKTOP, README = Frames(360, 1_600), Frames(1_200, 900), Frames(460, 760)


def main() -> None:
    """Write the pictures, or say why not."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"no browser found · install one of {', '.join(BROWSERS)}")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    _, message = Renderer().render(sample_digest())
    make(browser, message.html, README, folder / "digest.png")
    for golden in sorted(GOLDEN.glob("*.html")):
        if folder == DOCS and golden.stem not in KINDS:
            continue
        document = golden.read_text(encoding="utf-8")
        for name, frames in (("phone", PHONE), ("desktop", DESKTOP)):
            make(browser, document, frames, folder / "pictures" / f"{golden.stem}-{name}.webp")


def make(browser: str, document: str, frames: Frames, target: Path) -> None:
    """Write one picture."""
    with tempfile.TemporaryDirectory() as folder:
        page, made = Path(folder, "page.html"), Path(folder, f"made{target.suffix}")
        page.write_text(frames.page(document), encoding="utf-8")
        wide = 2 * frames.width + 8
        seen = run(browser, folder, f"--window-size={wide},400", "--dump-dom", page.as_uri())
        found = re.search(r"<title>high (\d+)</title>", seen)
        if found is None:
            sys.exit(f"{target.name}: the browser did not say how high the page is")
        size = f"--window-size={wide},{found[1]}"
        run(browser, folder, size, f"--screenshot={made}", page.as_uri())
        taken = made.stat().st_size
        if taken > MOST_BYTES:
            sys.exit(f"{target.name} takes {taken:,} bytes, more than {MOST_BYTES:,}")
        shutil.copyfile(made, target)
    print(f"{target} · {taken:,} bytes")  # noqa: T201 - a tool's answer


def run(browser: str, folder: str, *options: str) -> str:
    """Return what the browser printed."""
    command = [browser, *OPTIONS, f"--user-data-dir={folder}/profile", *options]
    done = subprocess.run(  # noqa: S603 - our own words only
        command, check=True, timeout=60, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return done.stdout.decode()


if __name__ == "__main__":
    main()
