"""The lint for portable SQL finds what it lists, in models and in what models pass to macros, and nothing else."""

from pathlib import Path

import pytest

from tests.lint.portable_rules import RULES
from tests.lint.portable_sql import lint_files, lint_text, main

WRITTEN = {
    "^": "select a ^ 2 as square from t",
    "/": "select a / b as ratio from t",
    "date and number": "select opened_on + 1 as second_day from t",
    "time and number": "select t.paid_at - t.placed_at as wait from t",
    "interval": "select placed_at + interval 1 day from t",
    "current_date": "select current_date as today from t",
    "//": "select a // b as quotient from t",
    "extract": "select extract(isodow from business_date) from t",
    "at time zone": "select measured_at at time zone 'UTC' from t",
    "lateral view": "select item from t lateral view outer_one x as item",
    "[": "select items[1] from t",
    "->": "select x -> x + 1 from t",
    "* exclude": "select * exclude (a) from t",
    "asof": "select a from t asof join s on t.a >= s.a",
    "pivot": "pivot t on a using sum(b)",
    "type": "select cast(a as varchar) from t",
    "ignore nulls": "select last_value(a ignore nulls) over (order by b desc) from t",
    "distinct on": "select distinct on (a) a, b from t",
    "semi join": "select a from t semi join s on t.a = s.a",
}


FUNCTIONS = [rule for rule in RULES if rule.name not in WRITTEN]


def found(sql: str) -> list[str]:
    return [finding.rule.name for finding in lint_text(sql, Path("model.sql"))]


@pytest.mark.parametrize("rule", FUNCTIONS, ids=lambda rule: rule.name)
def test_every_listed_function_is_found(rule):
    name = rule.name.replace(r"\w+", "anything")
    assert rule.name in found(f"select\n    {name.upper()} (a, b) as value\nfrom t")


@pytest.mark.parametrize("name", WRITTEN)
def test_every_listed_spelling_is_found(name):
    assert name in found(WRITTEN[name])


@pytest.mark.parametrize(
    "sql",
    [
        "select sum(a) over (partition by b order by c) from t",
        "select row_number() over (order by a desc, b) from t",
        "select a from t order by lower(a, b), c desc nulls last limit 3",
    ],
)
def test_an_ascending_order_without_a_place_for_nulls_is_found(sql):
    assert found(sql) == ["order by"]


@pytest.mark.parametrize(
    "operand", ["a * 0.5", "cast(a as double)", "cast(a as double) / b", "sqrt(a)", "cast(a as decimal(18, 2))"]
)
def test_a_fraction_cast_to_a_whole_number_is_found(operand):
    assert "cast to a whole number" in found(f"select cast({operand} as bigint) from t")


@pytest.mark.parametrize("divisor", ["b", "0", "0.0", "count(*)", "cast(b as double)"])
def test_a_double_divided_by_what_may_be_zero_is_found(divisor):
    assert found(f"select cast(a as double) / {divisor} as ratio from t") == ["/"]


@pytest.mark.parametrize("divisor", ["2", "0.5", "nullif(b, 0)", "cast(60 as double)"])
def test_a_double_divided_by_what_is_never_zero_passes(divisor):
    assert found(f"select cast(a as double) / {divisor} as ratio from t") == []


def test_sql_passed_to_a_macro_is_read_too():
    [finding] = lint_text(
        "select\n    {{ local_date(\n        'epoch_us(a)'\n    ) }} as day\nfrom t", Path("model.sql")
    )
    assert (finding.line, finding.found) == (3, "epoch_us")


def test_a_date_from_a_macro_less_a_number_is_found():
    assert found("select {{ local_date('paid_at') }} - 1 as day_before from t") == ["date and number"]


CLEAN = """
{{ config(**incremental_by_day('paid_on', 'stg_orders__touched_days')) }}

{#- Comments may say unnest(x), a / b and order by c. -#}
with orders as (

    -- Or date_trunc('month', x), in SQL comments.
    select * from {{ ref('stg_orders__orders') }}

),

{% set days = [1, 2] %}
final as (

    select
        order_id,
        'strptime(x) // [y] -> z' as words,
        {{ local_date('paid_at') }} as paid_on,
        {{ safe_ratio('sum(a)', 'count(*)') }} as share,
        cast(sum(paid_yuan) as double) / nullif(count(*), 0) as mean_yuan,
        cast(sum(quantity) as bigint) as quantity,
        {{ integer_floor('a * 0.5') }} as half,
        {{ quantile('quantity', 0.9) }} filter (where is_online) as high_quantity,
        max_by(store_id, paid_at) filter (where is_online) as store_id,
        row_number() over (partition by order_id order by paid_at desc, line_number asc nulls last) as recency,
        sum(a) over (order by b nulls first rows between unbounded preceding and current row) as so_far
    from orders
    qualify recency = 1

)

select * from final
"""


def test_portable_sql_passes():
    assert found(CLEAN) == []


def test_types_and_tests_in_yaml_are_read_but_not_the_rows_of_unit_tests(tmp_path):
    properties = tmp_path / "_properties.yml"
    properties.write_text("""
seeds:
  - name: targets
    config:
      column_types: {code: varchar, target_value: double}
models:
  - name: orders
    columns:
      - name: order_id
        data_type: uuid
    data_tests:
      - expression_is_true:
          arguments: {expression: "a / b < 1", where: "date_trunc('month', paid_at) > placed_on"}
unit_tests:
  - name: of_nothing
    given:
      - input: ref('orders')
        format: sql
        rows: select cast(null as varchar) as order_id
""")
    assert [(finding.line, finding.rule.name) for finding in lint_files([tmp_path])] == [
        (5, "type"), (10, "type"), (13, "/"), (13, "date_trunc"),
    ]  # fmt: skip


def test_macros_may_hide_the_differences_in_their_own_folder_only(tmp_path):
    for folder in ("portable", "kpi"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "times.sql").write_text("select epoch_us(a) from t")
    assert [finding.path.parent.name for finding in lint_files([tmp_path])] == ["kpi"]


def test_the_exit_status_and_the_message_say_what_to_do(tmp_path, capsys):
    model = tmp_path / "model.sql"
    model.write_text("select\n    unnest(items) as item\nfrom t")
    assert main([str(model)]) == 1
    assert f"{model}:2: unnest: not known to both (rule: unnest); use list_items" in capsys.readouterr().out
    model.write_text("select item from t")
    assert main([str(model)]) == 0
    assert main([str(tmp_path / "absent")]) == 2
