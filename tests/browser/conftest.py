"""A real dashboard server and a real headless Chromium."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.snapshot_fixture import build_tables, publish

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A machine busy with other work draws slowly; only a failure waits this long.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed; CI must not skip the browser tests")
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Start ``python -m dashboards`` on a data root; returns its address."""
    started: list[subprocess.Popen[str]] = []

    def start(data_root: Path) -> str:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboards", "--port", "0"],
            cwd=ROOT,
            env=os.environ | {"WAREHOUSE_DATA_DIR": str(data_root)},
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"dashboards at (http://\S+)", line):
                return found.group(1)
        raise RuntimeError(f"the dashboards ended with code {process.wait()}")

    yield start
    for process in started:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data root with one snapshot."""
    root = tmp_path_factory.mktemp("published")
    publish(root, build_tables(days=62))
    return root


@pytest.fixture(scope="session")
def address(serve: Callable[[Path], str], published: Path) -> str:
    return serve(published)


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One for all tests: its cache spares each of them the loading and parsing of the bundles."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that, whatever a test does with it, must log no error and ask nobody but 127.0.0.1."""
    page = context.new_page()
    errors: list[str] = []
    hosts: set[str | None] = set()
    page.on("console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda request: errors.append(f"{request.url} failed: {request.failure}"))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname if "://" in request.url else None))
    yield page
    page.close()
    assert errors == []
    assert hosts - {None} == {"127.0.0.1"}
