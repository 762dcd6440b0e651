"""Every option: one frozen record, checked when it is made, that survives a trip through JSON."""

from __future__ import annotations

import errno
import json
import stat
from collections.abc import Mapping
from copy import copy
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from ..errors import InputError
from .checks import SOLVERS, check, nearest
from .values import coerced, length


def _option(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Settings:
    """How a pair is registered. Make one with :meth:`preset`, change it with :meth:`replace`.

    Lists run over the levels of the pyramid, coarse to fine. ``vox`` means voxels of the fixed image, except for
    ``kernel_window`` of the model ``flow``, where it means nodes of the level's velocity grid.

    Raises:
        InputError: a value is out of range or of the wrong kind.
    """

    model: str = _option("flow", "velocity field: flow (ours), or paper (Wu et al. 2022, one level)")
    similarity: str = _option(
        "auto",
        "decided from the images: auto: lncc, mi or mind; different: mi or mind; or lncc, mse, mi (mutual "
        "information), mind (MIND-SSC)",
    )
    lncc_window: int = _option(
        9, "width of the local correlation's window, vox, odd; at levels with few voxels, in it or in all, their voxels"
    )
    levels: tuple[int, ...] = _option((4, 2, 1), "shrink factors of the images, coarse to fine")
    plane_levels: int = _option(
        1, "planes: how many levels more, each twice as coarse, come before the first of several"
    )
    iterations: tuple[int, ...] = _option((50, 20, 12), "iterations of each level")
    node_spacing: tuple[int, ...] = _option((), "velocity nodes every so many vox, a level; empty: by image size")
    max_voxels: int = _option(20_000_000, "levels with more voxels than this are left out: memory grows with them")

    kernel: str = _option("gaussian", "smoothing K of the velocity: averaging, gaussian or none")
    kernel_window: str = _option(
        "3vox", "width of K, as 6mm or 3vox (flow: nodes): the box, or full width at half maximum"
    )
    kernel_passes: int = _option(1, "how often K is applied")
    kernel_widening: str = _option(
        "auto",
        "flow: auto: K is wider where the images agree little or nearly wholly, and where large motion was found, with "
        "twice the iterations; none: it never is",
    )
    lambda_J: float = _option(3000.0, "weight of relu(jacobian_floor - det J)^2")  # noqa: N815 as the field writes it
    jacobian_floor: float = _option(0.05, "det J below this is penalised")
    lambda_df: float = _option(0.45, "weight of |grad u|^2, u the whole displacement")
    lambda_v: float = _option(0.0, "weight of the integral of |v|^2, v in mm")
    lambda_s: float = _option(0.25, "weight of the integral of |grad v|^2")
    lambda_p: float = _option(0.03, "weight of the landmarks' distances, where points guide")
    label_weight: float = _option(0.5, "weight of the structures' overlap, where labels guide")
    penalty: str = _option(
        "auto", "of grad u, grad v: quadratic; charbonnier: organs may slide; auto: if motion is large"
    )
    penalty_scale: float = _option(0.2, "charbonnier: gradient from which on the penalties grow linearly")

    solver: str = _option("midpoint", "a solver of torchdiffeq: " + ", ".join(SOLVERS))
    steps: tuple[int, ...] = _option((1,), "steps of a fixed-step solver over [0, 1], a level")
    rtol: float = _option(1e-3, "relative tolerance of an adaptive solver")
    atol: float = _option(1e-2, "absolute tolerance of an adaptive solver, mm")
    adjoint: bool = _option(False, "backpropagate by the adjoint equation")
    time_modes: int = _option(2, "flow: time coefficients of the velocity field; 1: constant in time")

    bottleneck: int = _option(16, "paper: width of the network's bottleneck (bs)")
    decoder_downsampling: int = _option(2, "paper: the decoder's grid has a node every 2^this vox (ds)")
    velocity_gain: float = _option(0.001, "paper: gain of the network's velocity (STEP_SIZE), in units of 80 vox")
    published_arithmetic: bool = _option(False, "paper: compute as the published code does, see method.md")

    learning_rate: float = _option(0.08, "first step of Adam; flow: in spacings of the velocity grid")
    tolerance: float = _option(1e-4, "a level ends when 10 iterations gain less than this share of its gain; 0: never")

    start: str = _option("auto", "discrete search for large motion: none, search, or auto: if there is any")
    initial: str = _option(
        "identity", "initial transform: identity, center, rigid, similarity, affine, auto, points, or a file"
    )
    intensity_range: tuple[float, float] = _option((0.1, 99.9), "percentiles mapped to 0 and 1, clipped outside")
    match_histograms: bool = _option(False, "match the moving image's histogram to the fixed one's first")
    crop: bool = _option(True, "work on the box of the fixed image's content only")
    unfold: bool = _option(True, "turn down or smooth where the field folds; false: folds are reported only")
    dense_field: bool = _option(False, "export the displacement at every voxel instead of at the velocity nodes")

    device: str = _option("auto", "auto, cpu, cuda or cuda:N")
    threads: int = _option(0, "CPU threads; 0: all")
    seed: int = _option(0, "seed of the network's initial weights")

    def __post_init__(self) -> None:
        for option in fields(self):
            object.__setattr__(self, option.name, coerced(option.name, getattr(self, option.name), option.default))
        check(self)

    @classmethod
    def preset(cls, name: str) -> Settings:
        """The settings of a named preset."""
        if name not in PRESETS:
            raise InputError(f"There is no preset '{name}'.", nearest(name, PRESETS), "settings")
        return cls(**PRESETS[name])

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], base: Settings | None = None) -> Settings:
        """``base`` (default: ``balanced``) with some values changed; unknown names are refused."""
        return (base or cls.preset("balanced"))._changed(values)

    @classmethod
    def read(cls, path: str | Path, base: Settings | None = None) -> Settings:
        """Settings from a JSON file, as written by :meth:`write`."""
        try:
            if stat.S_ISFIFO(Path(path).stat().st_mode):
                raise OSError(errno.EINVAL, "it is a pipe, which would be waited for")
            values = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise InputError(f"The settings file {path} cannot be read: {error.strerror}.", "", "settings") from error
        except ValueError as error:
            raise InputError(f"The settings file {path} is not JSON: {error}.", "", "settings") from error
        except RecursionError as error:
            raise InputError(
                f"The settings file {path} is nested too deeply.", "It is one object, {…}.", "settings"
            ) from error
        if not isinstance(values, dict):
            raise InputError(
                f"The settings file {path} does not hold one JSON object of names and values.", "", "settings"
            )
        return cls.from_dict(values, base)

    def replace(self, **changes: Any) -> Settings:
        """A copy with some values changed; text is read as the option's type."""
        return self._changed(changes)

    def assign(self, *assignments: str) -> Settings:
        """A copy with ``key=value`` texts applied together, as typed on a command line."""
        changes = {}
        for assignment in assignments:
            name, sign, value = assignment.partition("=")
            if not sign:
                raise InputError(
                    f"'{assignment}' is not of the form key=value.", "For example lambda_s=0.5.", "settings"
                )
            changes[name.strip()] = value.strip()
        return self._changed(changes)

    def as_dict(self) -> dict[str, Any]:
        """Values that JSON can hold."""
        return json.loads(json.dumps(asdict(self)))

    def write(self, path: str | Path) -> None:
        """Write all values as JSON."""
        Path(path).write_text(json.dumps(self.as_dict(), indent=2) + "\n", encoding="utf-8")

    def _changed(self, changes: Mapping[str, Any]) -> Settings:
        known = [option.name for option in fields(self)]
        for name in changes:
            if name not in known:
                raise InputError(f"There is no setting '{name}'.", nearest(name, known), "settings")
        return Settings(**{**asdict(self), **changes})

    def per_level(self, name: str) -> tuple[int, ...]:
        """A list option with one value a level; a list of one value holds for all."""
        values = getattr(self, name)
        return values * len(self.levels) if len(values) == 1 else values

    def measured_in(self, unit: float) -> Settings:
        """A copy for a world whose lengths are told in ``unit`` mm: what is a length, or goes with one, follows."""
        width, kind = self.window()
        window = f"{width / unit!r}mm" if kind == "mm" else self.kernel_window
        scaled = copy(self)  # past the checks, which are for what people write
        for name, value in {
            "kernel_window": window,
            "atol": self.atol / unit,
            "lambda_v": self.lambda_v * unit**2,
        }.items():
            object.__setattr__(scaled, name, value)
        return scaled

    def window(self) -> tuple[float, str]:
        """``kernel_window`` as a number and its unit, ``mm`` or ``vox``."""
        return length(self.kernel_window)


# The file is shared with programs that offer the presets without importing this package.
_FILE = Path(__file__).resolve().parents[1] / "presets.json"
PRESETS: dict[str, dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))
