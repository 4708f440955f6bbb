{#- Every KPI model; a test compares this list with the catalogue and with the models there are. -#}
{% set kpi_codes = [
    'accept_minutes_p50',
    'accept_minutes_p90',
    'adherence_pdc80_rate',
    'average_order_yuan',
    'bp_control_rate',
    'chronic_renewal_rate',
    'claim_rate',
    'climate_compliance_rate',
    'closed_loop_back_rate',
    'closed_loop_rate',
    'cold_chain_delivery_rate',
    'community_mau_rate',
    'consent_coverage_rate',
    'content_precheck_rate',
    'delivery_30min_rate',
    'delivery_30min_rate_after_review',
    'delivery_minutes_p50',
    'delivery_minutes_p90',
    'delivery_promise_rate',
    'demand_response_hours',
    'expiry_waste_rate',
    'forecast_wape',
    'glucose_control_rate',
    'gross_margin_rate',
    'guidance_rate',
    'handover_minutes_p50',
    'handover_minutes_p90',
    'inventory_turnover',
    'lost_sales_yuan',
    'ltv_yuan',
    'nps',
    'nps_community_service',
    'online_order_share',
    'perfect_order_rate',
    'pick_minutes_p50',
    'pick_minutes_p90',
    'points_redemption_rate',
    'repurchase_rate_90d',
    'ride_minutes_p50',
    'ride_minutes_p90',
    'rx_compliance_rate',
    'sales_yuan',
    'stockout_rate',
    'supplier_otif_rate',
    'value_added_uptake_rate',
] %}

with kpis as (

    {{ union_kpis(kpi_codes) }}

),

final as (

    select
        cast(kpis.kpi_code as string) as kpi_code,
        cast(kpis.business_date as date) as business_date,
        cast(kpis.grain as string) as grain,
        cast(kpis.area as string) as area,
        cast(kpis.store_id as string) as store_id,
        cast(kpis.channel as string) as channel,
        cast(kpis.numerator as double) as numerator,
        cast(kpis.denominator as double) as denominator,
        cast(kpis.numerator_squares as double) as numerator_squares,
        cast(kpis.observations as bigint) as observations,
        cast(kpis.is_suppressed as boolean) as is_suppressed,
        case
            when kpis.denominator is null then cast(kpis.numerator as double)
            else {{ safe_ratio('kpis.numerator', 'kpis.denominator') }}
        end as value
    from kpis

)

select * from final
