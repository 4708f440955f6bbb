"""What the commands for one machine share: the Dagster home and the addresses things are served at."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import dagster as dg

from warehouse.settings import Settings

HOST = "127.0.0.1"
DAGSTER_PORT = 3000
DASHBOARDS_PORT = 8050
API_PORT = 8000
EVENT_BATCH_SIZE = "500"


def dagster_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance below the data root, made at first use from ``orchestration/dagster.yaml``."""
    prepare_dagster_home(settings)
    return dg.DagsterInstance.get()


def prepare_dagster_home(settings: Settings) -> None:
    """Create the Dagster home of this data root and point this process and its children at it."""
    home = settings.zones.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists():
        shutil.copyfile(Path(__file__).with_name("dagster.yaml"), config)
    os.environ["DAGSTER_HOME"] = str(home)
    # A range of days records every lake table once per day; one transaction each would take longer than the load.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", EVENT_BATCH_SIZE)
    os.environ["WAREHOUSE_DATA_DIR"] = str(settings.data_root)
    if settings.vault_root:
        os.environ["WAREHOUSE_VAULT_DIR"] = str(settings.vault_root)
    if settings.vault_keys_root:
        os.environ["WAREHOUSE_VAULT_KEYS_DIR"] = str(settings.vault_keys_root)


def run_and_exit(main: Callable[[], None]) -> NoReturn:
    """Run a command's ``main`` and end the process at once, without taking the interpreter down piece by piece.

    With Great Expectations and duckdb-engine both imported, DuckDB's binding finds its types still referenced when the
    interpreter goes down and prints two hundred lines about it, after everything has long been written and closed.
    """
    code = 0
    try:
        main()
    except SystemExit as ending:
        if isinstance(ending.code, str):
            sys.stderr.write(f"{ending.code}\n")
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except KeyboardInterrupt:
        code = 130
    except Exception:
        logging.getLogger(__name__).exception("The command failed")
        code = 1
    # What was registered for the end still runs: locks are given back, logs flushed.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
