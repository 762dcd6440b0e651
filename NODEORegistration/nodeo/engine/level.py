"""One level of the pyramid on the device: from the segment to the loss."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from copy import copy

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from ..field import roughness
from ..field.flow import compose
from ..field.hinge import jacobian_hinge
from ..geometry.domain import Level
from ..geometry.lattice import Lattice
from ..geometry.sampling import on_nodes
from ..models.base import Loss, Objective, Segment, Task
from ..settings import Settings
from ..similarity.channel import Scan
from ..similarity.comparison import Comparison
from ..similarity.landmarks import Landmarks
from ..similarity.structures import Overlap

# A correlation is mostly chance in a window of fewer voxels, and chance does not average out over fewer windows than
_FEWEST, _MANY = 100, 50_000


class LevelProblem(Objective[Segment]):
    """What is minimised at one level: every channel's similarity, and the penalties.

    Args:
        previous: displacement [k, D, H, W] of the levels before, on a coarser or equal node grid; None at the first.
        sliding: let what is rough be so in few places, see ``penalty`` in the settings.
        checkpointed: integrate again in the backward pass instead of keeping the steps: less memory, more time.

    Attributes:
        comparisons: a channel each, and all structures together.
    """

    def __init__(
        self,
        task: Task,
        level: Level,
        previous: Tensor | None,
        settings: Settings,
        device: torch.device,
        sliding: bool = False,
        checkpointed: bool = False,
    ) -> None:
        self.level = level
        self.sliding = sliding
        self.settings = settings
        self.checkpointed = checkpointed
        self.lattice = Lattice(level.node_grid, device)
        self.previous = None if previous is None else on_nodes(previous.to(device), self.lattice.shape)
        here = self.lattice.zeros() if self.previous is None else self.previous
        window = window_width(settings.lncc_window, level)
        self.comparisons: list[Comparison | Overlap] = [
            Comparison(channel, task.domain, level, self.lattice, task.initial, window, here)
            for channel in task.channels
        ]
        if task.structures is not None and task.structures.weight:
            first = task.channels[0]
            self.comparisons.append(
                Overlap(
                    task.structures, first.moving.grid, task.domain, level, self.lattice, task.initial, first.overlap
                )
            )
        self._landmarks = None
        if task.points is not None and settings.lambda_p:
            self._landmarks = Landmarks(task.points, self.lattice, task.initial)
        self._corners = opposite_corners(len(self.lattice.shape))
        self._weights: dict[tuple[float, ...], Tensor] = {}

    def loss(self, segment: Segment, iteration: int) -> Loss:
        """The loss with ``segment`` as it is; the difference schemes that det J is held by take turns."""
        if self.checkpointed and torch.is_grad_enabled():
            displacement, velocities = checkpoint(self.flow, segment, use_reentrant=False)
        else:
            displacement, velocities = self.flow(segment)
        similarities = self.similarities(displacement)
        alike = self.weighted(similarities)
        penalties = self.penalties(displacement, velocities, iteration)
        return Loss(sum(penalties.values(), alike), alike, similarities, penalties)

    def with_moving(self, moving: Scan) -> LevelProblem:
        """The same problem of the pair alone for another moving image on the same grid, without masks."""
        other = copy(self)
        pairs = [comparison for comparison in self.comparisons if isinstance(comparison, Comparison)]
        other.comparisons = [pairs[0].with_moving(moving)]
        return other

    def flow(self, segment: Segment) -> tuple[Tensor, list[Tensor]]:
        """The whole displacement [k, D, H, W] on the nodes, local mm, and the newest segment's velocities."""
        newest, velocities = segment.motion()
        whole = newest if self.previous is None else compose(self.previous, newest, self.lattice)
        return whole, velocities

    def displacement(self, segment: Segment) -> Tensor:
        return self.flow(segment)[0]

    def similarities(self, displacement: Tensor) -> dict[str, Tensor]:
        return {comparison.name: comparison(displacement) for comparison in self.comparisons}

    def weighted(self, similarities: dict[str, Tensor]) -> Tensor:
        """The sum over the channels, as it counts in the loss."""
        if len(self.comparisons) == 1 and self.comparisons[0].weight == 1.0:
            return similarities[self.comparisons[0].name]
        first, *others = [comparison.weight * similarities[comparison.name] for comparison in self.comparisons]
        return sum(others, first)

    def penalties(self, displacement: Tensor, velocities: Sequence[Tensor], iteration: int) -> dict[str, Tensor]:
        """The weighted penalties by name, scalars: J, df and p on the displacement, v and s on velocities."""
        s, spacing = self.settings, self.lattice.spacing
        penalties = {}
        if s.lambda_J:
            corners = self._corners[iteration % len(self._corners)]
            penalties["J"] = s.lambda_J, jacobian_hinge(displacement, spacing, corners, s.jacobian_floor)
        rough, of_velocities = self._roughness(displacement, velocities)
        if rough is not None:
            penalties["df"] = s.lambda_df, rough
        if s.lambda_v and velocities:
            penalties["v"] = s.lambda_v, roughness.energy(velocities)
        if of_velocities:
            penalties["s"] = s.lambda_s / len(of_velocities), sum(of_velocities[1:], of_velocities[0])
        if self._landmarks is not None:
            penalties["p"] = s.lambda_p, self._landmarks(displacement)
        return self._weighed(penalties)

    def _roughness(self, displacement: Tensor, velocities: Sequence[Tensor]) -> tuple[Tensor | None, Sequence[Tensor]]:
        """How much the displacement and each velocity [k, D, H, W] vary, scalars without a unit; those that count."""
        s, spacing = self.settings, self.lattice.spacing
        fields = [*([displacement] if s.lambda_df else []), *(velocities if s.lambda_s else [])]
        found: Sequence[Tensor] = []
        if self.sliding:
            found = [roughness.gradient_variation(field, spacing, s.penalty_scale) for field in fields]
        elif fields:
            found = roughness.gradient_energies(fields, spacing)
        return (found[0], found[1:]) if s.lambda_df else (None, found)

    def _weighed(self, penalties: dict[str, tuple[float, Tensor]]) -> dict[str, Tensor]:
        """Each value times its weight, all at once."""
        if not penalties:
            return {}
        weights, values = zip(*penalties.values(), strict=True)
        if weights not in self._weights:  # they are sent to the device once
            self._weights[weights] = torch.tensor(weights, device=self.lattice.device)
        return dict(zip(penalties, (torch.stack(values) * self._weights[weights]).unbind(), strict=True))


def window_width(voxels: int, level: Level) -> int:
    """How wide a window of so many fixed voxels is at a level, in its voxels, odd.

    Where too few would be in it, or the level is small, the window has as many voxels as at the finest level.
    """
    there = voxels // max(level.shrink) | 1
    return there if there ** len(level.shrink) >= _FEWEST and level.voxels >= _MANY else voxels


def opposite_corners(k: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """All corners of a cell as pairs of opposite ones: each pair holds a forward and its backward scheme."""
    corners = list(itertools.product((0, 1), repeat=k))
    return [(corner, tuple(1 - side for side in corner)) for corner in corners[: len(corners) // 2]]
