"""One built chain per fault rate for the whole session: building one is by far the dearest step."""

import fcntl
import os
from collections.abc import Callable

import pytest

from tests.integration.chains import BuiltChain, build_chain, chain_in

ChainOf = Callable[[float], BuiltChain]


@pytest.fixture(scope="session")
def built_chain(tmp_path_factory: pytest.TempPathFactory) -> ChainOf:
    """``built_chain(fault_rate)``: the session's chain of that fault rate, built when first asked for.

    Processes of one session share it: who comes first builds, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def chain_of(fault_rate: float) -> BuiltChain:
        folder = shared / f"chain-{fault_rate}"
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "built").exists():
                build_chain(folder, fault_rate)
                (folder / "built").touch()
        return chain_in(folder)

    return chain_of
