"""A registration from the first image to the last measurement. Read it top to bottom."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import SimpleITK as sitk
import torch
import torch.nn.functional as F
from torch import Tensor

from . import alignment, devices, inputs, preparation, pyramid, regularity
from .assembly import assemble
from .certificate import Certificate, scale_down, unfold
from .errors import InputError
from .flow import Solver, refine_inverse, transport
from .level import LevelProblem, Pair
from .preparation import Scan
from .progress import ProgressCallback, Reporter
from .pyramid import Level
from .result import Result
from .settings import Settings
from .space import Lattice, dense
from .velocity import FlowField

_BETAS = (0.9, 0.99)
_LAST_STEP = 0.3  # the learning rate falls along a cosine to this share of the first
_PATIENCE = 10  # iterations over which a level has to gain something
_TRANSPORT_STEPS = 4  # solver steps, a segment, when the flow is run once more for the inverse


def register(
    fixed: sitk.Image,
    moving: sitk.Image,
    settings: Settings | None = None,
    *,
    fixed_mask: sitk.Image | None = None,
    moving_mask: sitk.Image | None = None,
    initial_transform: sitk.Transform | None = None,
    progress: ProgressCallback | None = None,
) -> Result:
    """Deform ``moving`` onto ``fixed``.

    Args:
        fixed, moving: scalar 2-D or 3-D images of any size, spacing and direction; an axis of one voxel makes it 2-D.
        settings: default: the preset ``balanced``.
        fixed_mask, moving_mask: where the similarity counts (not 0); the field exists everywhere.
        initial_transform: A, fixed world -> moving world, in place of ``settings.initial``.
        progress: called after every iteration; it stops the run by raising :class:`~nodeo.errors.Cancelled`.

    Returns:
        the transform both ways, the warped image, det J, and what was measured.

    Raises:
        InputError: the images, masks or settings cannot be used; the message says why and what to do.
    """
    settings = settings or Settings.preset("balanced")
    report = Reporter(progress)
    with devices.threads(settings.threads):
        device = devices.choose(settings.device)
        with report.timed("preparation"):
            report.tell("Checking the images", 0.0)
            scans = _checked(fixed, moving, fixed_mask, moving_mask, settings)
        with report.timed("initial transform"):
            report.tell("Initial transform", 0.01)
            if initial_transform is None:
                initial = alignment.initial_transform(*scans, settings.initial, report.check)
            else:
                initial = alignment.checked_transform(initial_transform, fixed.GetDimension())
        with report.timed("preparation"):
            pair, levels = _planned(*scans, initial, settings)
        flow = Flow(device)
        for number, level in enumerate(levels, start=1):
            with report.timed(f"level {number}"):
                _register_level(flow, pair, level, levels, settings, report)
        with report.timed("inverse"):
            report.tell("Inverse", 0.96)
            inverse = _inverse(flow)
        report.tell("Warped image and measurements", 0.97)
        return assemble(moving, pair, flow, inverse, settings, report)


@dataclass
class Flow:
    """What the levels build together.

    Attributes:
        device: where the next level will run.
        segments: the velocity fields, first level first.
        displacement: [k, D, H, W] local mm on ``lattice``, the whole deformation so far; None before the first level.
        lattice: the newest node grid.
        certificates, stops: a level each: what unfolding took, why the optimiser stopped.
        similarity: the newest level's, before (A alone) and after.
        history: one record an iteration.
        fallbacks: what was given up for lack of memory, in sentences.
    """

    device: torch.device
    segments: list[FlowField] = field(default_factory=list)
    displacement: Tensor | None = None
    lattice: Lattice | None = None
    certificates: list[Certificate] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    similarity: tuple[float, float] = (math.nan, math.nan)
    history: list[dict] = field(default_factory=list)
    fallbacks: list[str] = field(default_factory=list)


def _checked(fixed, moving, fixed_mask, moving_mask, settings: Settings) -> tuple[Scan, Scan]:
    """Both images and masks, past the door and scaled to 0..1."""
    fixed = inputs.check_image(fixed, "fixed image")
    moving = inputs.check_image(moving, "moving image")
    inputs.check_pair(fixed, moving)
    if fixed_mask is not None:
        fixed_mask = inputs.check_mask(fixed_mask, fixed, "fixed mask")
    if moving_mask is not None:
        moving_mask = inputs.check_mask(moving_mask, moving, "moving mask")
    return preparation.prepare(fixed, moving, fixed_mask, moving_mask, settings)


def _planned(fixed: Scan, moving: Scan, initial: sitk.Transform, settings: Settings) -> tuple[Pair, list[Level]]:
    """The levels, and where the moving image lies as the initial transform sees it."""
    matrix, offset = alignment.linear_part(initial, fixed.grid)
    overlap = _overlap(fixed, moving, matrix, offset)
    ends = [(0, n - 1) for n in moving.grid.size]
    for axis, content in zip(moving.grid.axes, moving.content[::-1], strict=True):
        ends[axis] = tuple(content)
    corners = moving.grid.world(np.stack(np.meshgrid(*ends, indexing="ij"), -1).reshape(-1, moving.grid.ndim))
    index = fixed.grid.index((corners - offset) @ np.linalg.inv(matrix).T)[:, list(fixed.grid.axes)]
    box = np.stack([np.floor(index.min(0)), np.ceil(index.max(0))], 1)
    domain, levels = pyramid.plan(fixed, moving, box, settings)
    return Pair(fixed, moving, initial, domain, overlap), levels


def _overlap(fixed: Scan, moving: Scan, matrix: np.ndarray, offset: np.ndarray) -> Tensor | None:
    """[D, H, W] on the fixed grid: 1 where the initial transform leads into the moving image; None if everywhere."""
    linear = sitk.AffineTransform(fixed.grid.ndim)
    linear.SetMatrix(matrix.ravel().tolist())
    linear.SetTranslation(offset.tolist())
    everywhere = moving.grid.empty(sitk.sitkUInt8) + 1
    inside = sitk.Resample(
        everywhere, fixed.image, linear, sitk.sitkNearestNeighbor, 0.0, sitk.sitkUInt8, useNearestNeighborExtrapolator=False
    )
    overlap = fixed.grid.tensor(inside)
    if not overlap.any():
        raise InputError(
            "The two images do not overlap where they lie in space.",
            "Start from --initial center, or check the images' origins and directions.",
        )
    return None if bool(overlap.all()) else overlap


def _register_level(
    flow: Flow, pair: Pair, level: Level, levels: list[Level], settings: Settings, report: Reporter
) -> None:
    """Optimise one level's segment and add it to the flow; where memory runs out, go down the ladder."""
    checkpointed = False
    while True:
        try:
            _optimise_and_certify(flow, pair, level, levels, settings, report, checkpointed)
            return
        except (torch.OutOfMemoryError, MemoryError) as error:
            error.__traceback__ = None  # it holds on to the tensors that filled the memory
        except RuntimeError as error:
            if "alloc" not in str(error):
                raise
            error.__traceback__ = None
        number = levels.index(level) + 1
        if flow.device.type == "cuda":
            torch.cuda.empty_cache()
        if not checkpointed:
            checkpointed = True
            flow.fallbacks.append(f"Level {number}: memory ran out; steps are computed twice instead of being kept.")
        elif level is levels[-1] and len(levels) > 1:
            flow.fallbacks.append(f"Level {number}: memory ran out; the finest level was left out.")
            flow.stops.append("left out")
            flow.displacement, scale = scale_down(
                flow.displacement, lambda u: _folded_nodes(u, levels[-2], pair, fine=True)
            )
            flow.certificates.append(Certificate(0, 0.0, scale))
            return
        elif flow.device.type != "cpu":
            flow.device = torch.device("cpu")
            flow.segments = [segment.moved(flow.device) for segment in flow.segments]
            flow.fallbacks.append(f"Level {number}: memory ran out; the CPU took over.")
        else:
            raise InputError(
                "There is not enough memory for this registration.",
                "Choose the preset fast, crop the images, or set a smaller max_voxels.",
            )


