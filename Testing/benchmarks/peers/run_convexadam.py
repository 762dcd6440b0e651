"""convexAdam with MIND features, all options at their defaults."""

from __future__ import annotations

import numpy as np
import peer
import SimpleITK as sitk
import torch
from convexAdam.convex_adam_MIND import convex_adam_pt
from convexAdam.convex_adam_utils import resample_moving_to_fixed


def register(task: peer.Task) -> peer.Outcome:
    """It works on arrays: the moving image goes to the fixed grid first, the field comes back in voxels."""
    if task.ndim != 3:
        raise peer.CannotRunError("convexAdam registers volumes only: its features and its search are 3-D.")
    torch.set_num_threads(task.threads)
    fixed, moving = task.images()
    on_fixed = resample_moving_to_fixed(fixed, moving)
    with task.timed():
        voxels = convex_adam_pt(fixed, on_fixed, device=torch.device(task.device))
    memory = {} if task.device == "cpu" else {"peak_gpu_mb": torch.cuda.max_memory_allocated() / 1e6}
    return peer.Outcome(_in_world(voxels, fixed), measured=memory)


def _in_world(voxels: np.ndarray, grid: sitk.Image) -> sitk.Image:
    """A field [D, H, W, 3] in voxels along the axes z, y, x as world mm, x first."""
    matrix = np.reshape(grid.GetDirection(), (3, 3)) * np.asarray(grid.GetSpacing())
    field = sitk.GetImageFromArray(np.ascontiguousarray(voxels[..., ::-1] @ matrix.T), isVector=True)
    field.CopyInformation(grid)
    return field


if __name__ == "__main__":
    peer.run(register, ["MIND"], ["convexAdam", "torch", "SimpleITK"])
