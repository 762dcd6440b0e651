"""FireANTs, greedy, with the settings of its own test on OASIS (``fireants/scripts/pairwise/oasis.py``).

``oasis`` has that script's iterations, ``short`` fewer, since each takes seconds without a GPU.
"""

from __future__ import annotations

import peer
import SimpleITK as sitk
import torch
from fireants.io.image import BatchedImages, Image
from fireants.registration.greedy import GreedyRegistration

ITERATIONS = {"oasis": [250, 200, 100], "short": [100, 50, 12]}


def register(task: peer.Task) -> peer.Outcome:
    """No inverse: it would be a second optimisation, which nobody has to wait for who does not want it."""
    torch.set_num_threads(task.threads)
    fixed, moving = (
        BatchedImages(Image.load_file(str(path), device=task.device)) for path in (task.fixed, task.moving)
    )
    with task.timed():
        method = GreedyRegistration(
            [4, 2, 1],
            ITERATIONS[task.variant],
            fixed,
            moving,
            deformation_type="compositive",
            optimizer="adam",
            optimizer_lr=0.25,
            optimizer_params={"beta1": 0.1, "scaledown": False},
            cc_kernel_size=7,
            smooth_grad_sigma=1.0,
            smooth_warp_sigma=0.25,
            progress_bar=False,
        )
        method.optimize()
        if task.device != "cpu":
            torch.cuda.synchronize()
    memory = {} if task.device == "cpu" else {"peak_gpu_mb": torch.cuda.max_memory_allocated() / 1e6}
    return peer.Outcome(_in_world(method, fixed, moving, task.images()[0]), measured=memory)


@torch.no_grad()
def _in_world(method: GreedyRegistration, fixed: BatchedImages, moving: BatchedImages, grid: sitk.Image) -> sitk.Image:
    """Its warp, in halves of the moving image's extent, as world mm; its own writer does not know 2-D images."""
    warp = method.get_warp_parameters(fixed, moving)["grid"][0].cpu()
    k = warp.shape[-1]
    matrix = moving.get_torch2phy()[0, :k, :k].cpu().to(warp.dtype)
    field = sitk.GetImageFromArray((warp @ matrix.T).numpy(), isVector=True)
    field.CopyInformation(grid)
    return field


if __name__ == "__main__":
    peer.run(register, list(ITERATIONS), ["fireants", "torch", "SimpleITK"])
