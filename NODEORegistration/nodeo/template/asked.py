"""What a template is to be made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..cohort.pair import Pair
from ..errors import InputError
from ..settings import Settings
from . import names

FEWEST = 2  # images, of which there is an average
MOST_ROUNDS = 100
KEPT = ("memory", "output")  # codes of what may be mended before the same call goes on
MACHINES = ("device", "package", *KEPT)  # of what is no fault of an image


@dataclass(frozen=True)
class Asked:
    """A template to be made.

    Attributes:
        output: its folder, absolute.
        subjects: each image onto the finished template, as the last cohort registers them.
        rounds: how often all are registered and averaged before that.
        initial: an image to begin with, absolute; None: the average after alignment.
    """

    output: Path
    subjects: Sequence[Pair]
    rounds: int
    initial: Path | None

    @property
    def settings(self) -> Settings:
        """Those of all registrations, but of the first of several rounds."""
        return self.subjects[0].settings

    def folder(self, number: int) -> Path:
        """Of a round; 0 is what comes before the first."""
        return self.output / names.ROUNDS / str(number)

    def pairs(self, number: int, fixed: Path) -> list[Pair]:
        """Each image onto ``fixed``, as a round registers them, by name: no sum depends on the images' order."""
        settings = coarser(self.settings) if number == 1 < self.rounds else self.settings
        return [
            Pair(
                pair.name,
                self.folder(number) / pair.name,
                {
                    "fixed": str(fixed),
                    **{role: pair.files[role] for role in ("moving", "moving_mask") if role in pair.files},
                },
                settings,
            )
            for pair in self.in_order()
        ]

    def in_order(self) -> list[Pair]:
        """The subjects by name."""
        return sorted(self.subjects, key=lambda pair: pair.name)

    def check(self) -> None:
        """Refuse what is no template.

        Raises:
            InputError: there are too few images, or rounds, or too many.
        """
        if len(self.subjects) < FEWEST:
            raise InputError(f"There are {len(self.subjects)} images.", f"An average needs at least {FEWEST}.")
        if not 1 <= self.rounds <= MOST_ROUNDS:
            raise InputError(f"--rounds is {self.rounds}.", f"It must be 1 to {MOST_ROUNDS}.")


def too_few(images: int, failed: Mapping[str, str]) -> InputError:
    """What is to be said where hardly one of the ``images`` is left; ``failed``: name to sentence of the others."""
    name, sentence = next(iter(failed.items()))
    left = images - len(failed)
    return InputError(
        f"Of {images} images {left} can be registered, and an average needs at least {FEWEST}. {name}: {sentence}",
        "Mend or replace it." if len(failed) == 1 else "Mend or replace those that fail, this one first.",
    )


def coarser(settings: Settings) -> Settings:
    """Without the finest level: of a template that is not sharp yet there is no more to see."""
    if len(settings.levels) == 1:
        return settings
    lists = {name: getattr(settings, name) for name in ("levels", "iterations", "steps", "node_spacing")}
    return replace(settings, **{name: values[:-1] for name, values in lists.items() if len(values) > 1})
