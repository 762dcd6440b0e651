"""What was measured of a series, frame by frame, in the words of a single registration."""


def frameMetrics(metrics, first, inputs):
    """The metrics of each frame of the scene, as those of a registration of two volumes, and how it moves.

    Args:
        metrics: what the worker has measured of the series.
        first: the worker's number of the first frame of the scene.
        inputs: the names of what was registered, by role.
    """
    rows = (metrics.get("frames") or [])[first:]
    series = {
        "mode": metrics.get("mode"),
        "frames": [
            {"time": row.get("time"), "mean_mm": row.get("motion_mean_mm"), "max_mm": row.get("motion_max_mm")}
            for row in rows
        ],
    }
    return [_ofFrame(row, number, metrics, series, inputs) for number, row in enumerate(rows)]


def _ofFrame(row, number, metrics, series, inputs):
    return {
        "series": {**series, "frame": number},
        "motion_mm": {"mean": row.get("motion_mean_mm"), "max": row.get("motion_max_mm")},
        "similarity": {
            "name": row.get("similarity"),
            "before": row.get("similarity_before"),
            "after": row.get("similarity_after"),
        },
        "folding": {"voxels": row.get("folds")},
        "inverse_folding": {"voxels": row.get("folds_inverse")},
        "jacobian": {"min": row.get("min_jacobian"), "max": row.get("max_jacobian")},
        "inverse_consistency_mm": {"mean": row.get("inverse_consistency_mm")},
        "fallbacks": row.get("notes") or [],
        "background_motion_mm": metrics.get("background_motion_mm"),
        "seconds": metrics.get("seconds"),
        "device": metrics.get("device"),
        "inputs": inputs,
    }
