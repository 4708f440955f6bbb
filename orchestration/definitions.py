"""The code location: everything Dagster shows and runs, put together in one place."""

from __future__ import annotations

import dagster as dg

from assets.content_reviews.asset import build_content_breaches_asset
from assets.identity.asset import build_identity_asset
from assets.ingest.asset import build_ingest_assets, build_landing_specs
from assets.lifetime_value.asset import build_lifetime_value_asset
from assets.models import build_dbt_assets, build_exposure_specs, ensure_manifest, mart_asset_keys
from assets.policy_replay.asset import build_policy_replay_asset
from assets.prescription_reports.asset import build_prescription_report_assets
from assets.publication.asset import build_publication_assets
from assets.segment_push.asset import build_segment_push_assets
from assets.supplier_forecasts.asset import build_supplier_forecast_assets
from orchestration.alerts import build_failure_alert
from orchestration.erase import build_erasures
from orchestration.jobs import build_daily_job, build_daily_schedule, build_landing_sensor, build_rebuild_job
from orchestration.partitions import build_arrival_days
from quality.checks import build_quality_checks
from warehouse.settings import Settings


def build_defs(settings: Settings) -> dg.Definitions:
    """Definitions of one deployment. Needs no secrets, no network and no data: an empty data root will do."""
    arrival_days = build_arrival_days(settings)
    marts = mart_asset_keys(settings)
    daily = build_daily_job()
    erasure, erasure_schedule = build_erasures(settings)
    return dg.Definitions(
        assets=[
            *build_landing_specs(),
            *build_ingest_assets(settings, arrival_days),
            build_identity_asset(settings),
            *build_dbt_assets(settings),
            build_policy_replay_asset(settings),
            build_content_breaches_asset(settings),
            build_lifetime_value_asset(settings),
            *build_publication_assets(settings, marts, ensure_manifest(settings)),
            *build_supplier_forecast_assets(settings),
            *build_prescription_report_assets(settings),
            *build_segment_push_assets(settings),
            *build_exposure_specs(settings),
        ],
        asset_checks=build_quality_checks(settings),
        jobs=[daily, build_rebuild_job(), erasure],
        schedules=[build_daily_schedule(settings, daily), erasure_schedule],
        sensors=[build_landing_sensor(settings, daily), build_failure_alert(settings)],
    )


defs = build_defs(Settings.from_env())
