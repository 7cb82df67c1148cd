"""make screenshots: the README's picture of a reading page, out of the demo's archive, by a headless Chromium."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from archive.publish.addresses import reading_path
from tests import demo
from tests.crawls import PROJECT, rows

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
]
PAGES = {"reading-page": ("select url from articles where missing_since is not null", "1180,930")}


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("Chromium is missing: apt install chromium", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "demo"
        if exit_code := demo.build(folder):
            return exit_code
        command = [sys.executable, "-m", "archive", "serve", "--archive-dir", str(folder), "--port", "0"]
        server = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout
            home = server.stdout.readline().split(" at ")[1].split("/ until")[0]
            for name, (sql, size) in PAGES.items():
                [(url,)] = rows(folder, sql)
                picture = PROJECT / "docs" / f"{name}.png"
                picture.parent.mkdir(exist_ok=True)
                shot = [chromium, *FLAGS, f"--user-data-dir={place}/profile", f"--window-size={size}", f"--screenshot={picture}"]
                subprocess.run([*shot, home + reading_path(url)], check=True, capture_output=True, timeout=120)
                print(f"docs/{name}.png  {picture.stat().st_size:,} bytes")
        finally:
            server.terminate()
            server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
