{{ config(materialized='table') }}

{#- Chooses transfers greedily by what each is worth, in rounds: a round takes an option that is worth most among all of its
    lot and among all of its taker, which comes to the same as taking the best of all options one after the other (R. Preis,
    Linear time 1/2-approximation algorithm for maximum weighted matching, STACS 1999). What is left is weighed anew each
    round. On 400 random cases all that is worth taking was taken within six rounds; see docs/replenishment.md. -#}
{% set rounds = 8 %}
{% set keys = ['source_location_id', 'location_id', 'sku_id', 'lot_id', 'expiry_date', 'reason_code'] %}
{% set figures = [
    'room_quantity', 'short_quantity', 'saved_pack_yuan', 'short_pack_yuan', 'handling_pack_yuan', 'parcel_cost_yuan'
] %}
{% set columns = (keys + figures) | join(', ') %}
{% set lot = 'source_location_id, sku_id, lot_id, expiry_date, reason_code' %}
{% set taker = 'location_id, sku_id' %}

with options as (

    select * from {{ ref('int_supply__transfer_options') }}

),

chosen_0 as (

    select
        {{ columns }},
        spare_quantity as left_quantity,
        cast(0 as bigint) as taken_quantity,
        cast(0 as bigint) as transfer_quantity
    from options

),

{% for round in range(1, rounds + 1) -%}
offered_{{ round }} as (

    select
        *,
        -- A surplus helps only where packs are missed.
        greatest(
            least(
                left_quantity,
                room_quantity - taken_quantity,
                case when reason_code = 'surplus' then short_quantity - taken_quantity else left_quantity end
            ),
            0
        ) as offered_quantity
    from chosen_{{ round - 1 }}

),

weighed_{{ round }} as (

    select
        *,
        -- Rounded, so that options that are worth the same are equal on every engine; ties go by their keys.
        {{ rounded(
            'offered_quantity * (saved_pack_yuan - handling_pack_yuan)'
            ~ ' + least(offered_quantity, greatest(short_quantity - taken_quantity, 0)) * short_pack_yuan'
            ~ ' - case when offered_quantity > 0 then parcel_cost_yuan else 0 end',
            6
        ) }} as worth_yuan
    from offered_{{ round }}

),

ranked_{{ round }} as (

    select
        *,
        row_number() over (
            partition by {{ lot }}
            order by worth_yuan desc, location_id nulls last
        ) as lot_rank,
        row_number() over (
            partition by {{ taker }}
            order by
                worth_yuan desc, source_location_id nulls last, lot_id nulls last, expiry_date nulls last, reason_code nulls last
        ) as taker_rank
    from weighed_{{ round }}

),

agreed_{{ round }} as (

    select
        *,
        case when worth_yuan > 0 and lot_rank = 1 and taker_rank = 1 then offered_quantity else 0 end as agreed_quantity
    from ranked_{{ round }}

),

chosen_{{ round }} as (

    select
        {{ columns }},
        cast(left_quantity - sum(agreed_quantity) over (partition by {{ lot }}) as bigint) as left_quantity,
        cast(taken_quantity + sum(agreed_quantity) over (partition by {{ taker }}) as bigint) as taken_quantity,
        cast(transfer_quantity + agreed_quantity as bigint) as transfer_quantity
    from agreed_{{ round }}

),

{% endfor -%}
final as (

    select
        options.*,
        chosen_{{ rounds }}.transfer_quantity
    from options
    inner join chosen_{{ rounds }}
        on
            {% for key in keys -%}
            options.{{ key }} = chosen_{{ rounds }}.{{ key }}
            {{- ' and ' if not loop.last }}
            {% endfor %}
    where chosen_{{ rounds }}.transfer_quantity > 0

)

select * from final
