"""Old scenes: what is unknown, missing or out of range in a stored parameter node falls back to its preset."""

import logging

from ..EngineSettings import presetValues
from ..Parameters import Parameters, Preset


def repair(node):
    """Make every value of a ``vtkMRMLScriptedModuleNode`` one that :class:`Parameters` can read.

    The wrapper would raise on an unknown name, and take a number that is out of range.
    """
    values = presetValues(_storedPreset(node))
    for name, parameter in Parameters.allParameters.items():
        serializer = parameter.serializer
        fallback = values.get(name, parameter.default.value)
        if not serializer.isIn(node, name):
            serializer.write(node, name, fallback)
            continue
        try:
            serializer.validate(serializer.read(node, name))
        except (ValueError, TypeError, KeyError) as error:
            logging.warning(f"NODEO: the scene's value of {name} cannot be used, {fallback} is taken: {error}")
            serializer.remove(node, name)
            serializer.write(node, name, fallback)


def _storedPreset(node):
    """The preset that the scene names; balanced if it names none that is known."""
    stored = node.GetParameter("preset")
    return Preset[stored] if stored in Preset.__members__ and stored != Preset.CUSTOM.name else Preset.BALANCED
