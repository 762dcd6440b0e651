"""What a model owes the engine, and what it is told.

A registration is built level by level. For each level the model makes a *segment*: something with parameters that moves
the level's nodes. The engine composes the segments, compares images under the whole displacement, and steps down the
gradient. It never asks which model it has: whatever differs from one to the next is a member of :class:`Model` or
:class:`Segment`, and what most of them share is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ..field.certificate import Certificate, smoothed_or_scaled
from ..field.deformation import Deformation
from ..field.initial_transform import InitialTransform
from ..geometry.domain import Domain, Level
from ..geometry.grid import Grid
from ..geometry.lattice import Lattice
from ..geometry.point_pairs import PointPairs
from ..similarity.channel import Channel, Scan
from ..similarity.structures import Structures
from .adam import Adam

FOLLOWING = 45  # iterations in which a segment learns to follow a displacement

Part = TypeVar("Part", bound="Segment", contravariant=True)  # the segments that an objective can judge
Whole = Callable[[], Tensor]  # the displacement [k, D, H, W] of all levels so far, for the newest segment as it is
FoldedNodes = Callable[[Tensor], Tensor]  # the mask [D, H, W] of the nodes at or next to a fold of a displacement


@dataclass(frozen=True)
class Task:
    """What is to be registered, the same at every level.

    Attributes:
        channels: what is compared; the first is the pair of images that was given.
        initial: A, fixed world -> moving world.
        domain: the box that the deformation lives in.
        points: pairs that guide the deformation, or None.
        structures: label maps that guide it, or None.
    """

    channels: tuple[Channel, ...]
    initial: InitialTransform
    domain: Domain
    points: PointPairs | None = None
    structures: Structures | None = None

    @property
    def fixed(self) -> Scan:
        """The image whose grid the result has."""
        return self.channels[0].fixed

    @property
    def moving(self) -> Scan:
        """The image that is deformed."""
        return self.channels[0].moving

    def in_world(self, fixed: Scan, moving: Scan, initial: InitialTransform) -> Task:
        """The same task for the pair as it was given, in mm."""
        pair = replace(self.channels[0], fixed=fixed, moving=moving)
        return replace(
            self,
            channels=(pair, *self.channels[1:]),
            initial=initial,
            domain=replace(self.domain, grid=fixed.grid),
        )


@dataclass(frozen=True)
class Loss:
    """The loss and what it is made of, scalars.

    Attributes:
        total: what is minimised: ``similarity`` and the penalties.
        similarity: the weighted sum over the channels.
        similarities: by the names of the channels, not weighted.
        penalties: by name, weighted.
    """

    total: Tensor
    similarity: Tensor
    similarities: dict[str, Tensor]
    penalties: dict[str, Tensor]

    def numbers(self) -> LossNumbers:
        """All of it as numbers, read from the device at once: the host waits for it a single time."""
        parts = [self.total, self.similarity, *self.similarities.values(), *self.penalties.values()]
        total, similarity, *rest = torch.stack([part.detach() for part in parts]).tolist()
        count = len(self.similarities)
        return LossNumbers(
            total,
            similarity,
            dict(zip(self.similarities, rest[:count], strict=True)),
            dict(zip(self.penalties, rest[count:], strict=True)),
        )


@dataclass(frozen=True)
class LossNumbers:
    """A :class:`Loss` on the host."""

    total: float
    similarity: float
    similarities: dict[str, float]
    penalties: dict[str, float]


class Objective(Protocol[Part]):
    """What is minimised at one level.

    Attributes:
        level: of the pyramid.
        lattice: its nodes, on the device that works.
    """

    level: Level
    lattice: Lattice

    def loss(self, segment: Part, iteration: int) -> Loss:
        """The loss for ``segment`` as it is, after so many iterations; differentiable."""

    def displacement(self, segment: Part) -> Tensor:
        """The displacement [k, D, H, W] on the nodes, local mm, of all levels up to this one."""

    def similarities(self, displacement: Tensor) -> dict[str, Tensor]:
        """By channel, scalars, not weighted: how alike the images are under such a displacement."""


@dataclass(frozen=True)
class Descent:
    """How a segment wants to be optimised.

    Attributes:
        optimiser: of its parameters; its rate is that of the first step.
        last_rate: share of the first rate to which the rate falls along a cosine.
        warm_up: iterations over which the rate rises to what it is to be: Adam's first steps are as long where a
            gradient is noise as where it is large, and spoil what is nearly right.
        keeps_best: take the best iterate, and end when little more is to be gained; otherwise the last of all.
    """

    optimiser: Adam
    last_rate: float = 0.3
    warm_up: int = 0
    keeps_best: bool = True


class Segment(Protocol):
    """One level's part of the deformation, optimised from rest.

    Attributes:
        velocity: the velocity field whose flow the segment is, which can be run backwards; None: there is none, and an
            inverse has to be searched for.
    """

    velocity: nn.Module | None = None

    def parameters(self) -> Iterable[nn.Parameter]:
        """What is optimised."""

    def resume(self, earlier: Segment) -> None:
        """Begin where a segment of the same model and level ended, for a task that is much like this one."""
        with torch.no_grad():
            for parameter, value in zip(self.parameters(), earlier.parameters(), strict=True):
                parameter.copy_(value)

    def descent(self, iterations: int) -> Descent:
        """How, in so many iterations: an optimiser that has not taken a step, and its schedule."""

    def motion(self) -> tuple[Tensor, list[Tensor]]:
        """What the segment does to the level's nodes.

        Returns:
            the displacement [k, D, H, W], local mm, and the velocities along the way that penalties are taken of, each
            [k, D, H, W], mm per unit of time; [] where there are none to penalise.
        """

    def moved(self, device: torch.device) -> Segment:
        """The segment on another device."""

    def certified(self, whole: Whole, folded_nodes: FoldedNodes) -> tuple[Tensor, Certificate]:
        """The whole displacement without folds, and what that took; by default it is smoothed, or else scaled down."""
        displacement = whole()
        displacement, smoothings, scale = smoothed_or_scaled(displacement, folded_nodes(displacement), folded_nodes)
        return displacement, Certificate(smoothings=smoothings, scale=scale)


class Model(Protocol):
    """A kind of deformation, for one set of settings.

    Attributes:
        whole_image: works on all of the fixed image, with a node at each of its voxels.
        recomputes: its motion may be computed again in the backward pass, to save memory.
        follows: it has a :meth:`follower`.
        widens: it heeds a level's ``widening``.
        similarity: the only one that it computes; empty: whichever is asked for.
    """

    similarity: str = ""
    whole_image: bool = False
    follows: bool = False
    widens: bool = False
    recomputes: bool = True

    def segment(self, task: Task, level: Level, lattice: Lattice, generator: torch.Generator) -> Segment:
        """A new segment, at rest or nearly so.

        Args:
            lattice: the level's nodes, on the device that works.
            generator: for whatever is random.
        """

    def follower(
        self, task: Task, level: Level, target: Deformation, weight: Tensor, generator: torch.Generator
    ) -> Segment:
        """A new segment that about follows a displacement, to begin a flow with; of a model that ``follows`` only.

        Args:
            level: with the iterations in which the segment will be optimised, :data:`FOLLOWING` or fewer.
            target: on the level's nodes; it may fold.
            weight: [D, H, W] on them, how much each counts.
        """
        raise TypeError(f"a {type(self).__name__} follows no displacement")

    def objective(
        self, task: Task, level: Level, device: torch.device, standard: Callable[[], Objective[Any]]
    ) -> Objective[Any]:
        """What is minimised at a level; by default the engine's own, which ``standard`` makes."""
        return standard()

    def check(self, masked: bool, guided: bool = False) -> None:
        """Refuse inputs that the model cannot work with.

        Args:
            masked: there is a mask of either image.
            guided: something beside the pair of images has a say.

        Raises:
            InputError: as the message says.
        """
        return None

    def decoder_factors(self, grid: Grid, sizes: np.ndarray, nodes: tuple[int, ...]) -> tuple[int, ...]:
        """Voxels between the points of a coarser grid that the domain must hold in whole intervals; () for none.

        Args:
            grid: of the fixed image.
            sizes: voxels of its content along the active axes, x first.
            nodes: voxels between the velocity nodes of the coarsest level.
        """
        return ()