def _optimise_and_certify(
    flow: Flow,
    pair: Pair,
    level: Level,
    levels: list[Level],
    settings: Settings,
    report: Reporter,
    checkpointed: bool,
) -> None:
    problem = LevelProblem(pair, level, flow.displacement, settings, flow.device, checkpointed)
    velocity = problem.velocity_field(torch.Generator().manual_seed(settings.seed + levels.index(level)))
    history: list[dict] = []
    stop = _optimise(problem, velocity, levels, settings, report, history)
    velocity.requires_grad_(False)
    last = level is levels[-1]
    displacement, certificate = unfold(
        velocity,
        displacement=lambda: problem.flow(velocity)[0].detach(),
        folded_nodes=lambda u: _folded_nodes(u, level, pair, fine=last),
    )
    with torch.no_grad():
        ends = problem.lattice.zeros(), displacement
        flow.similarity = tuple(problem.similarity(problem.warped(u)).item() for u in ends)
    flow.segments.append(velocity)
    flow.displacement, flow.lattice = displacement, problem.lattice
    flow.certificates.append(certificate)
    flow.history.extend(history)
    flow.stops.append(stop)


def _optimise(
    problem: LevelProblem,
    velocity: FlowField,
    levels: list[Level],
    settings: Settings,
    report: Reporter,
    history: list[dict],
) -> str:
    """Adam from rest; the best iterate is what ``velocity`` holds at the end. Returns why it ended."""
    level = problem.level
    number = levels.index(level)
    first_step = settings.learning_rate * min(problem.lattice.spacing)
    optimiser = torch.optim.Adam(velocity.parameters(), lr=first_step, betas=_BETAS, fused=True)
    best, kept = math.inf, [p.detach().clone() for p in velocity.parameters()]
    bests: list[float] = []
    stop = "all iterations done"
    for iteration in range(level.iterations):
        optimiser.zero_grad(set_to_none=True)
        loss = problem.loss(velocity, iteration)
        total = loss.total.item()
        if not math.isfinite(total):
            stop = "the loss was no longer a number"
            break
        if total < best:
            best = total
            for copy, parameter in zip(kept, velocity.parameters(), strict=True):
                copy.copy_(parameter.detach())
        bests.append(best)
        record = {"level": number + 1, "iteration": iteration + 1, "loss": total, "similarity": loss.similarity.item()}
        history.append({**record, **{f"penalty_{name}": value.item() for name, value in loss.penalties.items()}})
        report.tell(
            "Registering",
            _fraction(levels, number, iteration),
            **{**record, "levels": len(levels), "iterations": level.iterations},
        )
        if _settled(bests, settings.tolerance):
            stop = "converged"
            break
        loss.total.backward()
        for group in optimiser.param_groups:
            falling = 0.5 * (1.0 + math.cos(math.pi * iteration / level.iterations))
            group["lr"] = first_step * (_LAST_STEP + (1.0 - _LAST_STEP) * falling)
        optimiser.step()
    with torch.no_grad():
        for copy, parameter in zip(kept, velocity.parameters(), strict=True):
            parameter.copy_(copy)
    return stop


