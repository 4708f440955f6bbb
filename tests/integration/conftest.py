"""One built chain per fault rate for the whole session: building one is by far the dearest step."""

from collections.abc import Callable

import pytest

from tests.integration.chains import BuiltChain, build_chain

ChainOf = Callable[[float], BuiltChain]


@pytest.fixture(scope="session")
def built_chain(tmp_path_factory: pytest.TempPathFactory) -> ChainOf:
    """``built_chain(fault_rate)``: the session's chain of that fault rate, built when first asked for."""
    built: dict[float, BuiltChain] = {}

    def chain_of(fault_rate: float) -> BuiltChain:
        if fault_rate not in built:
            built[fault_rate] = build_chain(tmp_path_factory.mktemp("chain"), fault_rate)
        return built[fault_rate]

    return chain_of
