{#- An as-of join: each moment meets the price of its time; before the first there is none. -#}
with prices as (

    select
        starts.valid_from,
        starts.price,
        {{ next_start('starts.valid_from') }} as valid_before
    from (values (10, 'old'), (20, 'new')) as starts (valid_from, price)

),

moments as (

    select given.moment
    from (values (9), (10), (19), (20), (1000), (cast(null as integer))) as given (moment)

),

met as (

    select
        moments.moment,
        prices.price
    from moments
    left join prices on {{ is_in_force('moments.moment', 'prices.valid_from', 'prices.valid_before') }}

)

{{ differing_rows(
    "select moment, price from met",
    "select expected.moment, expected.price
    from (values
        (9, cast(null as string)), (10, 'old'), (19, 'old'), (20, 'new'), (1000, 'new'),
        (cast(null as integer), cast(null as string))
    ) as expected (moment, price)"
) }}
