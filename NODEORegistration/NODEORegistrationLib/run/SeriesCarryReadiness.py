"""What can go along with a series, which way, and why something cannot, in one sentence."""

from slicer.i18n import tr as _

from ..scene.Companions import titleOf
from ..scene.SeriesCompanions import SeriesCompanions
from .CarryReadiness import whyNotCarried
from .Reason import Reason


def seriesCompanions(request):
    """The :class:`~NODEORegistrationLib.scene.SeriesCompanions.SeriesCompanions` of what is asked for."""
    return SeriesCompanions.of(request.series, request.fixed, request.referenceName())


def offeredWith(request):
    """{node: what it is, and what becomes of it} of everything that can be ticked; what is read cannot."""
    there = seriesCompanions(request)
    found = {}
    for nodes, words in (
        (there.frames, _("{title} → reference")),
        (there.reference, _("{title} → frames")),
        (there.foreign, _("{title}: another series")),
    ):
        found |= {node: words.format(title=titleOf(node)) for node in nodes if node not in request.inputs()}
    return found


def whyNotAlong(request):
    """The :class:`Reason` why what is to go along with a series cannot; an empty one if it can."""
    there = seriesCompanions(request)
    for node in request.carried:
        words = {"name": node.GetName(), "series": request.series.name(), "reference": request.referenceName()}
        if node in request.inputs():
            sentence = _("{name} is read by the registration, and cannot go along with it.")
            return Reason(sentence.format(**words), "carried")
        if node in there.foreign:
            sentence = _("{name} shows a frame of another series than {series}: untick it under Carry along.")
            return Reason(sentence.format(**words), "carried")
        if node not in there.frames and node not in there.reference:
            sentence = _("{name} cannot go along: it lies neither where {series} lies nor where {reference} does.")
            return Reason(sentence.format(**words), "carried")
    return Reason(whyNotCarried(request.carried, request.outputs), "outputs")
