with products as (

    select * from {{ ref('int_reference__products') }}

),

classes as (

    select * from {{ ref('service_classes') }}

),

levels as (

    select * from {{ ref('service_levels') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

classes_in_force as (

    select
        classes.*,
        row_number() over (partition by classes.rule_order order by classes.valid_from desc) as recency
    from classes
    cross join as_of
    where classes.valid_from <= as_of.as_of_date

),

levels_in_force as (

    select
        levels.*,
        row_number() over (partition by levels.service_class order by levels.valid_from desc) as recency
    from levels
    cross join as_of
    where levels.valid_from <= as_of.as_of_date

),

matched as (

    select
        products.sku_id,
        classes_in_force.service_class,
        row_number() over (partition by products.sku_id order by classes_in_force.rule_order nulls last) as match_number
    from products
    inner join classes_in_force
        on
            classes_in_force.recency = 1
            and (
                classes_in_force.atc_prefix is null
                or substr(products.atc_code, 1, length(classes_in_force.atc_prefix)) = classes_in_force.atc_prefix
            )
            and (
                classes_in_force.prescription_class is null
                or products.prescription_class = classes_in_force.prescription_class
            )

),

final as (

    select
        matched.sku_id,
        matched.service_class,
        levels_in_force.service_level,
        {{ normal_quantile('levels_in_force.service_level') }} as service_score
    from matched
    inner join levels_in_force
        on
            matched.service_class = levels_in_force.service_class
            and levels_in_force.recency = 1
    where matched.match_number = 1

)

select * from final
