"""What a person knows beside the volumes, as the worker's files and arguments, and its names in the worker's answer."""

from ..Parameters import CHANNEL_NUMBERS
from ..scene import Landmarks, SceneExport
from ..scene.Structures import writeStructures


def writeGuidance(request, folder, fixedToWorld, movingToFile):
    """Write everything of a request that guides or measures, and return the arguments that name it.

    Args:
        fixedToWorld, movingToFile: the matrices that the two volumes are written with.

    Raises:
        ExportError: something cannot be handed to the worker.
    """
    sides = {
        "fixed": (request.fixed, fixedToWorld),
        "moving": (request.moving, movingToFile),
    }
    return [
        *_points(request, folder, sides),
        *_structures(request, folder, sides),
        *_channels(request, folder, sides),
    ]


def _points(request, folder, sides):
    if request.fixedPoints is None:
        return []
    lists = {"fixed": request.fixedPoints, "moving": request.movingPoints}
    paths = {side: folder / f"{side}_points.csv" for side in sides}
    Landmarks.writePairs(*((lists[side], *sides[side], paths[side]) for side in sides))
    return [
        *("--fixed-points", str(paths["fixed"])),
        *("--moving-points", str(paths["moving"])),
        *("--points-for", request.pointsFor),
    ]


def _structures(request, folder, sides):
    names = request.structureNames()
    if not names:
        return []
    nodes = {"fixed": request.fixedStructures, "moving": request.movingStructures}
    paths = {side: folder / f"{side}_labels.nrrd" for side in sides}
    for side, (volume, matrix) in sides.items():
        writeStructures(names, nodes[side], volume, paths[side], matrix)
    return [
        *("--fixed-labels", str(paths["fixed"])),
        *("--moving-labels", str(paths["moving"])),
        *("--labels-for", request.structuresFor),
    ]


def _channels(request, folder, sides):
    arguments = []
    for number, (*volumes, weight) in enumerate(request.channels, start=CHANNEL_NUMBERS[0]):
        arguments.append("--channel")
        for volume, (side, (first, matrix)) in zip(volumes, sides.items(), strict=True):
            path = folder / f"{side}_{number}.nrrd"
            SceneExport.writeVolume(volume, path, SceneExport.rigidFileMatrix(volume, first, matrix))
            arguments.append(str(path))
        arguments.append(f"weight={weight:g}")
    return arguments


def nameInputs(metrics, request, structures):
    """Put the scene's names into what the worker has measured, in place of its files and codes.

    Args:
        structures: names of the structures that were written, in their order.
    """
    roles = ("fixed", "moving", "fixedPoints", "movingPoints", "fixedStructures", "movingStructures")
    nodes = {role: getattr(request, role) for role in roles}
    metrics["inputs"] = {role: node.GetName() for role, node in nodes.items() if node is not None}
    dice = metrics.get("dice") or {}
    for moment in ("before", "after"):
        found = (dice.get(moment) or {}).get("structures") or {}
        for code, name in enumerate(structures, start=1):
            if str(code) in found:
                found[str(code)]["name"] = name
