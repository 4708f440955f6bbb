"""The content checker as a Dagster asset: reads the warehouse between the dbt steps, writes one lake table.

Annotations are real here, not texts: Dagster looks at the type of ``context``.
"""

import dagster as dg
import duckdb
import polars as pl

from assets.content_reviews.checking import Piece, breaches_of, rules_of
from assets.content_reviews.schema import CONTENT_BREACHES, CONTENT_BREACHES_SCHEMA
from assets.freshness import DAILY_FRESHNESS
from assets.ingest.asset import lake_key
from assets.model_tables import write_model_table
from assets.models import WAREHOUSE_POOL
from warehouse.engine import readable_warehouse
from warehouse.settings import Settings

PIECES_MODEL, RULES_SEED, PATTERNS_SEED = "int_compliance__content_pieces", "content_rules", "content_patterns"
_PIECES_SQL = f"""
select content_id, content_kind, content_text, product_name_zh, prescription_class, approval_number
from {PIECES_MODEL}
order by content_id
"""


def check_contents(settings: Settings) -> pl.DataFrame:
    """Read every piece of content; rows of the lake table, one per piece x rule that it breaks."""
    with readable_warehouse(settings) as file, duckdb.connect(str(file), read_only=True) as connection:
        pieces = connection.sql(_PIECES_SQL).pl()
        rules = rules_of(*(connection.table(seed).pl().sort("rule_code") for seed in (RULES_SEED, PATTERNS_SEED)))
    rows = [
        (content_id, breach.rule_code, ", ".join(breach.words))
        for content_id, *described in pieces.iter_rows()
        for breach in breaches_of(Piece(*described), rules)
    ]
    return pl.DataFrame(rows, schema=CONTENT_BREACHES_SCHEMA, orient="row")


def build_content_breaches_asset(settings: Settings) -> dg.AssetsDefinition:
    """The asset ``lake/content_breaches``."""

    @dg.asset(
        key=lake_key(CONTENT_BREACHES),
        deps=[dg.AssetKey([model]) for model in (PIECES_MODEL, RULES_SEED, PATTERNS_SEED)],
        group_name="compliance",
        owners=["team:compliance"],
        kinds={"python", "parquet"},
        description=(
            "One row per piece of advertising or health content x rule that its words break, with the words. Texts are"
            " read as readers take them in: full-width, spaced-out and mixed-case spellings are seen through."
        ),
        freshness_policy=DAILY_FRESHNESS,
        pool=WAREHOUSE_POOL,
    )
    def content_breaches(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Check what dbt has prepared and replace the lake table."""
        rows = check_contents(settings)
        write_model_table(settings.zones, CONTENT_BREACHES, rows)
        context.log.info(f"Found {rows.height} breaches in {rows['content_id'].n_unique()} pieces of content")
        return dg.MaterializeResult(
            metadata={"dagster/row_count": rows.height, "pieces": rows["content_id"].n_unique()}
        )

    return content_breaches
