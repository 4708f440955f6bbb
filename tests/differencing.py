"""Attack on published counts of people: what can be worked out from the cells that are shown.

The attacker knows every shown count, which cells are held back, that a cell with a row has somebody in it, that nobody
is counted who is not there, and that places lie in each other. All of it is linear, so the least and the largest value
of each hidden count follow by linear programming: where they are the same the count is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog

SMALL = range(1, 11)
"""Counts that may neither be shown nor be found."""
PEOPLE = "people"
Place = tuple[str, str]
"""Grain and name; the chain is ``("chain", "all")``."""
CHAIN: Place = ("chain", "all")
_MANY = 1e6
"""More people than a chain has: an upper bound of what is not bounded otherwise."""
_NOWHERE: Place = ("store", "")
"""Where people without a store may be; nothing is published of it."""


@dataclass
class Population:
    """Counts of the same people at every place: ``people``, and some of them by each measure."""

    counts: dict[Place, dict[str, int] | None] = field(default_factory=dict)
    """Per place with a row its counts by measure and :data:`PEOPLE`; None where they are held back."""
    is_additive: bool = True
    """Whether each person has one store; else whoever has several counts once in what they have in common."""


def found(population: Population, parents: Mapping[Place, Place]) -> list[str]:
    """What the attack finds: small counts that are shown, that are differences of shown ones, or that are determined.

    Args:
        population: what is published of one month.
        parents: place to the place that it lies in, up to the chain.
    """
    places = population.counts
    shown = {place: counts for place, counts in places.items() if counts is not None}
    measures = sorted({name for counts in shown.values() for name in counts} - {PEOPLE})
    finds = [
        f"{place} shows {what} = {value}"
        for place, counts in shown.items()
        for what, value in _with_complements(counts)
        if value in SMALL
    ]
    if population.is_additive:
        finds += _small_differences(shown, places, parents)
    hidden = [place for place in places if places[place] is None]
    if not hidden or not shown:
        return finds
    # The measures of one population are tied by its people alone; each is attacked with them.
    for measure in measures or [PEOPLE]:
        finds += _determined(population, parents, hidden, measure)
    return sorted(set(finds))


def _with_complements(counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    for name, value in counts.items():
        yield name, value
        if name != PEOPLE:
            yield f"not {name}", counts[PEOPLE] - value


def _small_differences(
    shown: Mapping[Place, Mapping[str, int]], places: Iterable[Place], parents: Mapping[Place, Place]
) -> list[str]:
    """Each shown place less the largest shown places within it."""
    rests = {place: dict(_with_complements(counts)) for place, counts in shown.items()}
    for place in places:
        above = parents.get(place)
        while above is not None and above not in shown:
            above = parents.get(above)
        if place in shown and above is not None:
            for what, value in _with_complements(shown[place]):
                rests[above][what] -= value
    return [
        f"{place} less what is shown of it: {what} = {value}"
        for place, rest in rests.items()
        for what, value in rest.items()
        if value in SMALL
    ]


def _determined(
    population: Population, parents: Mapping[Place, Place], hidden: Sequence[Place], measure: str
) -> list[str]:
    places = [*population.counts, _NOWHERE]
    number = {place: index for index, place in enumerate(places)}
    size = len(places)  # variables: people of each place, then counted ones of each place

    def row(entries: Iterable[tuple[int, float]]) -> np.ndarray:
        made = np.zeros(2 * size)
        for index, factor in entries:
            made[index] += factor
        return made

    children: dict[Place, list[Place]] = {}
    for place in population.counts:
        if place in parents:
            children.setdefault(parents[place], []).append(place)
    children.setdefault(CHAIN, []).append(_NOWHERE)
    equal, at_most = [], [row([(size + n, 1.0), (n, -1.0)]) for n in range(size)]
    for whole, parts in children.items():
        if whole not in number:
            continue
        for shift in (0, size):
            total = row([(number[whole] + shift, 1.0), *((number[part] + shift, -1.0) for part in parts)])
            if population.is_additive:
                equal.append(total)
            else:
                at_most.append(total)
                at_most += [row([(number[part] + shift, 1.0), (number[whole] + shift, -1.0)]) for part in parts]
    bounds = [(1.0, _MANY)] * (size - 1) + [(0.0, _MANY)] * (size + 1)
    for place, counts in population.counts.items():
        if counts is not None:
            bounds[number[place]] = (counts[PEOPLE], counts[PEOPLE])
            if measure != PEOPLE:
                bounds[size + number[place]] = (counts[measure], counts[measure])

    def least(objective: np.ndarray) -> int:
        solved = linprog(
            objective,
            A_ub=np.array(at_most),
            b_ub=np.zeros(len(at_most)),
            A_eq=np.array(equal) if equal else None,
            b_eq=np.zeros(len(equal)) if equal else None,
            bounds=bounds,
        )
        assert solved.status == 0, f"what is published contradicts itself: {solved.message}"
        return round(solved.fun)

    finds = []
    for place in hidden:
        index = number[place]
        for what, objective in (
            (PEOPLE, row([(index, 1.0)])),
            (measure, row([(size + index, 1.0)])),
            (f"not {measure}", row([(index, 1.0), (size + index, -1.0)])),
        ):
            if measure == PEOPLE and what != PEOPLE:
                continue
            value = least(objective)
            if value in SMALL and value == -least(-objective):
                finds.append(f"{place} must have {what} = {value}")
    return finds
