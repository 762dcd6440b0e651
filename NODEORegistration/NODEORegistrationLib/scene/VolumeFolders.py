"""The folders of the subject hierarchy that hold volumes: subjects, studies, or what a person has made."""

import slicer
import vtk


def foldersOf(volumes):
    """[(name, the volumes in it and below)] of every folder that holds some of these volumes, in the tree's order."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    if hierarchy is None:
        return []
    found = []
    for item in _below(hierarchy, hierarchy.GetSceneItemID()):
        if hierarchy.GetItemDataNode(item) is None:
            inside = [hierarchy.GetItemDataNode(below) for below in _below(hierarchy, item)]
            held = [volume for volume in volumes if volume in inside]
            if held:
                found.append((hierarchy.GetItemName(item), held))
    return found


def _below(hierarchy, item):
    children = vtk.vtkIdList()
    hierarchy.GetItemChildren(item, children, True)
    return [children.GetId(index) for index in range(children.GetNumberOfIds())]
