"""What the primitive operations cost that a stage cannot do without, measured at the sizes of one level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import torch
import torch.nn.functional as F
from nodeo import similarity
from nodeo.engine.level import LevelProblem, window_width
from nodeo.field.smoothing import averaging
from nodeo.models.flow import FlowSegment
from nodeo.similarity.lncc import LocalNCC
from stage_clock import StageClock
from torch import Tensor


@dataclass(frozen=True)
class Primitive:
    """An operation that has been timed.

    Attributes:
        name: for people.
        points: of its result, one channel.
        seconds: median.
    """

    name: str
    points: int
    seconds: float


class Floors:
    """Primitive operations at the sizes of a level.

    Args:
        problem: whose images and nodes are taken.
        segment: whose smoothing and solver are taken.
        repeats: of each operation, after one that does not count.
    """

    def __init__(self, problem: LevelProblem, segment: FlowSegment, repeats: int) -> None:
        self.problem, self.segment, self.repeats = problem, segment, repeats
        self.device = problem.lattice.device
        self.random = torch.Generator().manual_seed(0)
        self.image, self.nodes = problem.level.image_grid.shape, problem.lattice.shape
        self.primitives: dict[str, Primitive] = {}

    def measure(self) -> dict[str, Primitive]:
        """All of them."""
        k = len(self.image)
        self._sampling("sample", "grid_sample, 1 channel", 1, self.image, False)
        self._sampling("sample nodes", f"grid_sample, {k} channels, nodes", k, self.nodes, False)
        self._sampling("sample nodes, both", f"grid_sample, {k} channels, nodes, both gradients", k, self.nodes, True)
        if self.factor > 1:
            self._upsampling()
        box, kernel = averaging(self.image, [2] * k, device=self.device), self.segment.field.kernel
        values, vectors = self._values(*self.image), self._values(k, *self.nodes)
        self._time("box", "banded box sum", lambda: box.product(values, box.bands), values.numel())
        name = f"smoothing kernel, {k} channels, nodes"
        self._time("kernel", name, lambda: kernel.product(vectors, kernel.bands), vectors[0].numel())
        self._correlation()
        return self.primitives

    @property
    def factor(self) -> int:
        """Voxels of the level between its nodes, on the axis with the most."""
        level = self.problem.level
        return max(n // s for n, s in zip(level.node_factors, level.shrink, strict=True))

    def of(self, stage: str) -> float:
        """Seconds that a stage needs at the least, forward and backward; 0 where nothing is to be compared with."""
        evaluations = {"euler": 1, "midpoint": 2, "heun2": 2, "heun3": 3, "rk4": 4}.get(self.segment.solver.method, 0)
        evaluations *= self.segment.solver.steps
        later = self.problem.previous is not None
        parts = {
            "velocity": (2 * evaluations, "kernel"),
            "integration": (max(evaluations - 1, 0), "sample nodes, both"),
            "composition": (int(later), "sample nodes"),
            "coordinates": (1, "upsample"),
            "sampling": (1, "sample"),
            "similarity": (6 if isinstance(self.problem.comparisons[0].similarity, LocalNCC) else 0, "box"),
        }
        count, name = parts.get(stage, (0, ""))
        return count * self.primitives[name].seconds if name in self.primitives else 0.0

    def _values(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.random).to(self.device)

    def _sampling(self, key: str, name: str, channels: int, shape: Sequence[int], both: bool) -> None:
        """Points near the nodes; on a CPU as many batches as threads, since only these run in parallel."""
        batches = torch.get_num_threads() if self.device.type == "cpu" else 1
        rows = max(shape[0] // batches, 1)
        ends = [torch.linspace(-1.0, 1.0, n) for n in (rows * batches, *shape[1:])]
        points = torch.stack(torch.meshgrid(*ends, indexing="ij")[::-1], -1)
        points = (points + 0.3 / max(shape)).unflatten(0, (batches, rows)).to(self.device).requires_grad_()
        field = self._values(channels, *shape).requires_grad_(both)
        upstream = self._values(batches, channels, *points.shape[1:-1])

        def there_and_back() -> None:
            fields = field.expand(batches, *field.shape)
            values = F.grid_sample(fields, points, padding_mode="border", align_corners=True)
            values.backward(upstream)
            points.grad = field.grad = None

        self._time(key, name, there_and_back, points[..., 0].numel())

    def _upsampling(self) -> None:
        coarse = [(n - 1) // self.factor + 1 for n in self.image]
        field = self._values(1, len(coarse), *coarse).requires_grad_()
        size = [(n - 1) * self.factor + 1 for n in coarse]
        mode = {1: "linear", 2: "bilinear", 3: "trilinear"}[len(size)]
        upstream = self._values(1, len(coarse), *size)

        def there_and_back() -> None:
            F.interpolate(field, size=size, mode=mode, align_corners=True).backward(upstream)
            field.grad = None

        name = f"{mode} ×{self.factor} upsampling, {len(size)} channels"
        self._time("upsample", name, there_and_back, upstream[0, 0].numel())

    def _correlation(self) -> None:
        fixed, warped = self._values(*self.image), self._values(*self.image).requires_grad_()
        window = window_width(self.problem.settings.lncc_window, self.problem.level)
        measure = similarity.build("lncc", fixed, window=window)

        def there_and_back() -> None:
            measure(warped).backward()
            warped.grad = None

        self._time("lncc", "LNCC with box sums", there_and_back, fixed.numel())

    def _time(self, key: str, name: str, work: Callable[[], object], points: int) -> None:
        seconds = []
        for _ in range(self.repeats + 1):
            clock = StageClock(self.device)
            with clock.stage(key):
                work()
            seconds.append(clock.seconds[key])
        self.primitives[key] = Primitive(name, points, median(seconds[1:]))
