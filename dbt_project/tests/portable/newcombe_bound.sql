{#- Values of R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
    Medicine 17 (1998), 873-890, table II, method 10: 56 of 70 less 48 of 80, and 9 of 10 less 3 of 10. -#}
{% set z = 'cast(1.959963985 as double)' %}
with bounds as (

    {% for hits, trials, other_hits, other_trials in [(56, 70, 48, 80), (9, 10, 3, 10)] %}
    select
        {{ hits }} as case_hits,
        cast({{ hits }} as double) / {{ trials }} as share,
        {{ wilson_bound(hits, trials, z, 'lower') }} as share_lower,
        {{ wilson_bound(hits, trials, z, 'upper') }} as share_upper,
        cast({{ other_hits }} as double) / {{ other_trials }} as other_share,
        {{ wilson_bound(other_hits, other_trials, z, 'lower') }} as other_share_lower,
        {{ wilson_bound(other_hits, other_trials, z, 'upper') }} as other_share_upper
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

differences as (

    select
        case_hits,
        {{ newcombe_bound('share', 'other_share', 'lower') }} as difference_lower,
        {{ newcombe_bound('share', 'other_share', 'upper') }} as difference_upper
    from bounds

),

expected as (

    select
        56 as case_hits,
        cast(0.0524 as double) as expected_lower,
        cast(0.3339 as double) as expected_upper
    union all
    select
        9 as case_hits,
        cast(0.1705 as double) as expected_lower,
        cast(0.809 as double) as expected_upper

)

select *
from differences
inner join expected on differences.case_hits = expected.case_hits
where
    {{ rounded('difference_lower', 4) }} <> expected_lower
    or {{ rounded('difference_upper', 4) }} <> expected_upper
