{{ config(materialized='table') }}

{#- Chooses transfers greedily by what a pack is worth, parcel paid, in rounds: a round takes an option that is worth
    most among all of its lot and among all of its taker, which comes to the same as taking the best of all options one
    after the other (R. Preis, Linear time 1/2-approximation algorithm for maximum weighted matching, STACS 1999). What
    is left is weighed anew in each round, with a query that reads the round before it once. -#}
{% set rounds = 8 %}
{% set columns = [
    'source_location_id', 'location_id', 'sku_id', 'lot_id', 'expiry_date', 'reason_code', 'spare_quantity', 'room_quantity',
    'short_quantity', 'saved_pack_yuan', 'short_pack_yuan', 'handling_pack_yuan', 'parcel_cost_yuan'
] | join(',\n        ') %}
{% set lot = 'source_location_id, sku_id, lot_id, expiry_date, reason_code' %}
{% set taker = 'location_id, sku_id' %}

with options as (

    select * from {{ ref('int_supply__transfer_options') }}

),

chosen_0 as (

    select
        {{ columns }},
        cast(0 as bigint) as transfer_quantity,
        cast(0 as bigint) as helped_quantity
    from options

),

{% for round in range(1, rounds + 1) -%}
counted_{{ round }} as (

    select
        *,
        spare_quantity - sum(transfer_quantity) over (partition by {{ lot }}) as left_quantity,
        short_quantity - sum(transfer_quantity) over (partition by {{ taker }}) as missed_quantity,
        room_quantity - sum(transfer_quantity) over (
            partition by {{ taker }}
            order by expiry_date nulls last
            range between unbounded preceding and current row
        ) as own_room_quantity
    from chosen_{{ round - 1 }}

),

-- What comes takes room until its expiry and ever after.
offered_{{ round }} as (

    select
        *,
        greatest(
            least(
                left_quantity,
                min(own_room_quantity) over (
                    partition by {{ taker }}
                    order by expiry_date desc
                    range between unbounded preceding and current row
                ),
                -- A surplus helps only where packs are missed.
                case when reason_code = 'surplus' then missed_quantity else left_quantity end
            ),
            0
        ) as offered_quantity
    from counted_{{ round }}

),

helping_{{ round }} as (

    select
        *,
        least(offered_quantity, greatest(missed_quantity, 0)) as missed_and_offered_quantity
    from offered_{{ round }}

),

weighed_{{ round }} as (

    select
        *,
        -- Rounded, so that options that are worth the same are equal on every engine; ties go by their keys.
        {{ rounded(
            'offered_quantity * (saved_pack_yuan - handling_pack_yuan)'
            ~ ' + missed_and_offered_quantity * short_pack_yuan'
            ~ ' - case when offered_quantity > 0 then parcel_cost_yuan else 0 end',
            6
        ) }} as worth_yuan
    from helping_{{ round }}

),

valued_{{ round }} as (

    select
        *,
        coalesce({{ safe_ratio('worth_yuan', 'offered_quantity') }}, 0) as pack_worth_yuan
    from weighed_{{ round }}

),

ranked_{{ round }} as (

    select
        *,
        row_number() over (
            partition by {{ lot }}
            order by pack_worth_yuan desc, worth_yuan desc, location_id asc nulls last
        ) as lot_rank,
        row_number() over (
            partition by {{ taker }}
            order by
                pack_worth_yuan desc,
                worth_yuan desc,
                source_location_id asc nulls last,
                lot_id asc nulls last,
                expiry_date asc nulls last,
                reason_code asc nulls last
        ) as taker_rank
    from valued_{{ round }}

),

agreed_{{ round }} as (

    select
        *,
        worth_yuan > 0 and lot_rank = 1 and taker_rank = 1 as is_taken
    from ranked_{{ round }}

),

chosen_{{ round }} as (

    select
        {{ columns }},
        cast(transfer_quantity + case when is_taken then offered_quantity else 0 end as bigint) as transfer_quantity,
        cast(
            helped_quantity + case when is_taken then missed_and_offered_quantity else 0 end as bigint
        ) as helped_quantity
    from agreed_{{ round }}

),

{% endfor -%}
final as (

    select
        options.source_location_id,
        options.location_id,
        options.sku_id,
        options.lot_id,
        options.expiry_date,
        options.reason_code,
        options.days_to_expiry,
        options.lot_quantity,
        options.saved_pack_yuan,
        options.short_pack_yuan,
        options.handling_pack_yuan,
        options.parcel_cost_yuan,
        options.distance_kilometers,
        options.procedure_code,
        options.procedure_zh,
        options.procedure_en,
        chosen_{{ rounds }}.transfer_quantity,
        -- Packs that their taker would have missed.
        chosen_{{ rounds }}.helped_quantity,
        options.business_date
    from options
    inner join chosen_{{ rounds }}
        on
            options.source_location_id = chosen_{{ rounds }}.source_location_id
            and options.location_id = chosen_{{ rounds }}.location_id
            and options.sku_id = chosen_{{ rounds }}.sku_id
            and options.lot_id = chosen_{{ rounds }}.lot_id
            and options.expiry_date = chosen_{{ rounds }}.expiry_date
            and options.reason_code = chosen_{{ rounds }}.reason_code
    where chosen_{{ rounds }}.transfer_quantity > 0

)

select * from final
