{{ config(**incremental_from_day('business_date', 'int_supply__first_touched_day')) }}

{#- All days from the first touched one on are computed again; what came before them enters as one balance per
    location and article. -#}
with lot_days as (

    select * from {{ ref('int_supply__lot_days') }}

),

pair_days as (

    select * from {{ ref('int_supply__pair_days') }}

),

ranges as (

    select * from {{ ref('int_supply__ranges') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

-- What is ranged counts from the day on which the books of its location begin.
location_starts as (

    select
        location_id,
        min(moved_on) as first_moved_on
    from pair_days
    group by location_id

),

bounds as (

    select
        {% if is_incremental() %}
        greatest(
            least(
                (select first_touched_day from {{ ref('int_supply__first_touched_day') }}),
                {{ add_days('(select max(business_date) from ' ~ this ~ ')', 1) }}
            ),
            (select min(first_moved_on) from location_starts)
        ) as first_day,
        {% else %}
        (select min(first_moved_on) from location_starts) as first_day,
        {% endif %}
        (select as_of_date from as_of) as last_day

),

spine as (

    {{ day_spine('(select first_day from bounds)', '(select last_day from bounds)', 'business_date') }}

),

-- Balance of all lots when the first day begins.
carried as (

    select
        location_id,
        sku_id,
        sum(net_quantity) as quantity,
        sum(net_value_yuan) as value_yuan,
        sum(case when moved_on <= expiry_date and expiry_date >= bounds.first_day then net_quantity else 0 end)
            as sellable_quantity
    from lot_days
    cross join bounds
    where moved_on < bounds.first_day
    group by location_id, sku_id

),

-- What is left of a lot the day after its last day ceases to be sellable.
expiries as (

    select
        location_id,
        sku_id,
        {{ add_days('expiry_date', 1) }} as business_date,
        sum(net_quantity) as expired_quantity
    from lot_days
    cross join bounds
    where
        moved_on <= expiry_date
        and expiry_date >= bounds.first_day
        and expiry_date < bounds.last_day
    group by location_id, sku_id, {{ add_days('expiry_date', 1) }}

),

moved as (

    select pair_days.*
    from pair_days
    cross join bounds
    where pair_days.moved_on between bounds.first_day and bounds.last_day

),

ranged_days as (

    select distinct
        ranges.location_id,
        ranges.sku_id,
        spine.business_date
    from ranges
    inner join location_starts on ranges.location_id = location_starts.location_id
    inner join spine
        on
            ranges.ranged_from <= spine.business_date
            and (ranges.ranged_to >= spine.business_date or ranges.ranged_to is null)
            and location_starts.first_moved_on <= spine.business_date

),

pairs as (

    select
        location_id,
        sku_id
    from carried
    where
        quantity != 0
        or value_yuan != 0
        or sellable_quantity != 0
    union
    select
        location_id,
        sku_id
    from moved
    union
    select
        location_id,
        sku_id
    from ranged_days

),

changes as (

    select
        spine.business_date,
        pairs.location_id,
        pairs.sku_id,
        ranged_days.sku_id is not null as is_ranged,
        moved.sku_id is not null as has_movements,
        coalesce(carried.quantity, 0) as carried_quantity,
        coalesce(carried.value_yuan, 0) as carried_value_yuan,
        coalesce(carried.sellable_quantity, 0) as carried_sellable_quantity,
        coalesce(moved.opening_quantity, 0) as declared_quantity,
        coalesce(moved.received_quantity, 0) as received_quantity,
        coalesce(moved.sold_quantity, 0) as sold_quantity,
        coalesce(moved.other_quantity, 0) as other_quantity,
        coalesce(moved.net_value_yuan, 0) as net_value_yuan,
        -- Between yesterday's close and today's opening: lots past their last day, and balances declared.
        coalesce(moved.sellable_opening_quantity, 0) - coalesce(expiries.expired_quantity, 0)
            as sellable_overnight_change,
        coalesce(moved.sellable_change_quantity, 0) as sellable_change_quantity,
        coalesce(moved.sellable_lowest_change, 0) as sellable_lowest_change
    from pairs
    cross join spine
    left join carried
        on
            pairs.location_id = carried.location_id
            and pairs.sku_id = carried.sku_id
    left join moved
        on
            pairs.location_id = moved.location_id
            and pairs.sku_id = moved.sku_id
            and spine.business_date = moved.moved_on
    left join expiries
        on
            pairs.location_id = expiries.location_id
            and pairs.sku_id = expiries.sku_id
            and spine.business_date = expiries.business_date
    left join ranged_days
        on
            pairs.location_id = ranged_days.location_id
            and pairs.sku_id = ranged_days.sku_id
            and spine.business_date = ranged_days.business_date

),

balances as (

    select
        *,
        carried_quantity + sum(declared_quantity + received_quantity - sold_quantity + other_quantity) over (
            partition by location_id, sku_id
            order by business_date nulls last
            rows between unbounded preceding and current row
        ) as closing_quantity,
        carried_value_yuan + sum(net_value_yuan) over (
            partition by location_id, sku_id
            order by business_date nulls last
            rows between unbounded preceding and current row
        ) as stock_value_yuan,
        carried_sellable_quantity + sum(sellable_overnight_change + sellable_change_quantity) over (
            partition by location_id, sku_id
            order by business_date nulls last
            rows between unbounded preceding and current row
        ) as sellable_closing_quantity
    from changes

),

openings as (

    select
        *,
        closing_quantity - received_quantity + sold_quantity - other_quantity as opening_quantity,
        sellable_closing_quantity - sellable_change_quantity as sellable_opening_quantity
    from balances

),

final as (

    select
        cast(location_id as string) as location_id,
        cast(sku_id as string) as sku_id,
        cast(is_ranged as boolean) as is_ranged,
        cast(opening_quantity as bigint) as opening_quantity,
        cast(received_quantity as bigint) as received_quantity,
        cast(sold_quantity as bigint) as sold_quantity,
        cast(other_quantity as bigint) as other_quantity,
        cast(closing_quantity as bigint) as closing_quantity,
        cast(sellable_opening_quantity as bigint) as sellable_opening_quantity,
        cast(sellable_closing_quantity as bigint) as sellable_closing_quantity,
        cast(sellable_opening_quantity + sellable_lowest_change as bigint) as sellable_minimum_quantity,
        cast(stock_value_yuan as decimal(18, 2)) as stock_value_yuan,
        cast(sellable_opening_quantity + sellable_lowest_change <= 0 as boolean) as is_stocked_out,
        cast(business_date as date) as business_date
    from openings
    where
        is_ranged
        or has_movements
        or opening_quantity != 0
        or closing_quantity != 0

)

select * from final
