{#- A patient who takes medicines of several classes is adherent who is in each of them. -#}
with adherence as (

    select * from {{ ref('int_people__adherence') }}
    where
        is_closed_month
        and is_eligible

),

demographics as (

    select * from {{ ref('int_people__demographics') }}

),

final as (

    select
        adherence.period_end_date as business_date,
        demographics.home_store_id as store_id,
        adherence.person_token,
        min(case when adherence.is_adherent then 1 else 0 end) = 1 as is_counted
    from adherence
    left join demographics on adherence.person_token = demographics.person_token
    group by adherence.period_end_date, demographics.home_store_id, adherence.person_token

)

select * from final
