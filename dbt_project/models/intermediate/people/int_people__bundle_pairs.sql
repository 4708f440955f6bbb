{#- Lift, the share of baskets with both items over the product of the shares with each, has with the counts of a pair
    being multinomial and by the delta method (A. Agresti, Categorical Data Analysis, 3rd edition, section 16.1) the
    variance 1 / joint - 1 / first - 1 / second + (2 lift - 1) / baskets on the log scale: its gradient is
    1 / p11 - 1 / p1 - 1 / p2, -1 / p1, -1 / p2 and 0 in the four cells. As many pairs are looked at, the one-sided
    p-values are adjusted so that few of those called frequent are so by chance (Y. Benjamini and Y. Hochberg, 1995,
    J. R. Stat. Soc. B 57(1)). -#}
with baskets as (

    select * from {{ ref('int_people__bundle_baskets') }}

),

scenarios as (

    select * from {{ ref('bundle_scenarios') }}

),

items as (

    select * from {{ ref('bundle_items') }}

),

parameters as (

    select * from {{ ref('int_people__bundle_parameters') }}

),

limits as (

    select * from {{ ref('people_count_limits') }}
    where limit_name = 'smallest_shown_count'

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

totals as (

    select count(distinct order_id) as basket_count from baskets

),

basket_items as (

    select distinct
        order_id,
        item_code
    from baskets
    where item_code is not null

),

item_counts as (

    select
        item_code,
        count(*) as item_basket_count
    from basket_items
    group by item_code

),

joint_counts as (

    select
        firsts.item_code as first_item_code,
        seconds.item_code as second_item_code,
        count(*) as joint_basket_count
    from basket_items as firsts
    inner join basket_items as seconds
        on
            firsts.order_id = seconds.order_id
            and firsts.item_code < seconds.item_code
    group by firsts.item_code, seconds.item_code

),

scenario_products as (

    select distinct
        scenarios.scenario_code,
        scenarios.item_code
    from scenarios
    inner join items on scenarios.item_code = items.item_code
    cross join as_of
    where
        items.item_kind = 'product_group'
        and scenarios.valid_from <= as_of.as_of_date

),

pairs as (

    select distinct
        firsts.item_code as first_item_code,
        seconds.item_code as second_item_code
    from scenario_products as firsts
    inner join scenario_products as seconds
        on
            firsts.scenario_code = seconds.scenario_code
            and firsts.item_code < seconds.item_code

),

counted as (

    select
        pairs.first_item_code,
        pairs.second_item_code,
        totals.basket_count,
        coalesce(firsts.item_basket_count, 0) as first_basket_count,
        coalesce(seconds.item_basket_count, 0) as second_basket_count,
        coalesce(joint_counts.joint_basket_count, 0) as joint_basket_count
    from pairs
    cross join totals
    left join item_counts as firsts on pairs.first_item_code = firsts.item_code
    left join item_counts as seconds on pairs.second_item_code = seconds.item_code
    left join joint_counts
        on
            pairs.first_item_code = joint_counts.first_item_code
            and pairs.second_item_code = joint_counts.second_item_code

),

-- Baskets are no people, but a few of them may show one: each of the four cells must be large enough to be shown.
sized as (

    select
        counted.*,
        counted.joint_basket_count >= parameters.least_joint_baskets
        and least(
            counted.joint_basket_count,
            counted.first_basket_count - counted.joint_basket_count,
            counted.second_basket_count - counted.joint_basket_count,
            counted.basket_count - counted.first_basket_count - counted.second_basket_count
            + counted.joint_basket_count
        ) >= limits.limit_value as is_large_enough
    from counted
    cross join parameters
    cross join limits

),

lifted as (

    select
        *,
        {{ safe_ratio('joint_basket_count', 'basket_count') }} as support,
        case
            when is_large_enough
                then
                    {{ safe_ratio('joint_basket_count', 'first_basket_count') }}
                    * {{ safe_ratio('basket_count', 'second_basket_count') }}
        end as lift
    from sized

),

varied as (

    select
        *,
        {{ natural_log('lift') }} as log_lift,
        {{ square_root(
            safe_ratio(1, 'joint_basket_count')
            ~ ' - ' ~ safe_ratio(1, 'first_basket_count')
            ~ ' - ' ~ safe_ratio(1, 'second_basket_count')
            ~ ' + ' ~ safe_ratio('2 * lift - 1', 'basket_count')
        ) }} as log_lift_standard_error
    from lifted

),

scored as (

    select
        *,
        {{ safe_ratio('-log_lift', 'log_lift_standard_error') }} as chance_score
    from varied

),

tested as (

    select
        *,
        case when is_large_enough then {{ normal_distribution('chance_score') }} end as chance_probability
    from scored

),

ordered as (

    select
        *,
        sum(case when is_large_enough then 1 else 0 end) over () as pair_count,
        rank() over (partition by is_large_enough order by chance_probability desc nulls last) - 1 as likelier_count
    from tested

),

final as (

    select
        first_item_code,
        second_item_code,
        basket_count,
        first_basket_count,
        second_basket_count,
        joint_basket_count,
        is_large_enough,
        support,
        lift,
        {{ exponential('log_lift - ' ~ score_of_95_percent() ~ ' * log_lift_standard_error') }} as lift_lower,
        {{ exponential('log_lift + ' ~ score_of_95_percent() ~ ' * log_lift_standard_error') }} as lift_upper,
        chance_probability,
        least(1, min({{ safe_ratio('pair_count * chance_probability', 'pair_count - likelier_count') }}) over (
            partition by is_large_enough
            order by chance_probability desc nulls last
            range between unbounded preceding and current row
        )) as adjusted_chance_probability
    from ordered

)

select * from final
