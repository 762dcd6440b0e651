"""Results known by their nodes' IDs, by somebody who must not keep a deleted volume in memory."""

from dataclasses import fields, replace

import slicer


def idsOf(results):
    """The same :class:`~NODEORegistrationLib.scene.Results.Results`, with IDs in place of nodes."""
    nodes = {name: getattr(results, name) for name in _nodeNames(results)}
    return replace(results, **{name: None if node is None else node.GetID() for name, node in nodes.items()})


def nodesOf(ids):
    """The same results, with nodes again; None for what is not in the scene any more."""
    found = {name: getattr(ids, name) for name in _nodeNames(ids)}
    return replace(ids, **{name: slicer.mrmlScene.GetNodeByID(i) if i else None for name, i in found.items()})


def _nodeNames(results):
    return [field.name for field in fields(results) if field.default is None]
