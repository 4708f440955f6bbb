with catalogue as (

    select * from {{ ref('kpi_catalogue') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}

),

as_of as (

    select * from {{ ref('int_ingest__as_of') }}

),

-- The target in force on the last day that data arrived for.
targets_in_force as (

    select
        targets.kpi_code,
        targets.target_value,
        targets.valid_from,
        row_number() over (partition by targets.kpi_code order by targets.valid_from desc) as recency
    from targets
    cross join as_of
    where targets.valid_from <= as_of.as_of_date

),

final as (

    select
        cast(catalogue.kpi_code as string) as kpi_code,
        cast(catalogue.kpi_name_zh as string) as kpi_name_zh,
        cast(catalogue.kpi_name_en as string) as kpi_name_en,
        cast(catalogue.definition_zh as string) as definition_zh,
        cast(catalogue.definition_en as string) as definition_en,
        cast(catalogue.unit as string) as unit,
        cast(catalogue.direction as string) as direction,
        cast(targets_in_force.target_value as double) as target_value,
        cast(targets_in_force.valid_from as date) as target_valid_from,
        cast(catalogue.owner as string) as owner,
        cast('kpi_' || catalogue.kpi_code as string) as model_name,
        cast(catalogue.feeds as string) as feeds,
        cast(catalogue.is_additive as boolean) as is_additive,
        cast(catalogue.window_days as integer) as window_days,
        cast(catalogue.follow_up_days as integer) as follow_up_days,
        cast(catalogue.counts_people as boolean) as counts_people,
        cast(catalogue.display_order as integer) as display_order
    from catalogue
    left join targets_in_force
        on
            catalogue.kpi_code = targets_in_force.kpi_code
            and targets_in_force.recency = 1

)

select * from final
