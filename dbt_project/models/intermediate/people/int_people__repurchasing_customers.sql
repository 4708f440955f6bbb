{{ config(materialized='table') }}

{#- A customer counts in each month in which the days after one of the purchases are over: those who bought so many days
    earlier, cohort after cohort. Days with an order are counted, not orders: a basket in two orders is no repurchase. -#}
with purchases as (

    select * from {{ ref('int_people__purchases') }}

),

demographics as (

    select * from {{ ref('int_people__demographics') }}

),

closed_months as (

    select * from {{ ref('int_people__closed_months') }}

),

parameters as (

    select * from {{ ref('int_people__loyalty_parameters') }}

),

purchase_days as (

    select distinct
        person_token,
        placed_on
    from purchases
    where person_token is not null

),

followed as (

    select
        purchase_days.*,
        lead(purchase_days.placed_on) over (
            partition by purchase_days.person_token order by purchase_days.placed_on nulls last
        ) as next_placed_on,
        {{ add_days('purchase_days.placed_on', 'parameters.repurchase_days') }} as repurchase_due_on
    from purchase_days
    cross join parameters

),

-- The first purchase whose days are over in the month stands for the customer.
firsts as (

    select
        closed_months.month_end_date as business_date,
        followed.*,
        row_number() over (
            partition by followed.person_token, closed_months.month_end_date
            order by followed.placed_on nulls last
        ) as purchase_number
    from followed
    inner join closed_months
        on followed.repurchase_due_on between closed_months.month_start_date and closed_months.month_end_date

),

final as (

    select
        firsts.business_date,
        demographics.home_store_id as store_id,
        firsts.person_token,
        coalesce(firsts.next_placed_on <= firsts.repurchase_due_on, false) as is_counted
    from firsts
    left join demographics on firsts.person_token = demographics.person_token
    where firsts.purchase_number = 1

)

select * from final
