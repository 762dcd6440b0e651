"""What a further pair of images may be called, how it may be compared, and what it may weigh."""

from __future__ import annotations

from collections.abc import Collection

from ..errors import InputError
from .checks import SIMILARITIES

PAIR, STRUCTURES = "image", "structures"  # names of the channels that the two given images and their labels are
_LARGEST_WEIGHT = 1e9


def check_channel(name: str, similarity: str, weight: object, others: Collection[str]) -> None:
    """Refuse what no further channel can be.

    Args:
        similarity: "": that of the settings.
        weight: in the loss; that of the first pair is 1.
        others: the names of the further channels before it.

    Raises:
        InputError: the name is taken, there is no such similarity, or the weight is none.
    """
    if name in (PAIR, STRUCTURES, *others):
        raise InputError(f"Two channels are called {name}.", "Give each a name of its own.", "settings")
    if similarity and similarity not in SIMILARITIES:
        raise InputError(
            f"The similarity of {name} is '{similarity}'.", f"Choose one of {', '.join(SIMILARITIES)}.", "settings"
        )
    if not isinstance(weight, int | float) or not 0 <= weight <= _LARGEST_WEIGHT:
        raise InputError(f"The weight of {name} is {weight}.", f"It may be 0 to {_LARGEST_WEIGHT:g}.", "settings")


def weight_of(text: str, whose: str) -> float:
    """A weight as it was typed.

    Args:
        whose: what the channel is called in errors.

    Raises:
        InputError: it is no number.
    """
    try:
        return float(text)
    except ValueError:
        raise InputError(f"The weight of {whose} is '{text}'.", "Give a number, such as 0.5.", "settings") from None
