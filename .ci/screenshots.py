"""Makes the picture in the README: the answer page over the samples, at the sandbox's fixed time. `make screenshots`."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from app.runtime.sandbox import sandbox
from app.settings import read_settings

DOCS = Path(__file__).parents[1] / "docs"
SENTENCE = "software engineer in Boston who likes games"


def main() -> None:
    """Serve the sandbox, ask one line, and keep what a browser shows."""
    with sandbox(read_settings()) as served:
        server = uvicorn.Server(uvicorn.Config(served, host="127.0.0.1", port=0, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_page(viewport={"width": 1200, "height": 860})
            page.goto(f"http://127.0.0.1:{port}/")
            page.get_by_label("Who are you").fill(SENTENCE)
            page.get_by_role("button", name="Find your circle").click()
            page.screenshot(path=DOCS / "screenshot.png")
            browser.close()
        server.should_exit = True
        thread.join(10)


if __name__ == "__main__":
    main()
