"""What the panel's choices are called by the engine, and what each preset chooses.

The engine itself is never imported here: it lives in the background process. Its presets come from the file it reads
them from, too.
"""

import json
import re
from enum import Enum
from pathlib import Path

import slicer

from .Parameters import Parameters, Preset, WindowUnit

MODULE_FOLDER = Path(__file__).resolve().parent.parent
PRESETS = json.loads((MODULE_FOLDER / "nodeo" / "presets.json").read_text(encoding="utf-8"))

# The parameters that a preset decides. The rest (masks, device, seed …) are the user's own.
PRESET_PARAMETERS = (
    "kernel",
    "kernel_window",
    "kernel_window_unit",
    "kernel_passes",
    "lambda_J",
    "jacobian_floor",
    "lambda_df",
    "lambda_v",
    "lambda_s",
    "unfold",
    "model",
    "bottleneck",
    "decoder_downsampling",
    "velocity_gain",
    "published_arithmetic",
    "lncc_window",
    "levels",
    "iterations",
    "solver",
    "steps",
    "time_modes",
    "learning_rate",
    "tolerance",
)
_LARGEST_WEIGHT = 1e4  # of those, see Parameters
DETAIL_PARAMETERS = ("lambda_df", "lambda_s")  # what keeps a deformation smooth, and so from following details
_OWN_PARAMETERS = ("similarity", "start", "penalty", "match_histograms", "device", "threads", "seed")


def presetValues(preset, detail=0.0):
    """What a preset sets the parameters to: {parameter name: value}.

    Args:
        detail: how many times the weights of regularity are halved; doubled if it is negative.
    """
    changes = PRESETS.get(preset.value, {})
    values = {name: defaultOf(name) for name in PRESET_PARAMETERS}
    for name, value in changes.items():
        if name == "kernel_window":
            number, unit = re.fullmatch(r"([\d.]+)(vox|mm)", value).groups()
            values.update(kernel_window=float(number), kernel_window_unit=WindowUnit(unit))
        elif name in values:
            values[name] = _asParameter(value, values[name])
    values.update({name: moreDetailed(values[name], detail) for name in DETAIL_PARAMETERS})
    return values


def moreDetailed(weight, detail):
    """A weight of regularity, halved ``detail`` times; four digits, which a person can read."""
    return float(f"{weight * 0.5**detail:.4g}")


def defaultOf(name):
    """A parameter's default value."""
    return Parameters.allParameters[name].default.value


def applyPreset(parameters, preset):
    """Set the parameters to what ``preset`` chooses, with the detail that is chosen; ``Custom`` leaves them alone."""
    if preset != Preset.CUSTOM:
        with slicer.util.NodeModify(parameters):  # nobody sees half a preset
            for name, value in presetValues(preset, parameters.detail).items():
                setattr(parameters, name, value)


def applyDetail(parameters, change):
    """Halve the weights of regularity ``change`` times more than they are."""
    with slicer.util.NodeModify(parameters):
        for name in DETAIL_PARAMETERS:
            setattr(parameters, name, min(moreDetailed(getattr(parameters, name), change), _LARGEST_WEIGHT))


def followsPreset(parameters, preset):
    """Whether all parameters are as ``preset`` sets them."""
    values = presetValues(preset, parameters.detail)
    return all(_same(getattr(parameters, name), value) for name, value in values.items())


def engineSettings(parameters):
    """The engine's settings, {name: value}, as its JSON file holds them.

    Raises:
        ValueError: the field of other settings cannot be read.
    """
    settings = {
        name: _asSetting(getattr(parameters, name))
        for name in (*PRESET_PARAMETERS, *_OWN_PARAMETERS)
        if not name.startswith("kernel_window")
    }
    settings["kernel_window"] = f"{parameters.kernel_window:g}{parameters.kernel_window_unit.value}"
    return {**settings, **otherSettings(parameters.other_settings)}


def otherSettings(text):
    """``name=value; name=value`` as a dictionary of texts.

    Raises:
        ValueError: a part is not of that form.
    """
    settings = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not (name and sign and value):
            raise ValueError(part)
        settings[name] = value
    return settings


def _asParameter(value, default):
    """A value of a preset's file in the type of the parameter."""
    if isinstance(default, Enum):
        return type(default)(value)
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return type(default)(value)


def _asSetting(value):
    return value.value if isinstance(value, Enum) else value


def _same(value, wanted):
    if isinstance(wanted, str):
        return value.replace(" ", "") == wanted.replace(" ", "")
    return abs(value - wanted) < 1e-9 if isinstance(wanted, float) else value == wanted
