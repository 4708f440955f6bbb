with pairs as (

    select * from {{ ref('int_people__bundle_pairs') }}

),

unsafe_pairs as (

    select * from {{ ref('int_people__unsafe_item_pairs') }}

),

baskets as (

    select * from {{ ref('int_people__bundle_baskets') }}

),

scenarios as (

    select * from {{ ref('bundle_scenarios') }}

),

bundle_items as (

    select * from {{ ref('bundle_items') }}

),

reasons as (

    select * from {{ ref('bundle_reasons') }}

),

parameters as (

    select * from {{ ref('int_people__bundle_parameters') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

items as (

    select distinct
        item_code,
        item_kind,
        item_name_zh,
        item_name_en,
        is_prescription
    from bundle_items

),

scenario_items as (

    select
        scenarios.scenario_code,
        scenarios.scenario_name_zh,
        scenarios.scenario_name_en,
        items.*
    from scenarios
    inner join items on scenarios.item_code = items.item_code
    cross join as_of
    where scenarios.valid_from <= as_of.as_of_date

),

services as (

    select
        scenario_code,
        {{ joined_text('item_code', ', ', 'item_code') }} as service_codes,
        {{ joined_text('item_name_zh', '、', 'item_code') }} as service_names_zh,
        {{ joined_text('item_name_en', ', ', 'item_code') }} as service_names_en
    from scenario_items
    where item_kind = 'service'
    group by scenario_code

),

sku_counts as (

    select
        item_code,
        sku_id,
        count(*) as sku_basket_count
    from baskets
    where item_code is not null
    group by item_code, sku_id

),

best_sellers as (

    select
        item_code,
        sku_id,
        row_number() over (
            partition by item_code order by sku_basket_count desc nulls last, sku_id asc nulls last
        ) as sales_rank
    from sku_counts

),

judged as (

    select
        pairs.*,
        firsts.scenario_code,
        firsts.scenario_name_zh,
        firsts.scenario_name_en,
        firsts.item_name_zh as first_item_name_zh,
        firsts.item_name_en as first_item_name_en,
        seconds.item_name_zh as second_item_name_zh,
        seconds.item_name_en as second_item_name_en,
        services.service_codes,
        services.service_names_zh,
        services.service_names_en,
        unsafe_pairs.rule_code,
        unsafe_pairs.severity,
        unsafe_pairs.rule_zh,
        unsafe_pairs.rule_en,
        case
            when unsafe_pairs.rule_code is not null then 'unsafe_combination'
            when firsts.is_prescription or seconds.is_prescription then 'prescription_medicine'
            when not pairs.is_large_enough then 'too_few_baskets'
            when
                pairs.lift_lower > 1
                and pairs.adjusted_chance_probability <= parameters.false_discovery_rate
                then 'bought_together'
            else 'not_above_chance'
        end as reason_code
    from scenario_items as firsts
    inner join scenario_items as seconds
        on
            firsts.scenario_code = seconds.scenario_code
            and firsts.item_code < seconds.item_code
    inner join pairs
        on
            firsts.item_code = pairs.first_item_code
            and seconds.item_code = pairs.second_item_code
    cross join parameters
    left join services on firsts.scenario_code = services.scenario_code
    left join unsafe_pairs
        on
            pairs.first_item_code = unsafe_pairs.first_item_code
            and pairs.second_item_code = unsafe_pairs.second_item_code

),

ranked as (

    select
        *,
        reason_code = 'bought_together' as is_recommended,
        row_number() over (
            partition by scenario_code, reason_code
            order by lift_lower desc nulls last, first_item_code asc nulls last, second_item_code asc nulls last
        ) as lift_rank
    from judged

),

final as (

    select
        cast(ranked.scenario_code || ':' || ranked.first_item_code || '+' || ranked.second_item_code as string)
            as bundle_code,
        cast(ranked.scenario_code as string) as scenario_code,
        cast(ranked.scenario_name_zh as string) as scenario_name_zh,
        cast(ranked.scenario_name_en as string) as scenario_name_en,
        cast(ranked.first_item_code as string) as first_item_code,
        cast(ranked.first_item_name_zh as string) as first_item_name_zh,
        cast(ranked.first_item_name_en as string) as first_item_name_en,
        cast(first_best.sku_id as string) as first_sku_id,
        cast(ranked.second_item_code as string) as second_item_code,
        cast(ranked.second_item_name_zh as string) as second_item_name_zh,
        cast(ranked.second_item_name_en as string) as second_item_name_en,
        cast(second_best.sku_id as string) as second_sku_id,
        cast(ranked.service_codes as string) as service_codes,
        cast(ranked.service_names_zh as string) as service_names_zh,
        cast(ranked.service_names_en as string) as service_names_en,
        cast(ranked.basket_count as bigint) as basket_count,
        cast(case when ranked.is_large_enough then ranked.first_basket_count end as bigint) as first_basket_count,
        cast(case when ranked.is_large_enough then ranked.second_basket_count end as bigint) as second_basket_count,
        cast(case when ranked.is_large_enough then ranked.joint_basket_count end as bigint) as joint_basket_count,
        cast(case when ranked.is_large_enough then ranked.support end as double) as support,
        cast(ranked.lift as double) as lift,
        cast(ranked.lift_lower as double) as lift_lower,
        cast(ranked.lift_upper as double) as lift_upper,
        cast(ranked.adjusted_chance_probability as double) as adjusted_chance_probability,
        cast(ranked.reason_code not in ('unsafe_combination', 'prescription_medicine') as boolean) as is_offerable,
        cast(ranked.is_recommended as boolean) as is_recommended,
        cast(case when ranked.is_recommended then ranked.lift_rank end as integer) as recommendation_rank,
        cast(ranked.rule_code as string) as interaction_rule_code,
        cast(ranked.severity as string) as interaction_severity,
        cast(ranked.reason_code as string) as bundle_reason_code,
        cast({{ filled_text('reasons.reason_zh', {
            'rule_zh': 'ranked.rule_zh',
            'lift': text_of_quantity('ranked.lift'),
            'lower': text_of_quantity('ranked.lift_lower'),
            'upper': text_of_quantity('ranked.lift_upper')
        }) }} as string) as reason_zh,
        cast({{ filled_text('reasons.reason_en', {
            'rule_en': 'ranked.rule_en',
            'lift': text_of_quantity('ranked.lift'),
            'lower': text_of_quantity('ranked.lift_lower'),
            'upper': text_of_quantity('ranked.lift_upper')
        }) }} as string) as reason_en,
        cast(as_of.as_of_date as date) as as_of_date
    from ranked
    cross join as_of
    inner join reasons on ranked.reason_code = reasons.reason_code
    left join best_sellers as first_best
        on
            ranked.first_item_code = first_best.item_code
            and first_best.sales_rank = 1
            and ranked.is_recommended
    left join best_sellers as second_best
        on
            ranked.second_item_code = second_best.item_code
            and second_best.sales_rank = 1
            and ranked.is_recommended

)

select * from final
