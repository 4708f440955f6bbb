"""Taking a component apart where people decided that it holds two persons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assets.identity.components import Codes


def parted(
    codes: Iterable[int], links: Iterable[tuple[int, int]], sides: Sequence[tuple[Codes, Codes]]
) -> dict[int, int]:
    """Join codes link by link, refusing each link that would put both sides of a decision into one person.

    Kruskal's algorithm with constraints: what was known first is kept, so the first of two links that contradict each
    other holds and the later one does not.

    Args:
        codes: of one component.
        links: in the order in which they were known.
        sides: the two sides of each decision.

    Returns:
        The least code of each code's part.
    """
    parent = {code: code for code in codes}
    held: dict[int, set[tuple[int, int]]] = {code: set() for code in parent}
    for number, both in enumerate(sides):
        for side, members in enumerate(both):
            for code in members:
                if code in held:
                    held[code].add((number, side))

    def root(code: int) -> int:
        while parent[code] != code:
            parent[code] = parent[parent[code]]
            code = parent[code]
        return code

    for left, right in links:
        one, other = sorted((root(left), root(right)))
        if one == other or any((number, 1 - side) in held[other] for number, side in held[one]):
            continue
        parent[other] = one
        held[one] |= held[other]
    return {code: root(code) for code in parent}
