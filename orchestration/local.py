"""What the commands for one machine share: the Dagster home and the addresses things are served at."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

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
