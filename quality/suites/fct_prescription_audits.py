"""Gate of the prescription audits: the compliance rate and the regulator's report are made of them."""

from quality.expectations import complete, nothing_wrong, unique_key, within_threshold
from quality.suite import Suite

_LINKS = (
    "is_prescription_known",
    "is_prescription_valid",
    "is_quantity_covered",
    "is_doctor_licensed",
    "is_doctor_in_scope",
    "is_approved_before_dispensing",
    "is_pharmacist_licensed",
    "is_pharmacist_on_duty",
    "is_delivery_traced",
)
_IS_WHOLE = " and ".join(f"{link} is true" for link in _LINKS)

SUITE = Suite(
    "fct_prescription_audits",
    (
        unique_key("order_id", "line_number"),
        complete("dispensed_on"),
        nothing_wrong(
            "every_prescription_line_audited",
            "Every line with a prescription whose goods have left is audited",
            """select lines.order_id from fct_order_lines as lines
            join fct_orders using (order_id)
            left join {batch} as audits using (order_id, line_number)
            where lines.has_prescription and audits.order_id is null
                and (fct_orders.handed_over_at is not null or fct_orders.delivered_at is not null)""",
            reason="A line that nobody audits is a violation that nobody finds.",
        ),
        nothing_wrong(
            "compliant_with_every_link_only",
            "A line is compliant exactly if every link of its chain is true",
            f"select 1 from {{batch}} where coalesce(is_compliant, false) <> ({_IS_WHOLE})",
            reason="A link that is unknown is no proof.",
        ),
        nothing_wrong(
            "findings_in_words",
            "A line that is not compliant says why, in both languages",
            "select 1 from {batch} where not is_compliant and (finding_zh is null or finding_en is null)",
            reason="A finding without words cannot be acted upon.",
        ),
        within_threshold(
            "unknown_share",
            "The share of lines of three weeks up to the last one that nobody can judge is not above what is usual",
            """select 1 from {batch} where dispensed_on between {as_of} - 27 and {as_of} - 7
            having avg((is_compliant is null)::int) > {threshold}""",
        ),
        within_threshold(
            "violation_share",
            "The share of lines of the last four weeks with a violation is not above what is usual",
            """select 1 from {batch} where dispensed_on > {as_of} - 28
            having avg((not coalesce(is_compliant, true))::int) > {threshold}""",
        ),
    ),
)
