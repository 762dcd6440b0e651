"""Where the flow begins: at rest, or with a segment that follows the motion which a discrete search has found."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..errors import InputError
from ..field import roughness
from ..field.certificate import Certificate
from ..field.deformation import Deformation
from ..field.hinge import jacobian_hinge
from ..geometry.domain import Level
from ..geometry.lattice import Lattice
from ..models import Model
from ..models.base import FOLLOWING, FoldedNodes, Loss, LossNumbers, Objective, Segment, Task
from ..progress import Reporter
from ..settings import Settings
from ..start.search import Found, most_of, search
from . import devices
from .descent import descend
from .level import opposite_corners

_LARGE = 2.0  # spacings of the first level's image: descent finds what moves less by itself
_AT_REST = 0.3  # how much a point that rests counts beside the one that moves farthest: what moves pushes
_IN_HASTE = 0.25  # of the iterations
_ROUGHNESS = 0.02  # weight of |∇v|²
_NEAR = 0.1  # spacings: a distance from the target grows quadratically up to here, and linearly beyond
_FOLDING, _FLOOR = 100.0, 0.1  # weight of relu(floor - det J)², and the floor


@dataclass(frozen=True)
class Beginning:
    """A first segment of the flow, and what it does.

    Attributes:
        segment: of no level.
        deformation: on the first level's nodes, without folds.
        certificate: what that took.
        motion: what all but a tenth of the box move by at most, in the fixed image's unit.
        found: what the segment follows.
    """

    segment: Segment
    deformation: Deformation
    certificate: Certificate
    motion: float
    found: Found


def check(model: Model, settings: Settings) -> None:
    """Refuse to look for a motion that the model cannot follow.

    Raises:
        InputError: a search is asked for.
    """
    if settings.start == "search" and not model.follows:
        raise InputError(f"The model {settings.model} begins at rest.", "Set start=none.", "settings")


def look(
    task: Task, level: Level, model: Model, settings: Settings, device: torch.device, report: Reporter
) -> Found | None:
    """The large motion that ``settings.start`` asks for; None: the flow begins at rest.

    Args:
        level: the first.
    """
    if not model.follows or settings.start == "none":
        return None
    report.tell("Looking for large motion", "search")
    least = _LARGE * min(level.image_grid.step) if settings.start == "auto" else 0.0
    with devices.threads(1):  # its steps are so small that threads would mostly wait for each other
        return search(task.channels, task.domain, task.initial, device, report.check, least)


def follow(
    found: Found,
    task: Task,
    level: Level,
    model: Model,
    settings: Settings,
    device: torch.device,
    folded: FoldedNodes,
    report: Reporter,
    in_haste: bool = False,
) -> Beginning:
    """The segment that follows what was found, without folds.

    Args:
        level: the first.
        folded: tells the nodes of that level at which a displacement folds.
        in_haste: in a quarter of the iterations, only to see whether it leads anywhere.
    """
    level = replace(level, iterations=round(_IN_HASTE * FOLLOWING) if in_haste else FOLLOWING)
    nodes = Lattice(level.node_grid, device)
    target = found.read(found.displacement, nodes)
    weight = found.read(found.certainty[None], nodes)[0] * task.domain.fade(nodes, level.node_factors)
    length = target.square().sum(0).sqrt()
    weight = weight * (_AT_REST + length / length.max().clamp(min=1e-6))
    generator = torch.Generator().manual_seed(settings.seed)
    follower = model.follower(task, level, Deformation(target, nodes), weight, generator)
    objective = _Following(level, nodes, target, weight)
    displacement, certificate = _taught(follower, objective, folded, report)
    return Beginning(follower, Deformation(displacement, nodes), certificate, most_of(displacement), found)


def _taught(
    segment: Segment, objective: _Following, folded: FoldedNodes, report: Reporter
) -> tuple[Tensor, Certificate]:
    """The displacement, without folds, of a segment that learns to follow the target."""

    def told(iteration: int, loss: LossNumbers) -> None:
        report.tell("Following large motion", "search", 0.5 + 0.5 * iteration / objective.level.iterations)

    descend(objective, segment, 0.0, told)
    for parameter in segment.parameters():
        parameter.requires_grad_(False)
    with torch.no_grad():
        return segment.certified(lambda: objective.displacement(segment), folded)


class _Following(Objective[Segment]):
    """How far a segment is from a target [k, D, H, W], weighted [D, H, W]; large distances count linearly."""

    def __init__(self, level: Level, lattice: Lattice, target: Tensor, weight: Tensor) -> None:
        self.level = level
        self.lattice = lattice
        self.target = target
        self.weight = weight / weight.mean()
        self._corners = opposite_corners(len(lattice.shape))

    def loss(self, segment: Segment, iteration: int) -> Loss:
        displacement, velocities = segment.motion()
        spacing = self.lattice.spacing
        apart = (displacement - self.target).square().sum(0) / min(spacing) ** 2
        distance = ((apart + _NEAR**2).sqrt() * self.weight).mean()
        corners = self._corners[iteration % len(self._corners)]
        penalties = {"J": _FOLDING * jacobian_hinge(displacement, spacing, corners, _FLOOR)}
        if velocities:
            energies = roughness.gradient_energies(velocities, spacing)
            penalties["s"] = _ROUGHNESS * torch.stack(energies).mean()
        return Loss(distance + sum(penalties.values()), distance, {}, penalties)

    def displacement(self, segment: Segment) -> Tensor:
        return segment.motion()[0]

    def similarities(self, displacement: Tensor) -> dict[str, Tensor]:
        return {}
