"""Why what a person knows beside the volumes cannot be used, in one sentence."""

from slicer.i18n import tr as _

from ..Parameters import CHANNEL_NUMBERS, Use, leftOutStructures
from ..scene import Landmarks
from ..scene.Structures import commonNames
from .Reason import Reason, isDeformed, whyNotVolume


def whyNotPoints(fixed, moving):
    """The :class:`Reason` why two point lists, or None, cannot be used; an empty one if they can."""
    lists = {"fixedPoints": fixed, "movingPoints": moving}
    if fixed is None and moving is None:
        return Reason("")
    if moving is None:
        sentence = _("Choose the moving points, too: the partners of {name}.")
        return Reason(sentence.format(name=fixed.GetName()), "movingPoints")
    if fixed is None:
        sentence = _("Choose the fixed points, too: the partners of {name}.")
        return Reason(sentence.format(name=moving.GetName()), "fixedPoints")
    if fixed is moving:
        return Reason(_("The fixed and the moving points are the same list: choose two."), "movingPoints")
    for name, points in lists.items():
        if isDeformed(points):
            sentence = _("The points {name} are under a deforming transform: harden it first.")
            return Reason(sentence.format(name=points.GetName()), name)
        if not Landmarks.placed(points):
            sentence = _("{name} holds no points: place pairs, or choose None.")
            return Reason(sentence.format(name=points.GetName()), name)
    return Reason(_partners(fixed, moving), "movingPoints")


def whyNotStructures(fixed, moving, ticked=None):
    """The :class:`Reason` why the structures of two nodes, or None, cannot be used; an empty one if they can.

    Args:
        ticked: names of those that count; None: all that both have.
    """
    nodes = {"fixedStructures": fixed, "movingStructures": moving}
    if fixed is None and moving is None:
        return Reason("")
    for name, node in nodes.items():
        if node is None:
            other = moving if name == "fixedStructures" else fixed
            sentence = _("Choose the structures of the other volume, too: what matches {name}.")
            return Reason(sentence.format(name=other.GetName()), name)
    if fixed is moving:
        return Reason(_("The fixed and the moving structures are the same node: choose two."), "movingStructures")
    for name, node in nodes.items():
        if isDeformed(node):
            sentence = _("The structures {name} are under a deforming transform: harden it first.")
            return Reason(sentence.format(name=node.GetName()), name)
    common = commonNames(fixed, moving)
    if not common:
        sentence = _("{fixed} and {moving} have no structure of the same name: rename the segments alike.")
        return Reason(sentence.format(fixed=fixed.GetName(), moving=moving.GetName()), "movingStructures")
    if ticked is not None and not set(common) & set(ticked):
        return Reason(_("No structure is ticked: tick one, or choose None."), "movingStructures")
    return Reason("")


def whyNotChannels(rows):
    """The :class:`Reason` why more images cannot be used; an empty one if they can.

    Args:
        rows: (fixed volume, moving volume, weight) of each, the first being that of image 2.
    """
    for number, (fixed, moving, _weight) in enumerate(rows, start=CHANNEL_NUMBERS[0]):
        for volume, side in ((fixed, _("fixed")), (moving, _("moving"))):
            if volume is None:
                sentence = _("Choose the {side} volume of image {number}, or remove the row.")
                return Reason(sentence.format(side=side, number=number), f"channel{number}")
        if fixed is moving:
            sentence = _("The fixed and the moving volume of image {number} are the same: choose two.")
            return Reason(sentence.format(number=number), f"channel{number}")
        reason = whyNotVolume(fixed) or whyNotVolume(moving)
        if reason:
            return Reason(reason, f"channel{number}")
    return Reason("")


def tickedStructures(parameters):
    """The names of the common structures but those that were left out."""
    return tickedOf(parameters, commonNames(parameters.fixedStructures, parameters.movingStructures))


def tickedOf(parameters, names):
    """Those of some structures that were not left out."""
    leftOut = leftOutStructures(parameters)
    return [name for name in names if name not in leftOut]


def whyNotUse(use):
    """Why what is known cannot be used like this, or an empty text."""
    known = [one.value for one in Use]
    if use in known:
        return ""
    return _("There is no use {use}: there are {known}.").format(use=use, known=", ".join(known))


def _partners(fixed, moving):
    """Why the points of two lists are no pairs, or an empty text."""
    here, there = len(Landmarks.placed(fixed)), len(Landmarks.placed(moving))
    if here != there:
        return _("Each point needs a partner: there are {here} fixed points and {there} moving ones.").format(
            here=here, there=there
        )
    lonely = Landmarks.withoutPartner(fixed, moving)
    if lonely:
        return _("The point {label} has no partner of that label in the other list.").format(label=lonely[0])
    return ""
