"""What Register does with the panel as it is: a pair of volumes, or a whole series."""

from ..scene.Companions import titleOf
from .CarryReadiness import offeredNodes
from .PairRun import PairRun
from .Readiness import whyNotReady, whyNotSettings
from .Request import requestFromParameters
from .SeriesCarryReadiness import offeredWith
from .SeriesReadiness import whyNotBesideSeries, whyNotSeries
from .SeriesRequest import isOfSeries, seriesRequestFromParameters
from .SeriesRun import SeriesRun


def whyNotAsked(parameters):
    """The first :class:`~.Reason.Reason` why Register cannot be pressed; an empty one if it can."""
    if parameters is None or not isOfSeries(parameters):
        return whyNotReady(parameters)
    return (
        whyNotBesideSeries(parameters)
        or whyNotSettings(parameters)
        or whyNotSeries(seriesRequestFromParameters(parameters))
    )


def runAsked(parameters):
    """The run that Register starts."""
    if isOfSeries(parameters):
        return SeriesRun(seriesRequestFromParameters(parameters))
    return PairRun(requestFromParameters(parameters))


def offeredToCarry(parameters):
    """{node: what it is called in the list} of what can be ticked to go along."""
    if isOfSeries(parameters):
        return offeredWith(seriesRequestFromParameters(parameters))
    return {node: titleOf(node) for node in offeredNodes(parameters)}
