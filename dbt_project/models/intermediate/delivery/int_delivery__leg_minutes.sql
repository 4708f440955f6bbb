{#- The minutes of an instant delivery, a row each leg and one for the whole. -#}
with legs as (

    select * from {{ ref('int_delivery__instant_legs') }}

),

final as (

    {% for leg in delivery_legs() -%}
    select
        '{{ leg }}' as leg,
        {{ leg }}_minutes as leg_minutes,
        store_id,
        fulfilling_location_id,
        paid_hour,
        placed_on
    from legs
    where {{ leg }}_minutes is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
