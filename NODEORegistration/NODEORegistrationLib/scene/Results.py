"""The outputs of a registration that are in the scene, and what they tell about themselves."""

from dataclasses import dataclass

from ..Parameters import OUTPUTS
from .SceneImport import storedMetrics


@dataclass
class Results:
    """Nodes of the scene; each may be None."""

    fixed: object = None
    moving: object = None
    warped: object = None
    jacobian: object = None
    transform: object = None
    inverse: object = None

    def documented(self):
        """An output node that tells its settings and metrics, or None."""
        nodes = (self.transform, self.warped, self.jacobian, self.inverse)
        return next((node for node in nodes if node is not None and storedMetrics(node) is not None), None)

    def metrics(self):
        """What was measured when they were made; None if no node tells."""
        node = self.documented()
        return None if node is None else storedMetrics(node)


def resultsOf(parameters):
    """The results that the panel's parameters name; a node that is chosen to be updated is none yet."""
    made = {}
    for kind, (_create, name) in OUTPUTS.items():
        node = getattr(parameters, name)
        made[kind] = None if node is None or storedMetrics(node) is None else node
    return Results(fixed=parameters.fixedVolume, moving=parameters.movingVolume, **made)
