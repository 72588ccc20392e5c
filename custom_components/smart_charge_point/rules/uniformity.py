"""Uniformity: whether delays that were drawn look equally likely."""

from math import exp, factorial
from typing import Final

from ..model.draws import DrawTally

ENOUGH_A_PART: Final = 5
"""Draws that each part must be expected to have, for the test to say anything."""


def uniformity(tally: DrawTally) -> float | None:
    """Return how likely draws at least as uneven as these are if all are equally likely (0 to 1); None for too few.

    Pearson's χ² over the parts of the tally. Source: SI 2021/1467 reg. 11; requirements.md A11.1.
    """
    expected = tally.count / len(tally.parts)
    if expected < ENOUGH_A_PART:
        return None
    statistic = sum((part - expected) ** 2 for part in tally.parts) / expected
    # With an even number of degrees of freedom the distribution has a closed form.
    half, terms = statistic / 2, (len(tally.parts) - 1) // 2
    return exp(-half) * sum(half**term / factorial(term) for term in range(terms))
