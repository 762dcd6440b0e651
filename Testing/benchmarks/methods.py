"""What is compared: the presets of this engine and the peers, each a command that leaves a dense field behind."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import SimpleITK as sitk
from nodeo.files.reading import read_transform
from nodeo.geometry.grid import Grid
from pairs import ROOT
from prepared import Prepared

ENGINE = ROOT / "NODEORegistration"
PEERS = Path(__file__).resolve().parent / "peers"


@dataclass(frozen=True)
class Method:
    """A program and its variant.

    Attributes:
        name: on the command line and in the results.
        title: for people.
        script: of a peer, in ``peers``; empty for this engine.
        variant: of the peer's script, or a preset of this engine.
        start, rate: a guess at its cost on two cores, for the time left only: s, and s per million voxels.
        gpu: whether it can use one.
        minutes: at which a run is given up.
    """

    name: str
    title: str
    script: str
    variant: str
    start: float
    rate: float
    gpu: bool = False
    minutes: float = 30.0

    @property
    def ours(self) -> bool:
        """Whether it is this engine."""
        return not self.script

    def command(self, pair: Prepared, output: Path, python: Path, device: str, threads: int) -> list[str]:
        """How it is called: ``python`` is the peers' interpreter."""
        images = [str(pair.file("fixed")), str(pair.file("moving"))]
        place = ["--threads", str(threads), "--device", device]
        if self.ours:
            rest = ["--output", str(output), "--preset", self.variant, "--progress", "none", "--overwrite"]
            settings = [word for setting in pair.pair.settings for word in ("--set", setting)]
            return [sys.executable, "-m", "nodeo", "register", *images, *rest, *place, *settings]
        return [str(python), str(PEERS / self.script), *images, str(output), "--variant", self.variant, *place]

    def environment(self) -> dict[str, str]:
        """The engine is the one beside these benchmarks, whatever is installed."""
        return {"PYTHONPATH": str(ENGINE)} if self.ours else {}

    def fingerprint(self, python: Path) -> str:
        """Changes when the code does: of the engine's sources, or of the peer's script and its environment's pins."""
        return _digest(ENGINE / "nodeo", ("*.py", "*.json")) if self.ours else _peer_digest(self.script, python)


METHODS = {
    method.name: method
    for method in (
        Method("fast", "this engine, fast", "", "fast", 3.0, 1.7, gpu=True),
        Method("balanced", "this engine, balanced", "", "balanced", 3.0, 5.0, gpu=True),
        Method("accurate", "this engine, accurate", "", "accurate", 3.0, 9.0, gpu=True),
        Method("paper", "this engine, paper", "", "paper", 5.0, 500.0, gpu=True, minutes=180.0),
        Method("greedy", "greedy 100x50x10", "run_greedy.py", "100x50x10", 0.5, 7.0),
        Method("greedy-long", "greedy 100x100x50", "run_greedy.py", "100x100x50", 0.5, 19.0),
        Method("greedy-nmi", "greedy NMI", "run_greedy.py", "100x50x10-nmi", 0.5, 10.0),
        Method("greedy-own", "greedy WNCC", "run_greedy.py", "100x50x10-own", 0.5, 10.0),
        Method("greedy-own-nmi", "greedy NMI", "run_greedy.py", "100x50x10-own-nmi", 0.5, 13.0),
        Method("ants-synonly", "ANTs SyNOnly, CC 4", "run_ants.py", "SyNOnly", 2.0, 60.0),
        Method("ants-syn", "ANTs SyN", "run_ants.py", "SyN", 2.0, 9.0),
        Method("ants-script", "ANTs SyN script, CC 2", "run_ants.py", "script", 2.0, 180.0, minutes=60.0),
        Method("elastix", "elastix B-spline 5 mm, NCC", "run_elastix.py", "bspline", 8.0, 12.0),
        Method("elastix-mi", "elastix B-spline, MI", "run_elastix.py", "bspline-mi", 20.0, 12.0),
        Method("elastix-own", "elastix rigid to B-spline, MI", "run_elastix.py", "own-mi", 30.0, 12.0),
        Method("fireants", "FireANTs 250x200x100", "run_fireants.py", "oasis", 3.0, 100.0, gpu=True, minutes=90.0),
        Method("fireants-short", "FireANTs 100x50x12", "run_fireants.py", "short", 3.0, 37.0, gpu=True),
        Method("convexadam", "convexAdam MIND", "run_convexadam.py", "MIND", 3.0, 12.0, gpu=True),
        Method("demons", "diffeomorphic demons", "run_demons.py", "default", 0.5, 12.0),
    )
}


@cache
def _digest(folder: Path, patterns: Iterable[str]) -> str:
    files = sorted({path for pattern in patterns for path in folder.rglob(pattern)})
    return _hash(files, "")


@cache
def _peer_digest(script: str, python: Path) -> str:
    return _hash([PEERS / "peer.py", PEERS / script, PEERS / "requirements.txt"], str(python.is_file()))


def _hash(files: list[Path], more: str) -> str:
    digest = hashlib.sha256(more.encode())
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def field_of(method: Method, output: Path, pair: Prepared) -> tuple[sitk.Transform, sitk.Transform | None]:
    """The pull-back map that a finished run left, as a dense field on the fixed grid, and its inverse, if it has one.

    This engine's inverse is read off on the moving grid.
    """
    fixed, moving = (Grid.of(pair.image(role)) for role in ("fixed", "moving"))
    if method.ours:
        forward, inverse = (read_transform(output / f"{name}.h5") for name in ("transform", "inverse"))
        return _dense(forward, fixed), _dense(inverse, moving)
    there, back = output / "displacement.nrrd", output / "inverse.nrrd"
    return _dense(read_transform(there), fixed), read_transform(back) if back.is_file() else None


def _dense(transform: sitk.Transform, grid: Grid) -> sitk.Transform:
    return sitk.DisplacementFieldTransform(grid.displacements(transform))


def told(method: Method, output: Path) -> dict[str, Any]:
    """What a finished run says of itself: seconds of the registration, of its stages, peak GPU memory, versions."""
    if not method.ours:
        said = json.loads((output / "peer.json").read_text(encoding="utf-8"))
        return {key: said[key] for key in ("seconds", "peak_gpu_mb", "versions") if key in said}
    metrics = json.loads((output / "metrics.json").read_text(encoding="utf-8"))
    stages = {name: value for name, value in metrics["seconds"].items() if name != "total"}
    said = {"seconds": metrics["seconds"]["total"], "stages": stages, "versions": metrics["versions"]}
    if "gpu" in metrics["peak_memory_mb"]:
        said["peak_gpu_mb"] = metrics["peak_memory_mb"]["gpu"]
    said["similarity"], said["searched"] = metrics["similarity"]["name"], metrics["start"]["searched"]
    said["inverse_folds"] = metrics["inverse_folding"]["voxels"]
    if metrics["fallbacks"]:
        said["fallbacks"] = metrics["fallbacks"]
    return said
