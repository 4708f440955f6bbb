with transfers as (

    select * from {{ ref('int_supply__transfers') }}

),

locations as (

    select * from {{ ref('int_reference__locations') }}

),

reasons as (

    select * from {{ ref('signal_reasons') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

reasons_in_force as (

    select
        reasons.reason_code,
        reasons.reason_zh,
        reasons.reason_en,
        row_number() over (partition by reasons.reason_code order by reasons.valid_from desc) as recency
    from reasons
    cross join as_of
    where reasons.valid_from <= as_of.as_of_date

),

valued as (

    select
        *,
        {{ rounded_decimal(
            'transfer_quantity * saved_pack_yuan + helped_quantity * short_pack_yuan', 18, 2
        ) }} as avoided_loss_yuan,
        {{ rounded_decimal('transfer_quantity * handling_pack_yuan + parcel_cost_yuan', 18, 2) }} as transfer_cost_yuan
    from transfers

),

worded as (

    select
        valued.*,
        {% set figures = {
            'lot': 'valued.lot_id',
            'expiry': 'cast(valued.expiry_date as string)',
            'days': text_of_count('valued.days_to_expiry'),
            'held': text_of_count('valued.lot_quantity'),
            'order': text_of_count('valued.transfer_quantity'),
            'avoided': 'cast(valued.avoided_loss_yuan as string)',
            'cost': 'cast(valued.transfer_cost_yuan as string)',
            'distance': text_of_quantity('valued.distance_kilometers'),
        } -%}
        {% set figures_zh = dict(figures, destination='locations.location_name_zh') -%}
        {% set name_en = 'coalesce(locations.location_name_en, locations.location_name_zh)' -%}
        {% set figures_en = dict(figures, destination=name_en) -%}
        {{ filled_text('reasons_in_force.reason_zh', figures_zh) }} as reason_zh,
        {{ filled_text('reasons_in_force.reason_en', figures_en) }} as reason_en
    from valued
    inner join locations on valued.location_id = locations.location_id
    inner join reasons_in_force
        on
            valued.reason_code = reasons_in_force.reason_code
            and reasons_in_force.recency = 1

),

final as (

    select
        cast(md5(
            source_location_id || '|' || location_id || '|' || sku_id || '|' || lot_id || '|'
            || cast(expiry_date as string) || '|' || reason_code || '|' || cast(business_date as string)
        ) as string) as transfer_id,
        cast({{ signal_id("'transfer'", 'location_id', 'sku_id', 'business_date') }} as string) as signal_id,
        cast(source_location_id as string) as source_location_id,
        cast(location_id as string) as location_id,
        cast(sku_id as string) as sku_id,
        cast(lot_id as string) as lot_id,
        cast(expiry_date as date) as expiry_date,
        cast(transfer_quantity as bigint) as transfer_quantity,
        cast(lot_quantity as bigint) as lot_quantity,
        cast(reason_code as string) as reason_code,
        cast(reason_zh as string) as reason_zh,
        cast(reason_en as string) as reason_en,
        cast(distance_kilometers as double) as distance_kilometers,
        cast(procedure_code as string) as procedure_code,
        cast(procedure_zh as string) as procedure_zh,
        cast(procedure_en as string) as procedure_en,
        cast(avoided_loss_yuan as decimal(18, 2)) as avoided_loss_yuan,
        cast(transfer_cost_yuan as decimal(18, 2)) as transfer_cost_yuan,
        cast(avoided_loss_yuan - transfer_cost_yuan as decimal(18, 2)) as net_benefit_yuan,
        cast(business_date as date) as signal_date
    from worded

)

select * from final
