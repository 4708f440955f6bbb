with profiles as (

    select * from {{ ref('int_people__health_profiles') }}

),

outlooks as (

    select * from {{ ref('int_people__refill_outlooks') }}
    where condition_code is not null

),

adherence as (

    select * from {{ ref('int_people__adherence') }}

),

eligible as (

    select * from adherence
    where is_eligible

),

classes as (

    {{ rows_in_force(ref('chronic_medicine_classes'), ['atc_prefix']) }}

),

final as (

    select
        cast(outlooks.person_token as string) as person_token,
        cast(outlooks.therapeutic_class as string) as therapeutic_class,
        cast(classes.class_name_zh as string) as class_name_zh,
        cast(classes.class_name_en as string) as class_name_en,
        cast(outlooks.condition_code as string) as condition_code,
        cast(outlooks.last_fill_date as date) as last_fill_date,
        cast(outlooks.fill_day_count as bigint) as fill_day_count,
        cast(outlooks.supply_ends_on as date) as supply_ends_on,
        cast(outlooks.is_in_use as boolean) as is_in_use,
        cast(eligible.proportion_of_days_covered as double) as proportion_of_days_covered,
        cast(eligible.is_adherent as boolean) as is_class_adherent,
        cast(adherence.covered_day_count as bigint) as covered_day_count,
        cast(adherence.observed_day_count as bigint) as observed_day_count,
        cast(outlooks.next_refill_date as date) as next_refill_date,
        cast(outlooks.refill_probability as double) as refill_probability,
        cast(profiles.as_of_date as date) as as_of_date
    from outlooks
    -- Only whose profile may be made.
    inner join profiles on outlooks.person_token = profiles.person_token
    inner join classes on outlooks.therapeutic_class = classes.atc_prefix
    left join adherence
        on
            outlooks.person_token = adherence.person_token
            and outlooks.therapeutic_class = adherence.therapeutic_class
            and profiles.as_of_date = adherence.period_end_date
    left join eligible
        on
            outlooks.person_token = eligible.person_token
            and outlooks.therapeutic_class = eligible.therapeutic_class
            and profiles.as_of_date = eligible.period_end_date

)

select * from final
