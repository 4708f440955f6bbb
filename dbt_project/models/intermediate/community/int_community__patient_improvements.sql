{#- Difference in differences per pharmacist: the mean over the pharmacist's patients of their improvement less the mean
    one of the unattached patients of the same stratum (condition, month of joining, sex, age band, band of the baseline
    level): exact matching on coarsened covariates, S. M. Iacus, G. King and G. Porro, Causal inference without balance
    checking: coarsened exact matching, Political Analysis 20 (2012), 1-24. Patients whose stratum has not two unattached
    ones are left out. The variance is that of the mean of the patients' differences plus that of what they are compared
    with; since one unattached patient stands for many, in several strata, what each contributes is added up before it is
    squared: K.-Y. Liang and S. L. Zeger, Longitudinal data analysis using generalized linear models, Biometrika 73
    (1986), 13-22. -#}
{%- set of_stratum = '(partition by month_end_date, figure_code, stratum)' %}
with changes as (

    select * from {{ ref('int_community__patient_changes') }}

),

unattached as (

    select
        *,
        count(*) over {{ of_stratum }} as stratum_size,
        {{ safe_ratio(exact_sum('improvement', of_stratum), 'count(*) over ' ~ of_stratum) }} as stratum_mean
    from changes
    where pharmacist_id is null

),

strata as (

    select
        month_end_date,
        figure_code,
        stratum,
        max(stratum_mean) as stratum_mean
    from unattached
    where stratum_size > 1
    group by month_end_date, figure_code, stratum

),

differences as (

    select
        changes.pharmacist_id,
        changes.month_end_date,
        changes.figure_code,
        changes.stratum,
        changes.person_token,
        changes.improvement - strata.stratum_mean as difference
    from changes
    inner join strata
        on
            changes.month_end_date = strata.month_end_date
            and changes.figure_code = strata.figure_code
            and changes.stratum = strata.stratum
    where changes.pharmacist_id is not null

),

means as (

    select
        pharmacist_id,
        month_end_date,
        figure_code,
        count(*) as patient_count,
        count(distinct person_token) as people_count,
        {{ safe_ratio(exact_sum('difference'), 'count(*)') }} as mean_difference
    from differences
    group by pharmacist_id, month_end_date, figure_code

),

own_contributions as (

    select
        differences.pharmacist_id,
        differences.month_end_date,
        differences.figure_code,
        differences.person_token,
        {{ exact_sum('differences.difference - means.mean_difference') }} as contribution
    from differences
    inner join means
        on
            differences.pharmacist_id = means.pharmacist_id
            and differences.month_end_date = means.month_end_date
            and differences.figure_code = means.figure_code
    group by differences.pharmacist_id, differences.month_end_date, differences.figure_code, differences.person_token

),

own_spreads as (

    select
        pharmacist_id,
        month_end_date,
        figure_code,
        {{ exact_sum('contribution * contribution') }}
        * {{ safe_ratio('count(*)', 'count(*) - 1') }} as squared_contributions
    from own_contributions
    group by pharmacist_id, month_end_date, figure_code

),

patients_of_strata as (

    select
        pharmacist_id,
        month_end_date,
        figure_code,
        stratum,
        count(*) as own_count
    from differences
    group by pharmacist_id, month_end_date, figure_code, stratum

),

-- A residual of m patients about their own mean is too small by the root of (m - 1) / m.
borrowed_contributions as (

    select
        patients_of_strata.pharmacist_id,
        unattached.month_end_date,
        unattached.figure_code,
        unattached.person_token,
        {{ exact_sum(
            safe_ratio('patients_of_strata.own_count', 'unattached.stratum_size')
            ~ ' * (unattached.improvement - unattached.stratum_mean) * '
            ~ square_root(safe_ratio('unattached.stratum_size', 'unattached.stratum_size - 1'))
        ) }} as contribution
    from patients_of_strata
    inner join unattached
        on
            patients_of_strata.month_end_date = unattached.month_end_date
            and patients_of_strata.figure_code = unattached.figure_code
            and patients_of_strata.stratum = unattached.stratum
    group by
        patients_of_strata.pharmacist_id, unattached.month_end_date, unattached.figure_code, unattached.person_token

),

borrowed_spreads as (

    select
        pharmacist_id,
        month_end_date,
        figure_code,
        count(*) as unattached_count,
        {{ exact_sum('contribution * contribution') }} as squared_contributions
    from borrowed_contributions
    group by pharmacist_id, month_end_date, figure_code

),

final as (

    select
        means.month_end_date,
        means.figure_code,
        means.pharmacist_id,
        means.mean_difference,
        means.people_count,
        borrowed_spreads.unattached_count,
        {{ safe_ratio(
            square_root('own_spreads.squared_contributions + borrowed_spreads.squared_contributions'),
            'means.patient_count'
        ) }} as standard_error,
        means.people_count - 1 as degrees_of_freedom
    from means
    inner join own_spreads
        on
            means.pharmacist_id = own_spreads.pharmacist_id
            and means.month_end_date = own_spreads.month_end_date
            and means.figure_code = own_spreads.figure_code
    inner join borrowed_spreads
        on
            means.pharmacist_id = borrowed_spreads.pharmacist_id
            and means.month_end_date = borrowed_spreads.month_end_date
            and means.figure_code = borrowed_spreads.figure_code

)

select * from final
