{{ config(**incremental_by_day('placed_on', 'int_compliance__touched_days')) }}

with audited_lines as (

    select * from {{ ref('int_compliance__dispensed_lines') }}
    where
        is_prescription_line
        and {{ is_touched_day('placed_on', ref('int_compliance__touched_days')) }}

),

prescriptions as (

    select * from {{ ref('stg_prescriptions__prescriptions') }}

),

prescription_use as (

    select * from {{ ref('int_compliance__prescription_use') }}

),

reviews as (

    select * from {{ ref('stg_prescriptions__reviews') }}

),

people as (

    select * from {{ ref('stg_staff__people') }}

),

licences as (

    select * from {{ ref('stg_staff__licences') }}

),

doctor_scopes as (

    select * from {{ ref('int_compliance__doctor_scopes') }}

),

duties as (

    select * from {{ ref('stg_staff__duties') }}

),

rosters as (

    select
        rosters.location_id,
        rosters.roster_date,
        rosters.updated_at,
        max(duties.ends_at) as last_duty_ends_at
    from {{ ref('stg_staff__rosters') }} as rosters
    left join duties
        on
            rosters.location_id = duties.location_id
            and rosters.roster_date = duties.recorded_on
    group by rosters.location_id, rosters.roster_date, rosters.updated_at

),

prescribed as (

    select
        audited_lines.*,
        prescriptions.prescription_id is not null as is_document_known,
        prescriptions.prescription_source,
        prescriptions.doctor_id,
        prescriptions.issued_at,
        prescriptions.issued_on,
        prescriptions.valid_until_date,
        prescriptions.reported_at,
        -- Only a version written after the goods left can say that nobody approved before.
        prescriptions.updated_at >= audited_lines.dispensed_at as is_document_settled
    from audited_lines
    left join prescriptions on audited_lines.prescription_id = prescriptions.prescription_id

),

reviewed as (

    select
        prescribed.order_id,
        prescribed.line_number,
        reviews.review_number,
        reviews.pharmacist_id,
        reviews.reviewed_at,
        reviews.review_result,
        reviews.reviewed_at <= prescribed.dispensed_at as is_in_time
    from prescribed
    inner join reviews on prescribed.prescription_id = reviews.prescription_id

),

-- What was said last before the goods left.
decisions_in_time as (

    select
        *,
        row_number() over (
            partition by order_id, line_number
            order by reviewed_at desc nulls last, review_number desc nulls last
        ) as recency
    from reviewed
    where is_in_time

),

approvals_too_late as (

    select
        *,
        row_number() over (
            partition by order_id, line_number
            order by reviewed_at asc nulls last, review_number asc nulls last
        ) as turn
    from reviewed
    where
        not is_in_time
        and review_result = 'approved'

),

decided as (

    select
        prescribed.*,
        coalesce(decisions_in_time.review_result = 'approved', false) as is_approved_in_time,
        case
            when decisions_in_time.review_result = 'approved' then decisions_in_time.pharmacist_id
            else approvals_too_late.pharmacist_id
        end as approving_pharmacist_id,
        case
            when decisions_in_time.review_result = 'approved' then decisions_in_time.reviewed_at
            else approvals_too_late.reviewed_at
        end as approved_at
    from prescribed
    left join decisions_in_time
        on
            prescribed.order_id = decisions_in_time.order_id
            and prescribed.line_number = decisions_in_time.line_number
            and decisions_in_time.recency = 1
    left join approvals_too_late
        on
            prescribed.order_id = approvals_too_late.order_id
            and prescribed.line_number = approvals_too_late.line_number
            and approvals_too_late.turn = 1

),

dated as (

    select
        *,
        {{ local_date('approved_at') }} as approved_on
    from decided

),

licensed_pharmacists as (

    select distinct
        dated.order_id,
        dated.line_number
    from dated
    inner join licences
        on
            dated.approving_pharmacist_id = licences.staff_id
            and licences.staff_role = 'pharmacist'
            and dated.approved_on >= licences.valid_from_date
            and (dated.approved_on <= licences.valid_until_date or licences.valid_until_date is null)

),

pharmacists_on_duty as (

    select distinct
        dated.order_id,
        dated.line_number
    from dated
    inner join duties
        on
            dated.fulfilling_location_id = duties.location_id
            and dated.approving_pharmacist_id = duties.staff_id
            and {{ is_in_force('dated.approved_at', 'duties.starts_at', 'duties.ends_at') }}

),

