"""What a deployment may set, read once from the environment.

Belongs here: names of environment variables and their defaults. Does not belong here: business thresholds (dbt seeds)
and folder layout (:mod:`warehouse.zones`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from warehouse.zones import Zones

PROJECT_ROOT = Path(__file__).resolve().parent.parent

Engine = Literal["duckdb", "spark"]
"""What dbt builds the warehouse with."""


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
    engine: Engine = "duckdb"
    """What dbt builds the warehouse with; where Spark's SQL server is, dbt reads from ``SPARK_SQL_*`` itself."""
    snapshots_kept: int = 3
    """Published snapshots that stay for readers still holding them."""
    exports_kept: int = 7
    """As-of days whose files for suppliers, and of segments, stay."""
    api_keys: tuple[str, ...] = ()
    """Keys the API accepts; empty means the key generated at first start (``vault/keys/api.key``)."""
    wecom_corp_id: str | None = None
    """Corporation whose contacts are tagged with their segments; without it, or its secret, nothing is pushed."""
    wecom_secret: str | None = field(default=None, repr=False)
    """Secret of the WeCom application that may manage tags of external contacts."""
    wecom_api_base: str = "https://qyapi.weixin.qq.com"
    """Address of the WeCom API, or of the proxy that leads there."""
    wecom_calls_per_minute: int = 600
    """Most calls of the WeCom API within a minute; other programs of the corporation share its limits."""
    vault_root: Path | None = None
    """Folder of the vault; without it ``vault`` below :attr:`data_root`."""
    vault_keys_root: Path | None = None
    """Folder of the secret keys; without it ``keys`` in the vault."""

    @property
    def zones(self) -> Zones:
        """The zones below :attr:`data_root`, and the vault."""
        return Zones(self.data_root, self.vault_root, self.vault_keys_root)

    @property
    def dbt_target(self) -> Path:
        """dbt's manifest, compiled SQL and partial-parse state; each engine's own, for a model differs by engine."""
        return self.zones.dbt / self.engine

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from ``environ`` (the process environment unless given).

        Raises:
            ValueError: a variable has a value that it cannot have.
        """
        env = os.environ if environ is None else environ
        return cls(
            data_root=Path(env.get("WAREHOUSE_DATA_DIR") or PROJECT_ROOT / "data").resolve(),
            timezone=env.get("WAREHOUSE_TIMEZONE") or "Asia/Shanghai",
            first_arrival_day=date.fromisoformat(env.get("WAREHOUSE_FIRST_DAY") or "2025-01-01"),
            alert_webhook_url=env.get("WECOM_WEBHOOK_URL") or None,
            engine=_engine(env.get("WAREHOUSE_ENGINE") or "duckdb"),
            snapshots_kept=int(env.get("WAREHOUSE_SNAPSHOTS_KEPT") or 3),
            exports_kept=int(env.get("WAREHOUSE_EXPORTS_KEPT") or 7),
            api_keys=tuple(key for key in (env.get("WAREHOUSE_API_KEYS") or "").split(",") if key),
            wecom_corp_id=env.get("WECOM_CORP_ID") or None,
            wecom_secret=env.get("WECOM_SECRET") or None,
            wecom_api_base=env.get("WECOM_API_BASE") or "https://qyapi.weixin.qq.com",
            wecom_calls_per_minute=int(env.get("WECOM_CALLS_PER_MINUTE") or 600),
            vault_root=_folder(env.get("WAREHOUSE_VAULT_DIR")),
            vault_keys_root=_folder(env.get("WAREHOUSE_VAULT_KEYS_DIR")),
        )


def _folder(path: str | None) -> Path | None:
    return Path(path).resolve() if path else None


def _engine(name: str) -> Engine:
    for engine in get_args(Engine):
        if engine == name:
            return engine
    raise ValueError(f"WAREHOUSE_ENGINE is {name!r}; set it to {' or '.join(get_args(Engine))}, or leave it out")
