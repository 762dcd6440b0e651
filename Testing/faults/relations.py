"""What must not change the answer, or only in a known way: the same pair asked about otherwise, compared at points."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from . import points
from .forked import Ending, Job, run_all
from .plan import Plan
from .records import Record, measured
from .small_pairs import Pair, all_pairs, ball, disk
from .worlds import World, graded, stored

PART = "relations"
COUNT = 2000  # random points in the object
SAME = 0.1  # mm in the mean: however the pair is stored, wherever it lies, whatever its grey values
SCALED = 1e-3  # of a voxel in the mean: whatever the unit of length
SOME_AXES = 12  # of 48, for a pair that is asked about beside the first
PATIENCE = 120.0  # seconds
PLAIN = World()


@dataclass(frozen=True)
class Relation:
    """A pair asked about otherwise.

    Attributes:
        family, case: what is changed, and how.
        pair: of the pairs below.
        change: of the pair.
        world: in which the answer is given.
        settings: that differ from the preset ``balanced``.
        tolerance: of the mean distance at the points; None: only reported. ``SCALED`` is a share of a voxel.
        unit: ``mm``, ``voxel``, or ``values`` for the number of values that differ at all.
        inverse: compare φ⁻¹ of this with φ of the reference.
    """

    family: str
    case: str
    pair: str
    change: Callable[[Pair], Pair] = lambda pair: pair
    world: World = PLAIN
    settings: dict[str, Any] = field(default_factory=dict)
    tolerance: float | None = SAME
    unit: str = "mm"
    inverse: bool = False


def run(plan: Plan) -> Iterator[Record]:
    """Every reference once, then every relation to it."""
    wanted = [r for r in relations(plan.seed) if plan.wants(PART, r.family, r.case)]
    needed = {_key(r): r for r in wanted}
    references = {_job(plan, _plain(r), _place(plan, "reference", n)): key for n, (key, r) in enumerate(needed.items())}
    found = {}
    for job, ending in run_all(references, plan.jobs):
        found[references[job]] = _answer(job, ending)
    jobs = {_job(plan, relation, _place(plan, "relation", number)): relation for number, relation in enumerate(wanted)}
    for job, ending in run_all(jobs, plan.jobs):
        yield _compared(jobs[job], found[_key(jobs[job])], _answer(job, ending))
        shutil.rmtree(job.log.parent, ignore_errors=True)


def relations(seed: int) -> Iterator[Relation]:
    """All of them."""
    random = np.random.default_rng(seed)
    for name, pair in pairs().items():
        k = pair().fixed.GetDimension()
        yield from _axes(name, k, random)
        yield from _worlds(name, k, random)
        for factor, offset in ((0.001, 0.0), (17.0, -1000.0), (1.0, 30000.0)):
            change = lambda p, f=factor, o=offset: graded(p, f, o)  # noqa: E731
            yield Relation("grey values", f"{name}: × {factor:g} + {offset:g}", name, change)
        yield Relation("same seed, same bits", name, name, tolerance=0, unit="values")
        yield Relation("threads", f"{name}: 2 for 1", name, settings={"threads": 2})
        swap = lambda p: Pair(p.moving, p.fixed)  # noqa: E731
        yield Relation("roles", f"{name}: the inverse of the other way", name, swap, tolerance=None, inverse=True)


def pairs() -> dict[str, Callable[[], Pair]]:
    """Two made ones, and the hippocampus where it is."""
    real = {name: make for name, make in all_pairs().items() if name == "hippocampus"}
    return {"ball": ball, "disk": disk, **real}


def _axes(name: str, k: int, random: np.random.Generator) -> Iterator[Relation]:
    """All flips and orders of the axes; of a second volume, and with a search for the start, some."""
    every = list(itertools.product(itertools.permutations(range(k)), itertools.product((False, True), repeat=k)))[1:]
    some = [every[n] for n in sorted(random.choice(len(every), min(SOME_AXES, len(every)), replace=False))]
    for order, flips in every if name != "hippocampus" else some:
        change = lambda p, o=order, f=flips: stored(p, o, f)  # noqa: E731
        yield Relation("axes", f"{name}: {_signed(order, flips)}", name, change)
    for order, flips in some[:3]:
        change = lambda p, o=order, f=flips: stored(p, o, f)  # noqa: E731
        affine = {"initial": "affine"}
        yield Relation("axes, affine start", f"{name}: {_signed(order, flips)}", name, change, settings=affine)


def _signed(order: tuple[int, ...], flips: tuple[bool, ...]) -> str:
    return " ".join(f"{'-' if flip else '+'}{'xyz'[axis]}" for axis, flip in zip(order, flips, strict=True))


def _worlds(name: str, k: int, random: np.random.Generator) -> Iterator[Relation]:
    for scale in (1e-3, 1e-2, 0.1, 10.0, 25.4, 100.0, 1e3):
        unit = {"tolerance": SCALED, "unit": "voxel"}
        yield _in_world("units", f"{name}: × {scale:g}", name, World(scale), **unit)
        if scale in (1e-3, 1e3):
            for start in ("affine", "given"):
                settings = {"initial": start}
                case = f"{name}: × {scale:g}, start {start}"
                yield _in_world("units, with a start", case, name, World(scale), settings=settings, **unit)
    for degrees in (1.0, 5.0, 30.0, 90.0, 137.0):
        angles = (degrees,) if k == 2 else tuple(degrees * random.uniform(0.5, 1.0, 3))
        world = World(angles=tuple(np.deg2rad(angles).tolist()))
        yield _in_world("rotation", f"{name}: {degrees:g}°", name, world)
    for far in (10.37, 1000.0, 1e5):
        shift = tuple((far * random.uniform(-1.0, 1.0, k)).tolist())
        yield _in_world("place", f"{name}: {far:g} mm away", name, World(shift=shift))


def _in_world(family: str, case: str, name: str, world: World, **more: Any) -> Relation:
    return Relation(family, case, name, world.pair, world, **more)


def _key(relation: Relation) -> tuple[str, str]:
    """The reference that a relation is compared with."""
    return relation.pair, relation.settings.get("initial", "")


def _plain(relation: Relation) -> Relation:
    initial = {name: value for name, value in relation.settings.items() if name == "initial"}
    return Relation("reference", "", relation.pair, settings=initial)


def _place(plan: Plan, kind: str, number: int) -> Path:
    return plan.folder(PART) / f"{kind}-{number:03}"


def _job(plan: Plan, relation: Relation, place: Path) -> Job:
    def work() -> int:
        from nodeo import Settings, register

        pair = pairs()[relation.pair]()
        at = points.scattered(pair.fixed, COUNT, plan.seed)
        settings = {"threads": 1, **relation.settings}
        if settings.get("initial") == "given":
            settings["initial"] = "identity"
            pair = Pair(pair.fixed, pair.moving, _given(pair.fixed.GetDimension()))
        asked = relation.change(pair)
        result = register(
            asked.fixed, asked.moving, Settings.preset("balanced").replace(**settings), initial_transform=asked.start
        )
        transform = result.inverse if relation.inverse else result.transform
        np.save(place / "answer.npy", relation.world.back(points.moved(transform, relation.world.there(at))))
        np.save(place / "spacing.npy", pair.fixed.GetSpacing())
        return 0

    return Job(relation.case, work, place / "log", PATIENCE)


def _given(k: int) -> sitk.Transform:
    """A start that turns, scales and shifts a little."""
    start = sitk.AffineTransform(k)
    start.SetMatrix((np.eye(k) * 1.03 + 0.04 * np.eye(k, k=1)).ravel().tolist())
    start.SetTranslation([-1.0, 0.7, 0.4][:k])
    return start


def _answer(job: Job, ending: Ending) -> tuple[np.ndarray, float] | str:
    """Where the points went and the smallest spacing, or why nobody knows."""
    if ending.code:
        said = job.said().strip().splitlines()
        return f"{ending.in_words()}: {said[-1] if said else ''}"
    return np.load(job.log.parent / "answer.npy"), float(np.load(job.log.parent / "spacing.npy").min())


def _compared(
    relation: Relation, reference: tuple[np.ndarray, float] | str, answer: tuple[np.ndarray, float] | str
) -> Record:
    if isinstance(reference, str) or isinstance(answer, str):
        failure = reference if isinstance(reference, str) else str(answer)
        return Record(PART, relation.family, relation.case, failure, tolerance=relation.tolerance, unit=relation.unit)
    distance = np.linalg.norm(reference[0] - answer[0], axis=1)
    value = {
        "mm": float(distance.mean()),
        "voxel": float(distance.mean() / reference[1]),
        "values": float((reference[0] != answer[0]).sum()),
    }[relation.unit]
    return measured(PART, relation.family, relation.case, value, relation.tolerance, relation.unit)
