"""Grids, transforms and sampling: the only place that knows the order of axes.

Three kinds of coordinates are used, and nothing else:

* *world*: ITK's physical space, LPS, in mm.
* *local*: millimetres along the axes of a fixed grid. A displacement or a velocity has its components in local axes,
  ordered x, y, z as ITK orders them.
* *sampling*: what :func:`torch.nn.functional.grid_sample` wants, -1 at the first node of an axis and +1 at the last.

A registration counts in voxels of the fixed image (its smallest spacing), so that nothing depends on whether a header
counts millimetres or micrometres: between the plan and :mod:`nodeo.engine.assembly`, ``mm`` stands for that unit.

A tensor of a field is ``[components, D, H, W]`` in 3-D and ``[components, H, W]`` in 2-D: the axes of the tensor run
z, y, x, the components x, y, z. An axis of one voxel is left out of all tensors and comes back with the image.
"""
