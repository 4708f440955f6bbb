"""Erasure as a Dagster job: one op, for no step of it may run without the ones before it.

Annotations are real here, not texts: Dagster looks at the type of ``context``.
"""

from collections.abc import Callable

import dagster as dg

from assets.erasure.engine import Rebuilding, carry_out_erasures
from assets.identity.asset import resolve_lake
from assets.models import WAREHOUSE_POOL, wait_for_warehouse
from warehouse.settings import Settings

ERASURE_JOB_NAME = "erasure"


def build_erasure_job(settings: Settings, rebuild: Callable[[dg.DagsterInstance], None]) -> dg.JobDefinition:
    """The job that carries out every pending request.

    Args:
        settings: the deployment.
        rebuild: builds the warehouse from the lake, checks and publishes it; raises if it could not.
    """

    @dg.op(
        name="carry_out_erasures",
        description="Takes erased persons out of every zone, rebuilds and publishes, signs the proofs.",
        pool=WAREHOUSE_POOL,
    )
    def carry_out(context: dg.OpExecutionContext) -> None:
        def rebuild_from_nothing() -> None:
            forget_warehouse(settings, context)
            rebuild(context.instance)

        hooks = Rebuilding(identify=lambda: resolve_lake(settings.zones), rebuild=rebuild_from_nothing)
        proofs = carry_out_erasures(settings, hooks, context.log)
        context.add_output_metadata({"proofs": [path.name for path in proofs]})

    @dg.job(
        name=ERASURE_JOB_NAME,
        executor_def=dg.in_process_executor,
        description=(
            "Erases every person of whom a request is pending: those of the consents feed, and those filed with"
            " `make erase`. Which persons is nowhere in the run."
        ),
    )
    def erasure() -> None:
        carry_out()

    return erasure


def forget_warehouse(settings: Settings, context: dg.OpExecutionContext) -> None:
    """Remove the warehouse file: its free blocks would still hold what was deleted in it. Spark replaces its files."""
    wait_for_warehouse(settings, context.log)
    for path in (settings.zones.warehouse_file, settings.zones.warehouse_file.with_suffix(".duckdb.wal")):
        path.unlink(missing_ok=True)
