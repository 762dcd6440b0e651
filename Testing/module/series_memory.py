"""What a series costs in memory, in Slicer's process and in the engine's: `python Testing/module/series_memory.py`.

Frames of a body that fills them and sways, registered through the panel's logic over the stand-in for Slicer, all four
outputs wanted. How much memory they take in the scene does not depend on the iterations; what the engine takes at most
does on the finest level, and not on the number of frames.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "NODEORegistration"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--frames", type=int, default=30)
    options.add_argument("--size", type=int, nargs=3, default=(256, 256, 20), help="voxels along x, y, z")
    options.add_argument("--preset", default="fast")
    options.add_argument("--levels", default="4", help="of the pyramid; one iteration each")
    chosen = options.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path[:0] = [str(ROOT / "Testing"), str(MODULE)]
    from slicer_host import start

    host = start()
    host.reset()
    host.app.userSettings().setValue("NODEO/KeepEngineReady", False)
    panel = host.load(MODULE / "NODEORegistration.py")
    measure(panel.logic, chosen)
    host.reset()


def measure(logic, chosen: argparse.Namespace) -> None:
    import numpy as np
    import slicer
    from helpers.series_scene import add_series

    phases = np.arange(chosen.frames) / chosen.frames
    times = [f"{1000 * phase:g}" for phase in phases]
    series = add_series(6.0 * np.sin(2.0 * np.pi * phases), times, "sway", chosen.size, draw=body)
    before, peak = gigabytes("self", "VmRSS"), {"engine": 0.0}
    threading.Thread(target=watch, args=(slicer.app.temporaryPath, peak), daemon=True).start()
    levels = [int(level) for level in chosen.levels.split(",")]
    run = logic.registerSequence(
        series.proxy, preset=chosen.preset, start="none", levels=levels, iterations=[1], steps=[1], threads=1
    )
    begun = time.perf_counter()
    for number in range(chosen.frames):
        series.browser.SetSelectedItemNumber(number)
    played = (time.perf_counter() - begun) / chosen.frames
    print(f"{chosen.frames} frames of {' x '.join(map(str, chosen.size))}: {run.metrics['seconds']['slicer']:.0f} s")
    print(f"Slicer's process: {before:.2f} GB with the series, {gigabytes('self'):.2f} GB at most")
    print(f"engine: {peak['engine']:.2f} GB at most")
    print(f"played: {1000 * played:.0f} ms a frame")


def body(size, shift: float):
    """An ellipsoid that fills the frame, with stripes, [D, H, W], shifted along the columns by voxels."""
    import numpy as np

    w, h, d = size
    z, y, x = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in (d, h, w)), indexing="ij")
    x = x - shift
    r = np.sqrt(((x - w / 2) / (0.47 * w)) ** 2 + ((y - h / 2) / (0.47 * h)) ** 2 + ((z - d / 2) / (0.6 * d)) ** 2)
    inside = 400.0 + 150.0 * np.sin(0.09 * x) * np.cos(0.08 * y) + 100.0 * np.sin(0.7 * z) + 80.0 * np.sin(0.31 * x)
    return (inside / (1.0 + np.exp(40.0 * (r - 1.0)))).astype(np.int16)


def watch(folder: str, peak: dict) -> None:
    """Keep the most that a worker whose files are in ``folder`` has taken."""
    while True:
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError, StopIteration):  # it has ended meanwhile
                if folder.encode() in entry.read_bytes():
                    peak["engine"] = max(peak["engine"], gigabytes(entry.parent.name))
        time.sleep(0.2)


def gigabytes(process: str, what: str = "VmHWM") -> float:
    """Memory of a process: at most so far, or (``VmRSS``) now."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) / 1e6


if __name__ == "__main__":
    main()
