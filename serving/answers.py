"""Bodies of the API's answers and the parameters of its questions."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from warehouse.kpi_values import GroupBy, Period

_SNAPSHOT_EXAMPLE = "20260331T193000Z-10ac300b"
MAX_ROWS = 5000

SnapshotId = Annotated[
    str, Field(description="Snapshot the figures come from: UTC time and hash.", examples=[_SNAPSHOT_EXAMPLE])
]
AsOfDate = Annotated[
    date, Field(description="Last arrival day in the snapshot; later days are not in it.", examples=["2026-03-31"])
]


class Pinned(BaseModel):
    """What every answer names, so that headquarters, store and app can tell that they see the same figures."""

    snapshot_id: SnapshotId
    as_of_date: AsOfDate


class SnapshotQuestion(BaseModel):
    """Parameters of every route that reads a snapshot."""

    # A misspelt parameter would otherwise be ignored and the answer be one to another question.
    model_config = ConfigDict(extra="forbid")

    snapshot_id: str | None = Field(
        None, description="Read this snapshot instead of the current one, while it is still kept."
    )


class ValuesQuestion(SnapshotQuestion):
    """Parameters of a question about one KPI's values."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    date_from: date | None = Field(
        None, alias="from", description="First business day (default: 27 days before `to`).", examples=["2026-03-04"]
    )
    date_to: date | None = Field(
        None,
        alias="to",
        description="Last business day; the as-of day if left out or if later than that.",
        examples=["2026-03-31"],
    )
    period: Period = Field("day", description="Length of a row. Weeks start on Monday; clipped to `from` and `to`.")
    group_by: list[GroupBy] = Field([], description="Split the figures; repeat for several.")
    region: list[str] = Field([], description="Only these regions, Chinese or English name; repeat for several.")
    city: list[str] = Field([], description="Only these cities, Chinese or English name; repeat for several.")
    store_id: list[str] = Field([], description="Only these stores; repeat for several.")
    channel: list[str] = Field([], description="Only these channels; repeat for several.")
    limit: int = Field(500, ge=1, le=MAX_ROWS, description="Rows a page.")
    offset: int = Field(0, ge=0, description="Rows to skip; better follow `page.next`, which stays on one snapshot.")


class Kpi(BaseModel):
    """One KPI of the catalogue."""

    kpi_code: str = Field(examples=["delivery_30min_rate"])
    kpi_name_zh: str = Field(examples=["30分钟配送达成率"])
    kpi_name_en: str = Field(examples=["30-minute delivery rate"])
    definition_zh: str
    definition_en: str
    unit: str = Field(
        description=(
            "`ratio` (0 to 1), `quotient` (amount per amount, may exceed 1), `score` (-1 to 1), `times` a year, "
            "`hours`, `minutes` or `yuan`."
        ),
        examples=["ratio"],
    )
    direction: Literal["up", "down"] = Field(description="Which way is better.")
    target_value: float | None = Field(description="Target in the KPI's unit; null if none is set.", examples=[0.9])
    target_valid_from: date | None = Field(description="First day the target counts.")
    owner: str = Field(description="Who answers for it.", examples=["operations"])
    model_name: str = Field(description="Model that computes it.", examples=["kpi_delivery_30min_rate"])
    feeds: list[str] = Field(description="Feeds it needs.", examples=[["orders", "stores"]])
    is_additive: bool = Field(
        description=(
            "Whether days and stores may be added up; if not, it covers a calendar month that has ended or"
            " `window_days`."
        )
    )
    window_days: int | None = Field(description="Days, ending with the day shown, that a non-additive figure covers.")
    counts_people: bool = Field(description="Whether counts from 1 to 10 are suppressed.")
    display_order: int


class Catalogue(Pinned):
    """The KPI catalogue."""

    kpis: list[Kpi]


class KpiAnswer(Pinned):
    """One KPI of the catalogue."""

    kpi: Kpi


class Value(BaseModel):
    """One figure."""

    period_start: date = Field(examples=["2026-03-04"])
    period_end: date = Field(description="Inclusive.", examples=["2026-03-31"])
    group: dict[str, str | None] = Field(
        description="Names of the groups asked for; region and city in Chinese.", examples=[{"city": "上海"}]
    )
    numerator: float | None = Field(examples=[2418])
    denominator: float | None = Field(description="Null for totals.", examples=[2775])
    value: float | None = Field(
        description="numerator / denominator, or the total; null if the denominator is zero.", examples=[0.871]
    )
    observations: int | None = Field(description="Records behind it (n).", examples=[2775])
    lower: float | None = Field(description="Lower 95 % bound.", examples=[0.858])
    upper: float | None = Field(description="Upper 95 % bound.", examples=[0.883])
    is_suppressed: bool = Field(description="Counts so few people that every figure is withheld.")


class Page(BaseModel):
    """Which part of the rows this is."""

    limit: int = Field(examples=[500])
    offset: int = Field(examples=[0])
    total: int = Field(description="Rows of the whole answer.", examples=[1])
    next: str | None = Field(description="Path of the next page, on the same snapshot; null on the last.")


class Values(Pinned):
    """Values of one KPI."""

    kpi_code: str = Field(examples=["delivery_30min_rate"])
    unit: str = Field(examples=["ratio"])
    date_from: date = Field(description="First day asked for or chosen.", examples=["2026-03-04"])
    date_to: date = Field(description="Last day, at most the as-of day.", examples=["2026-03-31"])
    period: Period
    values: list[Value]
    page: Page


class Health(BaseModel):
    """Whether the service runs and has something to read."""

    status: Literal["ok", "no_snapshot"] = Field(examples=["ok"])
    snapshot_id: str | None = Field(examples=[_SNAPSHOT_EXAMPLE])
    as_of_date: date | None = Field(examples=["2026-03-31"])
