{{ config(materialized='table') }}

{#- How patients changed from the months before they joined a community to the months up to a scorecard's, and how those
    changed in the same months who never joined one: groups by month of joining beside the never treated, as in B. Callaway
    and P. H. C. Sant'Anna, Difference-in-differences with multiple time periods, Journal of Econometrics 225 (2021),
    200-230. Who has left again stays with those who joined. -#}
with months as (

    select * from {{ ref('int_community__scorecard_months') }}

),

levels as (

    select * from {{ ref('int_community__patient_levels') }}

),

memberships as (

    select * from {{ ref('int_community__memberships') }}
    where person_token is not null

),

communities as (

    select * from {{ ref('stg_communities__communities') }}

),

demographics as (

    select * from {{ ref('int_people__demographics') }}

),

scorecard_figures as (

    select * from {{ ref('scorecard_figures') }}

),

parameters as (

    select * from {{ ref('int_community__parameters') }}

),

-- Months as numbers, so that spans of them are differences.
numbered_levels as (

    select
        *,
        {{ month_ordinal('month_start_date') }} as month_ordinal
    from levels

),

joined as (

    select
        person_token,
        min(joined_on) as first_joined_on
    from memberships
    group by person_token

),

joiners as (

    select distinct
        joined.person_token,
        communities.pharmacist_id,
        {{ month_ordinal('joined.first_joined_on') }} as joined_month_ordinal
    from joined
    inner join memberships
        on
            joined.person_token = memberships.person_token
            and {{ month_start('joined.first_joined_on') }} = {{ month_start('memberships.joined_on') }}
    inner join communities on memberships.community_id = communities.community_id
    where communities.pharmacist_id is not null

),

-- A scorecard looks at who joined in the months before it.
spans as (

    select distinct
        months.month_end_date,
        joiners.joined_month_ordinal,
        {{ month_ordinal('months.month_end_date') }} as scorecard_month_ordinal,
        parameters.baseline_months
    from months
    cross join parameters
    inner join joiners
        on
            {{ month_ordinal('months.month_end_date') }} > joiners.joined_month_ordinal
            and {{ month_ordinal('months.month_end_date') }} <= joiners.joined_month_ordinal + parameters.joiner_months

),

baselines as (

    select
        spans.month_end_date,
        spans.joined_month_ordinal,
        levels.figure_code,
        levels.condition_code,
        levels.person_token,
        {{ safe_ratio(exact_sum('levels.level'), 'count(*)') }} as baseline_level
    from spans
    inner join numbered_levels as levels
        on
            spans.joined_month_ordinal > levels.month_ordinal
            and spans.joined_month_ordinal <= levels.month_ordinal + spans.baseline_months
    group by
        spans.month_end_date, spans.joined_month_ordinal, levels.figure_code, levels.condition_code,
        levels.person_token

),

later_levels as (

    select
        spans.month_end_date,
        spans.joined_month_ordinal,
        levels.figure_code,
        levels.condition_code,
        levels.person_token,
        {{ safe_ratio(exact_sum('levels.level'), 'count(*)') }} as later_level
    from spans
    inner join numbered_levels as levels
        on
            spans.scorecard_month_ordinal >= levels.month_ordinal
            and spans.scorecard_month_ordinal < levels.month_ordinal + spans.baseline_months
            and spans.joined_month_ordinal < levels.month_ordinal
    group by
        spans.month_end_date, spans.joined_month_ordinal, levels.figure_code, levels.condition_code,
        levels.person_token

),

changes as (

    select
        baselines.month_end_date,
        baselines.joined_month_ordinal,
        baselines.figure_code,
        baselines.condition_code,
        baselines.person_token,
        coalesce(demographics.sex, 'unknown') as sex,
        {{ integer_floor(safe_ratio(
            'extract(year from baselines.month_end_date) - demographics.birth_year', 'parameters.age_band_years'
        )) }} as age_band,
        {{ integer_floor(safe_ratio('baselines.baseline_level', 'scorecard_figures.level_band')) }} as level_band,
        case
            when baselines.figure_code = 'adherence_improvement'
                then later_levels.later_level - baselines.baseline_level
            else baselines.baseline_level - later_levels.later_level
        end as improvement
    from baselines
    inner join later_levels
        on
            baselines.month_end_date = later_levels.month_end_date
            and baselines.joined_month_ordinal = later_levels.joined_month_ordinal
            and baselines.figure_code = later_levels.figure_code
            and baselines.condition_code = later_levels.condition_code
            and baselines.person_token = later_levels.person_token
    inner join demographics on baselines.person_token = demographics.person_token
    inner join scorecard_figures on baselines.figure_code = scorecard_figures.figure_code
    cross join parameters
    where demographics.birth_year is not null

),

compared as (

    select
        month_end_date,
        figure_code,
        condition_code,
        joined_month_ordinal,
        person_token,
        improvement,
        condition_code || '|' || cast(joined_month_ordinal as string) || '|' || sex || '|' || cast(age_band as string)
        || '|' || cast(level_band as string) as stratum
    from changes

),

final as (

    select
        compared.*,
        joiners.pharmacist_id
    from compared
    inner join joiners
        on
            compared.person_token = joiners.person_token
            and compared.joined_month_ordinal = joiners.joined_month_ordinal
    union all
    select
        compared.*,
        cast(null as string) as pharmacist_id
    from compared
    left join joined
        on
            compared.person_token = joined.person_token
            and compared.month_end_date >= joined.first_joined_on
    where joined.person_token is null

)

select * from final
