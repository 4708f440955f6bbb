"""``make up``: Dagster's web server and daemon, the dashboards and the API, side by side until interrupted.

Each part is a process of its own: one that ends is reported and leaves the others running.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import time
from pathlib import Path

from orchestration.local import API_PORT, DAGSTER_PORT, DASHBOARDS_PORT, HOST, prepare_dagster_home
from warehouse.settings import PROJECT_ROOT, Settings

LOGGER = logging.getLogger(__name__)
STOP_SECONDS = 20


def commands() -> dict[str, list[str]]:
    """Command line of every part, by the name it is reported under."""
    scripts = Path(sys.executable).parent
    workspace = ["-w", str(PROJECT_ROOT / "workspace.yaml")]
    return {
        f"Dagster UI  http://{HOST}:{DAGSTER_PORT}": [
            str(scripts / "dagster-webserver"), "-h", HOST, "-p", str(DAGSTER_PORT), *workspace,
        ],
        "Dagster daemon": [str(scripts / "dagster-daemon"), "run", *workspace],
        f"dashboards  http://{HOST}:{DASHBOARDS_PORT}": [
            sys.executable, "-m", "dashboards", "--host", HOST, "--port", str(DASHBOARDS_PORT),
        ],
        f"API         http://{HOST}:{API_PORT}/docs": [
            sys.executable, "-m", "serving", "--host", HOST, "--port", str(API_PORT),
        ],
    }  # fmt: skip


def main() -> None:
    """Start every part, watch them, stop them all on Ctrl-C or SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = Settings.from_env()
    prepare_dagster_home(settings)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    running = {name: subprocess.Popen(command, cwd=PROJECT_ROOT) for name, command in commands().items()}
    for name in running:
        LOGGER.info("%s", name)
    try:
        while running:
            time.sleep(1)
            for name in [name for name, process in running.items() if process.poll() is not None]:
                LOGGER.error("%s ended with code %s; the others go on", name, running.pop(name).returncode)
    except KeyboardInterrupt:
        LOGGER.info("Stopping")
    finally:
        for process in running.values():
            process.send_signal(signal.SIGINT)
        for process in running.values():
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


if __name__ == "__main__":
    main()
