"""Which frames an iteration looks at."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class Turns:
    """Shuffled frames, so many at a time: each comes once before any comes again; the same for the same seed."""

    def __init__(self, frames: Sequence[int], at_once: int, seed: int) -> None:
        self.frames = list(frames)
        self.at_once = min(at_once, len(self.frames))
        self._generator = torch.Generator().manual_seed(seed)
        self._waiting: list[int] = []

    @property
    def all_at_once(self) -> bool:
        """Whether every turn is all frames."""
        return self.at_once == len(self.frames)

    def __call__(self, iteration: int) -> list[int]:
        """The frames of the next turn, in order."""
        if self.all_at_once:
            return self.frames
        if len(self._waiting) < self.at_once:
            order = torch.randperm(len(self.frames), generator=self._generator).tolist()
            left = set(self._waiting)  # they come last of the next round: none twice in a turn
            self._waiting += sorted((self.frames[n] for n in order), key=left.__contains__)
        chosen, self._waiting = self._waiting[: self.at_once], self._waiting[self.at_once :]
        return sorted(chosen)
