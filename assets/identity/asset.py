"""Identity as a Dagster asset: reads the tokens of every feed's lake table before dbt starts, writes who is who.

Annotations are real here, not texts: Dagster looks at the type of ``context``.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg
import polars as pl

from assets.feeds import FEEDS, identity_decisions, members
from assets.feeds.base import LakeTable
from assets.freshness import DAILY_FRESHNESS
from assets.identity.changes import person_changes
from assets.identity.decisions import DECISIONS_SCHEMA, in_force, rulings_of
from assets.identity.evidence import ARRIVED_ON, Evidence, evidence_of, sightings_of
from assets.identity.guards import Limits
from assets.identity.persons import identity_bridges, person_identifiers
from assets.identity.proposals import Proposals, match_proposals, still_open
from assets.identity.resolution import resolve
from assets.identity.schema import IDENTITY_BRIDGES, MATCH_PROPOSALS, PERSON_CHANGES, PERSON_IDENTIFIERS
from assets.ingest.asset import lake_key
from assets.ingest.tables import ensure_tables
from assets.model_tables import write_model_table
from assets.models import DBT_PROJECT_DIR
from warehouse.settings import Settings
from warehouse.zones import Zones

LIMITS_SEED = DBT_PROJECT_DIR / "seeds" / "people" / "identity_limits.csv"


def identifying_tables() -> list[LakeTable]:
    """Lake tables, of all feeds, whose records are about one person each."""
    about_one = (feed for feed in FEEDS.values() if feed is not identity_decisions.FEED)
    return [table for feed in about_one for table in feed.tables if table.tokenised]


def read_evidence(zones: Zones) -> Evidence:
    """Every identifier in the lake, and who was seen with whom."""
    return evidence_of([sightings_of(table, _scan(zones, table)) for table in identifying_tables()])


def read_decisions(zones: Zones) -> pl.DataFrame:
    """Every received copy of a decision on who is who."""
    (table,) = identity_decisions.FEED.tables
    sides = {
        "tokens": ("member_tokens", "identifier_tokens"),
        "other_tokens": ("other_member_tokens", "other_identifier_tokens"),
    }
    named = {
        side: pl.concat_list([pl.col(name).fill_null(pl.lit([], dtype=pl.List(pl.String))) for name in columns])
        for side, columns in sides.items()
    }
    return _scan(zones, table).with_columns(**named).select(list(DECISIONS_SCHEMA)).collect()


def _scan(zones: Zones, table: LakeTable) -> pl.LazyFrame:
    files = zones.lake / table.name / f"{ARRIVED_ON}=*" / "*.parquet"
    return pl.scan_parquet(files, hive_partitioning=True, hive_schema={ARRIVED_ON: pl.Date})


def read_members(zones: Zones) -> pl.DataFrame:
    """The latest version of every member."""
    (table,) = members.FEED.tables
    versions = _scan(zones, table).sort("updated_at", ARRIVED_ON, "source_file", "source_position")
    return versions.group_by("member_token", maintain_order=True).last().collect()


def read_limits(as_of: date) -> dict[str, float]:
    """The limits in force on a day, by name; dbt reads the same file as a seed."""
    limits = pl.read_csv(LIMITS_SEED, try_parse_dates=True).filter(pl.col("valid_from") <= as_of)
    latest = limits.sort("valid_from").group_by("limit_name", maintain_order=True).last()
    return dict(latest.select("limit_name", "limit_value").iter_rows())


def resolve_lake(zones: Zones) -> dict[str, int]:
    """Find out from the lake who is who and replace the lake tables that say so; rows per table."""
    # A feed that is new, or has never sent anything, must be readable all the same.
    ensure_tables(zones)
    evidence = read_evidence(zones)
    decisions = read_decisions(zones)
    limits = Limits.of(read_limits(evidence.last_day))
    resolution = resolve(evidence, limits, rulings_of(in_force(decisions, date.max), evidence.identifiers))
    identifiers = person_identifiers(evidence, resolution)
    tables = {
        PERSON_IDENTIFIERS: identifiers,
        PERSON_CHANGES: person_changes(evidence, limits, decisions),
        IDENTITY_BRIDGES: identity_bridges(identifiers, resolution),
    }
    # Proposals on who was erased, or has become one person since, must not outlive them until new ones are made.
    proposed = pl.read_parquet(zones.lake / MATCH_PROPOSALS / f"{MATCH_PROPOSALS}.parquet")
    write_model_table(zones, MATCH_PROPOSALS, still_open(proposed, identifiers))
    for table, rows in tables.items():
        write_model_table(zones, table, rows)
    return {table: rows.height for table, rows in tables.items()}


def propose_matches(zones: Zones) -> Proposals:
    """Compare the members of different persons and replace the lake table of proposals; after :func:`resolve_lake`."""
    identifiers = pl.read_parquet(zones.lake / PERSON_IDENTIFIERS / f"{PERSON_IDENTIFIERS}.parquet")
    last_day = identifiers["first_seen_on"].max()
    limits = read_limits(last_day if isinstance(last_day, date) else date.max)
    decisions = in_force(read_decisions(zones), date.max)
    proposals = match_proposals(read_members(zones), identifiers, decisions, limits["least_match_probability"])
    write_model_table(zones, MATCH_PROPOSALS, proposals.rows)
    return proposals


def build_identity_asset(settings: Settings) -> dg.AssetsDefinition:
    """The lake tables of identity, made in one step."""

    @dg.multi_asset(
        name="lake__person_identifiers",
        specs=[
            dg.AssetSpec(
                lake_key(table),
                deps=[lake_key(source.name) for source in [*identifying_tables(), *identity_decisions.FEED.tables]],
                group_name="people",
                owners=["team:people"],
                kinds={"polars", "parquet"},
                description=description,
                freshness_policy=DAILY_FRESHNESS,
            )
            for table, description in (
                (
                    PERSON_IDENTIFIERS,
                    "One row per identifier that any feed has sent: the person it belongs to, or that several use it.",
                ),
                (
                    PERSON_CHANGES,
                    "One row per day x person who lost identifiers x person who got them: merges, splits, shared ones.",
                ),
                (
                    IDENTITY_BRIDGES,
                    "One row per identifier that stands between communities of identifiers, joining them or refused.",
                ),
                (
                    MATCH_PROPOSALS,
                    "One row per pair of members who may be one person, for people to decide on.",
                ),
            )
        ],
    )
    def identities(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        """Join identifiers to persons and replace the lake tables."""
        for table, rows in resolve_lake(settings.zones).items():
            context.log.info(f"{table}: {rows} rows")
            yield dg.MaterializeResult(asset_key=lake_key(table), metadata={"dagster/row_count": rows})
        proposals = propose_matches(settings.zones)
        context.log.info(f"{MATCH_PROPOSALS}: {proposals.missing_reason or f'{proposals.rows.height} rows'}")
        yield dg.MaterializeResult(
            asset_key=lake_key(MATCH_PROPOSALS), metadata={"dagster/row_count": proposals.rows.height}
        )

    return identities
