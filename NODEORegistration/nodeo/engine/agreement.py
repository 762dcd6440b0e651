"""How widely the velocities are smoothed, from how well the images agree once the coarsest level is done.

A loss tells what is left to explain. Where volumes agree nearly wholly there, as two scans of one body do, what moved
is smooth: the levels between the coarsest and the finest, which bend most, are told so. Where images agree little,
as two stains or an ultrasound and an MR image do, or show the same by other details, most of what could be gained by a
small motion is chance: then all levels smooth more, the coarsest again.
"""

from __future__ import annotations

from collections.abc import Mapping

# Of a loss after the coarsest of several levels. All were found on the pairs of Testing/benchmarks/README.md.
_NEARLY_WHOLLY, _LITTLE = 0.03, 0.3
_OF_ONE_BODY = 2.0  # times as wide, between the coarsest level and the finest
_WITH_LITTLE = 3.3  # times as wide, everywhere
_OF_TWO_KINDS = {"mind": 2.7}  # the same, whatever the loss, by what the images are compared with
_TELLING = "lncc"  # the similarity whose losses are known


def needs_first_level(similarities: Mapping[str, str], levels: int) -> bool:
    """Whether :func:`widenings` hangs on how well the images agree.

    Args:
        similarities: of each channel, by its name.
        levels: how many there are.
    """
    kinds = set(similarities.values())
    return levels > 1 and _TELLING in kinds and kinds <= {_TELLING, *_OF_TWO_KINDS}


def widenings(
    similarities: Mapping[str, str], losses: Mapping[str, float], levels: int, volumes: bool
) -> tuple[float, ...]:
    """For each level, how many times as wide as the settings say the velocities are to be smoothed.

    Args:
        losses: of each channel, after the coarsest level, where that is needed.
        volumes: and no planes.
    """
    usual, kinds = (1.0,) * levels, set(similarities.values())
    if kinds and kinds <= set(_OF_TWO_KINDS):
        return (min(_OF_TWO_KINDS[kind] for kind in kinds),) * levels
    if not needs_first_level(similarities, levels):
        return usual
    told = [losses[name] for name, similarity in similarities.items() if similarity == _TELLING]
    if min(told) > _LITTLE:
        return (_WITH_LITTLE,) * levels
    if volumes and kinds == {_TELLING} and max(told) < _NEARLY_WHOLLY:
        return (1.0, *[_OF_ONE_BODY] * (levels - 2), 1.0)
    return usual
