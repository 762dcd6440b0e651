"""What each option may be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .values import length, shown

if TYPE_CHECKING:
    from .options import Settings

MODELS = ("flow", "paper")
SIMILARITIES = ("lncc", "mse", "mi", "mind", "auto", "different")
DECIDED = ("auto", "different")  # similarities that the images decide on
WIDENINGS = ("auto", "none")
PENALTIES = ("auto", "quadratic", "charbonnier")
STARTS = ("none", "search", "auto")
SEARCHED = ("rigid", "similarity", "affine", "auto")  # initial transforms that the images are searched for
ALIGNED = ("identity", "center", *SEARCHED)  # those that take nothing but the images
USES = ("measure", "guide", "both")  # of what is known beside the images
KERNELS = ("averaging", "gaussian", "none")
FIXED_STEP_SOLVERS = ("euler", "midpoint", "heun2", "heun3", "rk4", "explicit_adams", "implicit_adams")
ADAPTIVE_SOLVERS = ("dopri5", "dopri8", "bosh3", "fehlberg2", "adaptive_heun")
SOLVERS = FIXED_STEP_SOLVERS + ADAPTIVE_SOLVERS

# What an option may be at least and at most. Beyond these ends a run cannot be told from a mistake: its arithmetic
# breaks down, it moves nothing, or it never ends.
_RANGES: dict[str, tuple[float, float]] = {
    "lncc_window": (3, 201),
    "plane_levels": (0, 4),
    "max_voxels": (1000, 10**12),
    "kernel_passes": (1, 100),
    "lambda_J": (0, 1e9),
    "lambda_df": (0, 1e9),
    "lambda_v": (0, 1e9),
    "lambda_s": (0, 1e9),
    "lambda_p": (0, 1e9),
    "label_weight": (0, 1e9),
    "penalty_scale": (1e-4, 1e4),
    "jacobian_floor": (-10, 1),  # of no deformation it is 1
    "rtol": (1e-7, 1),  # single precision has 7 digits
    "atol": (1e-9, 1e6),
    "time_modes": (1, 32),
    "bottleneck": (1, 4096),
    "decoder_downsampling": (0, 8),
    "velocity_gain": (1e-12, 100),
    "learning_rate": (1e-12, 10),  # spacings of the velocity grid in one step
    "tolerance": (0, 1),
    "threads": (0, 256),  # more wait for each other
    "seed": (0, 2**31 - 1),
}
_LEVEL_RANGES = {"iterations": (1, 10**7), "steps": (1, 1000), "levels": (1, 256), "node_spacing": (1, 256)}
_MOST_LEVELS = 16
_WINDOWS = {"vox": (1e-3, 1000), "mm": (1e-9, 1e6)}  # or 0


def check(s: Settings) -> None:
    """Each value in its range, and those that belong together in agreement.

    Raises:
        InputError: one is not; the message names it, its value and what it may be.
    """
    _one_of("model", s.model, MODELS)
    _one_of("similarity", s.similarity, SIMILARITIES)
    _one_of("kernel", s.kernel, KERNELS)
    _one_of("start", s.start, STARTS)
    _one_of("penalty", s.penalty, PENALTIES)
    _one_of("kernel_widening", s.kernel_widening, WIDENINGS)
    _one_of("solver", s.solver, SOLVERS)
    _check_numbers(s)
    _check_levels(s)
    low, high = s.intensity_range if len(s.intensity_range) == 2 else (1.0, 0.0)
    if not 0 <= low < high <= 100:
        raise InputError(
            f"intensity_range is {s.intensity_range}.", "Give two percentiles, such as 0.1,99.9.", "settings"
        )
    _check_window(s)
    if s.model == "paper" and len(s.levels) != 1:
        raise InputError(
            f"levels is {s.levels}.", "The model paper has one level: set levels=1 or levels=2.", "settings"
        )
    if s.published_arithmetic:
        _check_published(s)


def _check_numbers(s: Settings) -> None:
    """What is one number."""
    for name in ("rtol", "atol", "learning_rate", "velocity_gain"):
        if getattr(s, name) <= 0:
            raise InputError(f"{name} is {shown(getattr(s, name))}.", "It must be larger than 0.", "settings")
    if s.lncc_window < 3 or s.lncc_window % 2 == 0:
        raise InputError(f"lncc_window is {shown(s.lncc_window)}.", "It must be odd and at least 3.", "settings")
    for name, ends in _RANGES.items():
        _check_range(name, getattr(s, name), ends)


def _check_levels(s: Settings) -> None:
    """What has a value a level."""
    if not s.levels or list(s.levels) != sorted(s.levels, reverse=True):
        raise InputError(
            f"levels is {shown(s.levels)}.", "List the shrink factors from coarse to fine, such as 4,2,1.", "settings"
        )
    if len(s.levels) > _MOST_LEVELS:
        raise InputError(f"levels has {len(s.levels)} values.", f"There may be {_MOST_LEVELS} levels.", "settings")
    for factor in (*s.levels, *s.node_spacing):
        if factor < 1 or factor & (factor - 1):
            remedy = "Each must be a power of two: 1, 2, 4 …"
            raise InputError(f"A shrink factor or node spacing is {shown(factor)}.", remedy, "settings")
    for name in ("iterations", "steps", "node_spacing"):
        values = getattr(s, name)
        if len(values) not in (1, len(s.levels)) and not (name == "node_spacing" and not values):
            raise InputError(
                f"{name} has {len(values)} values for {len(s.levels)} levels.", "Give one, or one a level.", "settings"
            )
    for name, ends in _LEVEL_RANGES.items():
        for value in getattr(s, name):
            _check_range(name, value, ends)
    if s.node_spacing:
        nodes = s.per_level("node_spacing")
        if any(node < level for node, level in zip(nodes, s.levels, strict=True)) or list(nodes) != sorted(
            nodes, reverse=True
        ):
            raise InputError(
                f"node_spacing is {nodes} with levels {s.levels}.",
                "Nodes cannot be finer than the level's voxels, nor coarser than at the level before.",
                "settings",
            )


def _check_window(s: Settings) -> None:
    """A width of K: none, or one that can be told from none and from all."""
    number, unit = length(s.kernel_window)
    if number < 0:
        raise InputError(f"kernel_window is {shown(number)}.", "It must be at least 0.", "settings")
    smallest, largest = _WINDOWS[unit]
    if number != 0 and not smallest <= number <= largest:
        remedy = f"It may be 0, or {smallest:g}{unit} to {largest:g}{unit}."
        raise InputError(f"kernel_window is {shown(number)}{unit}.", remedy, "settings")


def _check_published(s: Settings) -> None:
    """What the published code cannot do."""
    if s.model != "paper":
        raise InputError(
            f"published_arithmetic is on with model={s.model}.", "Set model=paper, or --preset paper.", "settings"
        )
    limits: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "similarity": (s.similarity, ("lncc", "auto")),
        "solver": (s.solver, ("euler", "rk4")),
        "levels": (s.levels, ((1,),)),
        "lambda_s": (s.lambda_s, (0.0,)),
    }
    for name, (value, known) in limits.items():
        if value not in known:
            choice = " or ".join(f"{name}={k[0] if isinstance(k, tuple) else k}" for k in known)
            raise InputError(
                f"{name} is {value} with published_arithmetic on.", f"The published code has {choice}.", "settings"
            )
    width, unit = s.window()
    if s.kernel != "none" and (unit != "vox" or width % 2 != 1):
        raise InputError(
            f"kernel_window is {s.kernel_window} with published_arithmetic on.",
            "It needs an odd number of voxels, such as 15vox.",
            "settings",
        )


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"{name} is '{value}'.", nearest(value, known), "settings")


def _check_range(name: str, value: float, ends: tuple[float, float]) -> None:
    smallest, largest = ends
    if value < smallest:
        raise InputError(f"{name} is {shown(value)}.", f"It must be at least {shown(smallest)}.", "settings")
    if value > largest:
        raise InputError(f"{name} is {shown(value)}.", f"It must be at most {shown(largest)}.", "settings")


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a name that is not known: the one that may have been meant, or all there are."""
    same = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(name.lower(), list(same), n=1, cutoff=0.4)
    return f"Did you mean '{same[close[0]]}'?" if close else f"Known are: {', '.join(known)}."
