"""Every option of a registration: one frozen record, checked when it is made, that survives a trip through JSON."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from ..errors import InputError

MODELS = ("flow", "paper")
SIMILARITIES = ("lncc", "mse", "mi", "mind")
KERNELS = ("averaging", "gaussian", "none")
FIXED_STEP_SOLVERS = ("euler", "midpoint", "heun2", "heun3", "rk4", "explicit_adams", "implicit_adams")
ADAPTIVE_SOLVERS = ("dopri5", "dopri8", "bosh3", "fehlberg2", "adaptive_heun")
SOLVERS = FIXED_STEP_SOLVERS + ADAPTIVE_SOLVERS


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
    similarity: str = _option("lncc", "lncc, mse, mi (mutual information) or mind (MIND-SSC)")
    lncc_window: int = _option(9, "width of the window of the local correlation, voxels of the level, odd")
    levels: tuple[int, ...] = _option((4, 2, 1), "shrink factors of the images, coarse to fine")
    iterations: tuple[int, ...] = _option((50, 30, 16), "iterations of each level")
    node_spacing: tuple[int, ...] = _option((), "velocity nodes every so many vox, a level; empty: by image size")
    max_voxels: int = _option(20_000_000, "levels with more voxels than this are left out: memory grows with them")

    kernel: str = _option("gaussian", "smoothing K of the velocity: averaging, gaussian or none")
    kernel_window: str = _option(
        "3vox", "width of K, as 6mm or 3vox (flow: nodes): the box, or full width at half maximum"
    )
    kernel_passes: int = _option(1, "how often K is applied")
    lambda_J: float = _option(3000.0, "weight of relu(jacobian_floor - det J)^2")  # noqa: N815 as the field writes it
    jacobian_floor: float = _option(0.05, "det J below this is penalised")
    lambda_df: float = _option(0.45, "weight of |grad u|^2, u the whole displacement")
    lambda_v: float = _option(0.0, "weight of the integral of |v|^2, v in mm")
    lambda_s: float = _option(0.25, "weight of the integral of |grad v|^2")

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

    initial: str = _option("identity", "initial transform: identity, center, rigid, affine or a file")
    intensity_range: tuple[float, float] = _option((0.1, 99.9), "percentiles mapped to 0 and 1, clipped outside")
    match_histograms: bool = _option(False, "match the moving image's histogram to the fixed one's first")
    crop: bool = _option(True, "work on the box of the fixed image's content only")
    unfold: bool = _option(True, "turn the newest velocity down where the field folds; false: folds are reported only")
    dense_field: bool = _option(False, "export the displacement at every voxel instead of at the velocity nodes")

    device: str = _option("auto", "auto, cpu, cuda or cuda:N")
    threads: int = _option(0, "CPU threads; 0: all")
    seed: int = _option(0, "seed of the network's initial weights")

    def __post_init__(self) -> None:
        for option in fields(self):
            object.__setattr__(self, option.name, _coerced(option.name, getattr(self, option.name), option.default))
        _check(self)

    @classmethod
    def preset(cls, name: str) -> Settings:
        """The settings of a named preset."""
        if name not in PRESETS:
            raise InputError(f"There is no preset '{name}'.", _nearest(name, PRESETS))
        return cls(**PRESETS[name])

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], base: Settings | None = None) -> Settings:
        """``base`` (default: ``balanced``) with some values changed; unknown names are refused."""
        return (base or cls.preset("balanced"))._changed(values)

    @classmethod
    def read(cls, path: str | Path, base: Settings | None = None) -> Settings:
        """Settings from a JSON file, as written by :meth:`write`."""
        try:
            values = json.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(f"The settings file {path} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise InputError(f"The settings file {path} is not JSON: {error}.") from error
        if not isinstance(values, dict):
            raise InputError(f"The settings file {path} does not hold one JSON object of names and values.")
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
                raise InputError(f"'{assignment}' is not of the form key=value.", "For example lambda_s=0.5.")
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
                raise InputError(f"There is no setting '{name}'.", _nearest(name, known))
        return Settings(**{**asdict(self), **changes})

    def per_level(self, name: str) -> tuple[int, ...]:
        """A list option with one value a level; a list of one value holds for all."""
        values = getattr(self, name)
        return values * len(self.levels) if len(values) == 1 else values

    def window(self) -> tuple[float, str]:
        """``kernel_window`` as a number and its unit, ``mm`` or ``vox``."""
        return _length(self.kernel_window)


# The file is shared with programs that offer the presets without importing this package.
PRESETS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).resolve().parents[1] / "presets.json").read_text(encoding="utf-8")
)

_SMALLEST = {
    "kernel_passes": 1,
    "time_modes": 1,
    "max_voxels": 1000,
    "threads": 0,
    "seed": 0,
    "bottleneck": 1,
    "decoder_downsampling": 0,
}


_LARGEST = {"seed": 2**31 - 1, "decoder_downsampling": 8}


def _nearest(name: str, known: Iterable[str]) -> str:
    same = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), list(same), n=1, cutoff=0.4)
    return f"Did you mean '{same[close[0]]}'?" if close else f"Known are: {', '.join(known)}."


def _length(text: str) -> tuple[float, str]:
    for unit in ("mm", "vox"):
        if text.endswith(unit):
            try:
                return _as_float(text[: -len(unit)]), unit
            except ValueError:
                break
    raise InputError(f"kernel_window is '{text}'.", "It needs a number and a unit, such as 6mm or 3vox.")


def _coerced(name: str, value: Any, default: Any) -> Any:
    """``value`` in the type of ``default``; text is parsed."""
    try:
        if isinstance(default, bool):
            return _as_bool(value)
        if isinstance(default, tuple):
            parts = value.replace(",", " ").split() if isinstance(value, str) else value
            parts = list(parts) if isinstance(parts, (list, tuple)) else [parts]
            number = _as_float if default and isinstance(default[0], float) else _as_int
            return tuple(number(part) for part in parts)
        if isinstance(default, int):
            return _as_int(value)
        if isinstance(default, float):
            return _as_float(value)
        if not isinstance(value, str):
            raise ValueError
        return value
    except (TypeError, ValueError, OverflowError):
        kind = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
        wanted = "a list of numbers, such as 4,2,1" if isinstance(default, tuple) else kind[type(default)]
        raise InputError(f"{name} is {value!r}.", f"It needs {wanted}.") from None


def _as_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in words:
        raise ValueError
    return words[str(value).lower()]


def _as_float(value: Any) -> float:
    number = float(value)
    if isinstance(value, bool) or not math.isfinite(number):
        raise ValueError
    return number


def _as_int(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError
    number = int(value) if isinstance(value, str) else value
    if int(number) != number:
        raise ValueError
    return int(number)


def _check(s: Settings) -> None:
    """Each value in its range."""
    for name, largest in _LARGEST.items():
        if getattr(s, name) > largest:
            raise InputError(f"{name} is {getattr(s, name)}.", f"It must be at most {largest}.")
    _one_of("model", s.model, MODELS)
    _one_of("similarity", s.similarity, SIMILARITIES)
    _one_of("kernel", s.kernel, KERNELS)
    _one_of("solver", s.solver, SOLVERS)
    for name, smallest in _SMALLEST.items():
        _at_least(name, getattr(s, name), smallest)
    for name in ("lambda_J", "lambda_df", "lambda_v", "lambda_s", "tolerance"):
        _at_least(name, getattr(s, name), 0)
    for name in ("rtol", "atol", "learning_rate", "velocity_gain"):
        if getattr(s, name) <= 0:
            raise InputError(f"{name} is {getattr(s, name):g}.", "It must be larger than 0.")
    if s.lncc_window < 3 or s.lncc_window % 2 == 0:
        raise InputError(f"lncc_window is {s.lncc_window}.", "It must be odd and at least 3.")
    if not s.levels or list(s.levels) != sorted(s.levels, reverse=True):
        raise InputError(f"levels is {s.levels}.", "List the shrink factors from coarse to fine, such as 4,2,1.")
    for factor in (*s.levels, *s.node_spacing):
        if factor < 1 or factor & (factor - 1):
            raise InputError(f"A shrink factor or node spacing is {factor}.", "Each must be a power of two: 1, 2, 4 …")
    for name in ("iterations", "steps", "node_spacing"):
        values = getattr(s, name)
        if len(values) not in (1, len(s.levels)) and not (name == "node_spacing" and not values):
            raise InputError(
                f"{name} has {len(values)} values for {len(s.levels)} levels.", "Give one, or one a level."
            )
        for value in values:
            _at_least(name, value, 1)
    if s.node_spacing:
        nodes = s.per_level("node_spacing")
        if any(node < level for node, level in zip(nodes, s.levels, strict=True)) or list(nodes) != sorted(
            nodes, reverse=True
        ):
            raise InputError(
                f"node_spacing is {nodes} with levels {s.levels}.",
                "Nodes cannot be finer than the level's voxels, nor coarser than at the level before.",
            )
    low, high = s.intensity_range if len(s.intensity_range) == 2 else (1.0, 0.0)
    if not 0 <= low < high <= 100:
        raise InputError(f"intensity_range is {s.intensity_range}.", "Give two percentiles, such as 0.1,99.9.")
    number, _ = _length(s.kernel_window)
    _at_least("kernel_window", number, 0)
    if s.model == "paper" and len(s.levels) != 1:
        raise InputError(f"levels is {s.levels}.", "The model paper has one level: set levels=1 or levels=2.")
    if s.published_arithmetic:
        _check_published(s)


def _check_published(s: Settings) -> None:
    """What the published code cannot do."""
    if s.model != "paper":
        raise InputError(f"published_arithmetic is on with model={s.model}.", "Set model=paper, or --preset paper.")
    limits: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "similarity": (s.similarity, ("lncc",)),
        "solver": (s.solver, ("euler", "rk4")),
        "levels": (s.levels, ((1,),)),
        "lambda_s": (s.lambda_s, (0.0,)),
    }
    for name, (value, known) in limits.items():
        if value not in known:
            choice = " or ".join(f"{name}={k[0] if isinstance(k, tuple) else k}" for k in known)
            raise InputError(f"{name} is {value} with published_arithmetic on.", f"The published code has {choice}.")
    width, unit = s.window()
    if s.kernel != "none" and (unit != "vox" or width % 2 != 1):
        raise InputError(
            f"kernel_window is {s.kernel_window} with published_arithmetic on.",
            "It needs an odd number of voxels, such as 15vox.",
        )


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"{name} is '{value}'.", _nearest(value, known))


def _at_least(name: str, value: float, smallest: float) -> None:
    if value < smallest:
        raise InputError(f"{name} is {value:g}.", f"It must be at least {smallest:g}.")
