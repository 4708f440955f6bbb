"""One built chain per fault rate for the whole session: building one is by far the dearest step."""

from collections.abc import Callable

import pytest

from tests.conftest import BuiltOnce
from tests.integration.chains import BuiltChain, build_chain, chain_in

ChainOf = Callable[[float], BuiltChain]


@pytest.fixture(scope="session")
def built_chain(built_once: BuiltOnce) -> ChainOf:
    """``built_chain(fault_rate)``: the session's chain of that fault rate."""
    return lambda fault_rate: chain_in(
        built_once(f"chain-{fault_rate}", lambda folder: build_chain(folder, fault_rate))
    )
