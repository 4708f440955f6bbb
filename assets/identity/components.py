"""Connected components of a graph of identifiers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Codes = NDArray[np.int64]


def component_of(count: int, left: Codes, right: Codes) -> Codes:
    """The least code of the component that each of ``count`` codes is in.

    Args:
        count: N, the number of codes; they are 0 to N - 1.
        left: one end of each link, (L,).
        right: the other end, (L,).

    Returns:
        (N,), by depth-first search in time linear in N + L (Tarjan 1972, as in ``scipy.sparse.csgraph``).
    """
    graph = coo_array((np.ones(len(left), dtype=np.bool_), (left, right)), shape=(count, count))
    components, label = connected_components(graph, directed=False)
    # Assigned from the last code to the first, so that the least one stays.
    least = np.empty(components, dtype=np.int64)
    least[label[::-1]] = np.arange(count - 1, -1, -1)
    return least[label]
