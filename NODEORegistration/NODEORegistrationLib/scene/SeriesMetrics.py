"""What was measured of a series, frame by frame, in the words of a single registration."""


def frameMetrics(metrics, first, inputs, structures=()):
    """The metrics of each frame of the scene, as those of a registration of two volumes, and how it moves.

    Args:
        metrics: what the worker has measured of the series.
        first: the worker's number of the first frame of the scene.
        inputs: the names of what was registered, by role.
        structures: the names of the structures that were followed, the worker's code of the first being 1.
    """
    rows = (metrics.get("frames") or [])[first:]
    series = {
        "mode": metrics.get("mode"),
        "frames": [
            {"time": row.get("time"), "mean_mm": row.get("motion_mean_mm"), "max_mm": row.get("motion_max_mm")}
            for row in rows
        ],
        "structures": [_volumes(rows, str(code), name) for code, name in enumerate(structures, start=1)],
    }
    return [_ofFrame(row, number, metrics, series, inputs) for number, row in enumerate(rows)]


def _volumes(rows, code, name):
    """How large a structure is in each frame, with as many digits as anybody reads: every result of a frame has all."""
    unit = "cm2" if rows and "structures_cm2" in rows[0] else "ml"
    found = [(row.get(f"structures_{unit}") or {}).get(code) for row in rows]
    return {"name": name, "unit": unit, "volumes": [None if one is None else float(f"{one:.4g}") for one in found]}


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
