{#- Built after everything else: a file that is in the books has reached every mart, and one that has not is taken up
    again by the next run. A new mart is added here; a test on the manifest says so. -#}
-- depends_on: {{ ref('dim_communities') }}
-- depends_on: {{ ref('dim_dates') }}
-- depends_on: {{ ref('dim_health_profiles') }}
-- depends_on: {{ ref('dim_kpis') }}
-- depends_on: {{ ref('dim_memberships') }}
-- depends_on: {{ ref('dim_persons') }}
-- depends_on: {{ ref('dim_products') }}
-- depends_on: {{ ref('dim_stores') }}
-- depends_on: {{ ref('dim_suppliers') }}
-- depends_on: {{ ref('fct_bundle_recommendations') }}
-- depends_on: {{ ref('fct_climate_compliance_monthly') }}
-- depends_on: {{ ref('fct_climate_excursions') }}
-- depends_on: {{ ref('fct_cold_chain_deliveries') }}
-- depends_on: {{ ref('fct_community_activity_daily') }}
-- depends_on: {{ ref('fct_community_event_effects') }}
-- depends_on: {{ ref('fct_community_events') }}
-- depends_on: {{ ref('fct_community_memberships') }}
-- depends_on: {{ ref('fct_compliance_findings') }}
-- depends_on: {{ ref('fct_consent_coverage_monthly') }}
-- depends_on: {{ ref('fct_consents') }}
-- depends_on: {{ ref('fct_content_breaches') }}
-- depends_on: {{ ref('fct_content_reviews') }}
-- depends_on: {{ ref('fct_courier_claims_monthly') }}
-- depends_on: {{ ref('fct_customer_lifetime_value') }}
-- depends_on: {{ ref('fct_deliveries') }}
-- depends_on: {{ ref('fct_delivery_claims') }}
-- depends_on: {{ ref('fct_delivery_delays') }}
-- depends_on: {{ ref('fct_delivery_outcomes') }}
-- depends_on: {{ ref('fct_delivery_procedure_breaches') }}
-- depends_on: {{ ref('fct_delivery_times_hourly') }}
-- depends_on: {{ ref('fct_demand_forecast_days') }}
-- depends_on: {{ ref('fct_demand_forecasts') }}
-- depends_on: {{ ref('fct_excursion_exposures') }}
-- depends_on: {{ ref('fct_forecast_accuracy') }}
-- depends_on: {{ ref('fct_fulfilment_routing') }}
-- depends_on: {{ ref('fct_identity_bridges') }}
-- depends_on: {{ ref('fct_kpi_daily') }}
-- depends_on: {{ ref('fct_lifetime_value_models') }}
-- depends_on: {{ ref('fct_lots_at_risk') }}
-- depends_on: {{ ref('fct_match_proposals') }}
-- depends_on: {{ ref('fct_mean_kinetic_temperatures') }}
-- depends_on: {{ ref('fct_nps_monthly') }}
-- depends_on: {{ ref('fct_offer_responses') }}
-- depends_on: {{ ref('fct_order_guidance') }}
-- depends_on: {{ ref('fct_order_lines') }}
-- depends_on: {{ ref('fct_order_payments') }}
-- depends_on: {{ ref('fct_order_refunds') }}
-- depends_on: {{ ref('fct_orders') }}
-- depends_on: {{ ref('fct_person_changes') }}
-- depends_on: {{ ref('fct_person_conditions') }}
-- depends_on: {{ ref('fct_person_measurements') }}
-- depends_on: {{ ref('fct_person_medicines') }}
-- depends_on: {{ ref('fct_person_segments') }}
-- depends_on: {{ ref('fct_pharmacist_scorecards') }}
-- depends_on: {{ ref('fct_points_ledger') }}
-- depends_on: {{ ref('fct_policy_replays') }}
-- depends_on: {{ ref('fct_prescription_audits') }}
-- depends_on: {{ ref('fct_quarantined_records') }}
-- depends_on: {{ ref('fct_replenishment_signals') }}
-- depends_on: {{ ref('fct_sensor_findings') }}
-- depends_on: {{ ref('fct_service_tickets') }}
-- depends_on: {{ ref('fct_signal_decisions') }}
-- depends_on: {{ ref('fct_stock_discrepancies') }}
-- depends_on: {{ ref('fct_stock_positions_daily') }}
-- depends_on: {{ ref('fct_storage_climate') }}
-- depends_on: {{ ref('fct_supplier_forecasts') }}
-- depends_on: {{ ref('fct_supplier_scorecards') }}
-- depends_on: {{ ref('fct_survey_responses') }}
-- depends_on: {{ ref('fct_survey_themes_monthly') }}
-- depends_on: {{ ref('fct_transfer_suggestions') }}
-- depends_on: {{ ref('fct_value_added_uptake_monthly') }}

with books as (

    select * from {{ ref('int_ingest__file_books') }}

),

final as (

    select
        cast(feed as string) as feed,
        cast(source_file as string) as source_file,
        cast(file_id as string) as file_id,
        cast(arrived_on as date) as arrived_on,
        cast(received_count as bigint) as received_count,
        cast(accepted_count as bigint) as accepted_count,
        cast(repeated_count as bigint) as repeated_count,
        cast(stale_count as bigint) as stale_count,
        cast(repeated_count + stale_count as bigint) as duplicate_count,
        cast(quarantined_count as bigint) as quarantined_count,
        cast(erased_count as bigint) as erased_count,
        cast(is_unreadable as boolean) as is_unreadable,
        cast(is_repeated_file as boolean) as is_repeated_file
    from books

)

select * from final
