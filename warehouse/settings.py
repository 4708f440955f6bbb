"""What a deployment may set, read once from the environment.

Belongs here: names of environment variables and their defaults. Does not belong here: business thresholds (dbt seeds)
and folder layout (:mod:`warehouse.zones`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from warehouse.zones import Zones

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Settings of one deployment; every entry point gets one, nothing reads the environment behind its back."""

    data_root: Path
    """Folder that holds every zone."""
    timezone: str = "Asia/Shanghai"
    """IANA name of the zone whose midnight ends a business day."""
    first_arrival_day: date = date(2025, 1, 1)
    """First day on which feeds arrived; earlier landing folders are not looked at."""
    alert_webhook_url: str | None = None
    """WeCom group robot that is told of failed runs; without it alerts go to the log."""
    snapshots_kept: int = 3
    """Published snapshots that stay for readers still holding them."""
    api_keys: tuple[str, ...] = ()
    """Keys the API accepts; empty means the key generated at first start (``vault/keys/api.key``)."""

    @property
    def zones(self) -> Zones:
        """The zones below :attr:`data_root`."""
        return Zones(self.data_root)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from ``environ`` (the process environment unless given)."""
        env = os.environ if environ is None else environ
        return cls(
            data_root=Path(env.get("WAREHOUSE_DATA_DIR") or PROJECT_ROOT / "data").resolve(),
            timezone=env.get("WAREHOUSE_TIMEZONE") or "Asia/Shanghai",
            first_arrival_day=date.fromisoformat(env.get("WAREHOUSE_FIRST_DAY") or "2025-01-01"),
            alert_webhook_url=env.get("WECOM_WEBHOOK_URL") or None,
            snapshots_kept=int(env.get("WAREHOUSE_SNAPSHOTS_KEPT") or 3),
            api_keys=tuple(key for key in (env.get("WAREHOUSE_API_KEYS") or "").split(",") if key),
        )
