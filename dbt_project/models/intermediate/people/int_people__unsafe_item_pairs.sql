{#- One such medicine in each of two items is enough; rules say nothing about which of their sides comes first. -#}
with products as (

    select * from {{ ref('int_people__bundle_products') }}

),

drug_interactions as (

    select * from {{ ref('drug_interactions') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

sides as (

    select
        rule_code,
        first_atc_prefix as atc_prefix,
        second_atc_prefix as other_atc_prefix,
        severity,
        rule_zh,
        rule_en,
        valid_from
    from drug_interactions
    union
    select
        rule_code,
        second_atc_prefix as atc_prefix,
        first_atc_prefix as other_atc_prefix,
        severity,
        rule_zh,
        rule_en,
        valid_from
    from drug_interactions

),

medicines as (

    select distinct
        item_code,
        atc_code
    from products

),

ranked as (

    select
        firsts.item_code as first_item_code,
        seconds.item_code as second_item_code,
        sides.rule_code,
        sides.severity,
        sides.rule_zh,
        sides.rule_en,
        row_number() over (
            partition by firsts.item_code, seconds.item_code
            order by
                case sides.severity when 'contraindicated' then 1 when 'major' then 2 else 3 end asc nulls last,
                sides.rule_code asc nulls last
        ) as gravity_rank
    from medicines as firsts
    inner join sides on substr(firsts.atc_code, 1, length(sides.atc_prefix)) = sides.atc_prefix
    inner join medicines as seconds
        on substr(seconds.atc_code, 1, length(sides.other_atc_prefix)) = sides.other_atc_prefix
    cross join as_of
    where
        firsts.item_code < seconds.item_code
        and sides.valid_from <= as_of.as_of_date

),

final as (

    select
        first_item_code,
        second_item_code,
        rule_code,
        severity,
        rule_zh,
        rule_en
    from ranked
    where gravity_rank = 1

)

select * from final
