"""The registrations of a scene: which outputs belong together, to which volumes, and what they tell of themselves."""

from dataclasses import dataclass

from .ResultMarks import kindOf, markOf, outputsInScene, pairOf, storedMetrics


@dataclass
class Results:
    """What one registration has put into the scene; each node may be None.

    Attributes:
        fixed, moving: the volumes that were registered, if they are still there.
        mark: what its outputs have in common, and no other registration's.
    """

    fixed: object = None
    moving: object = None
    warped: object = None
    jacobian: object = None
    transform: object = None
    inverse: object = None
    mark: str = ""

    def documented(self):
        """An output node that tells its settings and metrics, or None."""
        nodes = (self.transform, self.warped, self.jacobian, self.inverse)
        return next((node for node in nodes if node is not None and storedMetrics(node) is not None), None)

    def metrics(self):
        """What was measured when they were made; None if no node tells."""
        node = self.documented()
        return None if node is None else storedMetrics(node)

    def name(self):
        """The name of the output that shows most."""
        nodes = (self.warped, self.transform, self.jacobian, self.inverse)
        return next((node.GetName() for node in nodes if node is not None), "")

    def inputNames(self):
        """(name of the fixed volume, name of the moving volume), as they are now or, if they are gone, were then."""
        told = (self.metrics() or {}).get("inputs") or {}
        pair = (("fixed", self.fixed), ("moving", self.moving))
        return tuple(node.GetName() if node is not None else told.get(role) or "?" for role, node in pair)


def resultsInScene():
    """All :class:`Results` of the scene, in the order in which they were made."""
    found = {}
    for node in outputsInScene():
        if storedMetrics(node) is not None:
            results = found.setdefault(markOf(node), Results(mark=markOf(node)))
            setattr(results, kindOf(node), node)
            results.fixed, results.moving = pairOf(node)
    return sorted(found.values(), key=lambda results: results.mark)


def resultsOf(parameters):
    """The results that the panel shows: those that were chosen, else the newest; empty ones if there are none."""
    return chosenOf(resultsInScene(), parameters)


def chosenOf(there, parameters):
    """As :func:`resultsOf`, for who has all results at hand already."""
    chosen = [results for results in there if results.mark == parameters.result]
    return (chosen or there or [Results()])[-1]


def metricsFor(parameters, *roles):
    """What was measured by the results that the panel shows, if they are of the volumes that are chosen; else nothing.

    Args:
        roles: parameters whose nodes, all chosen, they must be of, too.
    """
    results = resultsOf(parameters)
    metrics = results.metrics() or {}
    inputs = metrics.get("inputs") or {}
    areOfThese = (results.fixed, results.moving) == (parameters.fixedVolume, parameters.movingVolume) and all(
        inputs.get(role) == getattr(parameters, role).GetName() for role in roles
    )
    return metrics if areOfThese else {}