def _settled(bests: list[float], tolerance: float) -> bool:
    """Whether the last iterations gained next to nothing of what the level gained in all."""
    if tolerance == 0 or len(bests) <= _PATIENCE:
        return False
    return bests[-_PATIENCE - 1] - bests[-1] <= tolerance * (bests[0] - bests[-1])


def _fraction(levels: list[Level], number: int, iteration: int) -> float:
    """Share of the whole work done: an iteration costs about as much as it has voxels and, three times, nodes."""
    costs = [(level.voxels + 3 * level.nodes * level.steps) * level.iterations for level in levels]
    done = sum(costs[:number]) + costs[number] * (iteration + 1) / levels[number].iterations
    return 0.02 + 0.93 * done / sum(costs)


def _folded_nodes(displacement: Tensor, level: Level, pair: Pair, fine: bool) -> Tensor:
    """Mask [D, H, W] of the nodes next to a fold: on the nodes, and, if ``fine``, on the fixed image's voxels too."""
    spacing = level.node_grid.step
    _, folded = regularity.measure_folding(displacement, spacing)
    if not fine or max(level.node_factors) == 1:
        return folded
    voxels = dense(displacement, level.node_factors)
    _, between = regularity.measure_folding(voxels, pair.fixed.grid.step)
    if between.any():
        factors = level.node_factors[::-1]
        pool = F.max_pool3d if between.dim() == 3 else F.max_pool2d
        size = [2 * f - 1 for f in factors]
        folded |= pool(between[None, None].float(), size, stride=factors, padding=[f - 1 for f in factors])[0, 0] > 0
    return folded


@torch.no_grad()
def _inverse(flow: Flow) -> Tensor:
    """The inverse displacement [k, D, H, W] on the newest nodes: the flow run backwards, then polished on the nodes."""
    solver = Solver("midpoint", _TRANSPORT_STEPS)
    backwards = transport(flow.segments, flow.lattice, solver, inverse=True)
    return refine_inverse(backwards, flow.displacement, flow.lattice)
