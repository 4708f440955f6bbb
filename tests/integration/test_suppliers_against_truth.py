"""What the warehouse says of waste, turnover, suppliers and shelves against what really happened."""

import pytest

from tests.integration import warehouse_oracle_suppliers as oracle
from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.test_supply_against_truth import assert_same
from tests.integration.warehouse_oracle_supply import stock_positions


@pytest.fixture(params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


def test_expiry_waste_is_what_was_written_off_over_what_the_goods_sold_had_cost(chain: BuiltChain) -> None:
    expected = oracle.expiry_waste(oracle.movements_as_of(chain.truth, chain.as_of))
    observed = chain.rows("from fct_kpi_daily where kpi_code = 'expiry_waste_rate'").select(expected.columns)
    assert_same(observed, expected, ["business_date", "store_id"])
    assert expected["numerator"].sum() > 0


def test_inventory_turnover_is_the_cost_of_goods_sold_of_the_window_over_its_mean_stock_value(
    chain: BuiltChain,
) -> None:
    positions = stock_positions(chain.truth, chain.zones.landing, chain.as_of)
    movements = oracle.movements_as_of(chain.truth, chain.as_of)
    expected = oracle.inventory_turnover(positions, movements, chain.zones.landing)
    observed = chain.rows("from fct_kpi_daily where kpi_code = 'inventory_turnover' and grain != 'region'")
    assert_same(observed.select(expected.columns), expected, ["business_date", "grain", "area", "store_id"])