doctors_on_the_day as (

    select
        dated.order_id,
        dated.line_number,
        max(
            case
                when
                    substr(dated.atc_code, 1, length(doctor_scopes.atc_prefix)) = doctor_scopes.atc_prefix
                    and (
                        coalesce({{ list_length('doctor_scopes.prescription_classes') }}, 0) = 0
                        or {{ list_has('doctor_scopes.prescription_classes', 'dated.prescription_class') }}
                    )
                    then 1
                else 0
            end
        ) = 1 as is_in_scope
    from dated
    inner join doctor_scopes
        on
            dated.doctor_id = doctor_scopes.doctor_id
            and dated.issued_on >= doctor_scopes.valid_from_date
            and (dated.issued_on <= doctor_scopes.valid_until_date or doctor_scopes.valid_until_date is null)
    group by dated.order_id, dated.line_number

),

-- A link that hangs on one that is missing or unknown is unknown itself.
linked as (

    select
        dated.*,
        prescription_use.prescribed_quantity,
        prescription_use.dispensed_quantity,
        case
            when dated.prescription_id is null then false
            when dated.is_document_known then true
        end as is_prescription_known,
        case
            when dated.is_document_known
                then dated.issued_at <= dated.dispensed_at and dated.dispensed_on <= dated.valid_until_date
        end as is_prescription_valid,
        case when dated.is_document_known then prescription_use.is_quantity_covered end as is_quantity_covered,
        case
            when not dated.is_document_known then cast(null as boolean)
            when doctors_on_the_day.order_id is not null then true
            when doctors.staff_id is not null then false
        end as is_doctor_licensed,
        case when dated.is_document_known then doctors_on_the_day.is_in_scope end as is_doctor_in_scope,
        case
            when not dated.is_document_known then cast(null as boolean)
            when dated.is_approved_in_time then true
            when dated.is_document_settled then false
        end as is_approved_before_dispensing,
        case
            when dated.approved_at is null then cast(null as boolean)
            when licensed_pharmacists.order_id is not null then true
            when pharmacists.staff_id is not null then false
        end as is_pharmacist_licensed,
        case
            when dated.approved_at is null then cast(null as boolean)
            when pharmacists_on_duty.order_id is not null then true
            -- A roster is a plan until it is confirmed: only what was written after that minute can say that somebody
            -- was not there. Who is on duty in the small hours is on the roster of the day before.
            when
                rosters_of_day.updated_at > least(dated.approved_at, rosters_of_day.last_duty_ends_at)
                and rosters_of_eve.updated_at > least(dated.approved_at, rosters_of_eve.last_duty_ends_at)
                then false
        end as is_pharmacist_on_duty,
        case
            when dated.trace_code_count < dated.quantity then false
            when dated.is_courier_delivery and dated.courier_company is null then false
            when dated.delivered_at is not null then true
            -- Refused at the door, the goods came back; otherwise they are lost.
            when dated.cancelled_at is not null then coalesce(dated.cancelled_by = 'customer', false)
        end as is_delivery_traced
    from dated
    left join prescription_use
        on
            dated.order_id = prescription_use.order_id
            and dated.line_number = prescription_use.line_number
            and dated.placed_on = prescription_use.placed_on
    left join doctors_on_the_day
        on
            dated.order_id = doctors_on_the_day.order_id
            and dated.line_number = doctors_on_the_day.line_number
    left join people as doctors
        on
            dated.doctor_id = doctors.staff_id
            and doctors.staff_role = 'doctor'
    left join licensed_pharmacists
        on
            dated.order_id = licensed_pharmacists.order_id
            and dated.line_number = licensed_pharmacists.line_number
    left join people as pharmacists
        on
            dated.approving_pharmacist_id = pharmacists.staff_id
    left join pharmacists_on_duty
        on
            dated.order_id = pharmacists_on_duty.order_id
            and dated.line_number = pharmacists_on_duty.line_number
    left join rosters as rosters_of_day
        on
            dated.fulfilling_location_id = rosters_of_day.location_id
            and dated.approved_on = rosters_of_day.roster_date
    left join rosters as rosters_of_eve
        on
            dated.fulfilling_location_id = rosters_of_eve.location_id
            and {{ add_days('dated.approved_on', -1) }} = rosters_of_eve.roster_date

),

final as (

    select
        order_id,
        line_number,
        channel,
        store_id,
        fulfilling_location_id,
        sku_id,
        quantity,
        prescription_id,
        prescription_source,
        doctor_id,
        approving_pharmacist_id,
        approved_at,
        dispensed_at,
        dispensed_on,
        prescribed_quantity,
        dispensed_quantity,
        {% for link in prescription_links() %}
        {{ link }},
        {% endfor %}
        case
            {% for link in prescription_links() %}
            when not {{ link }} then false
            {% endfor %}
            {% for link in prescription_links() %}
            when {{ link }} is null then cast(null as boolean)
            {% endfor %}
            else true
        end as is_compliant,
        reported_at,
        placed_on
    from linked

)

select * from final
