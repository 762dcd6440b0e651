"""What a registration achieved, in one line of words with a light before it: green, amber or red, each with a shape."""

from slicer.i18n import tr as _

GREEN, AMBER, RED = "#2e9e44", "#d98e00", "#e5524c"
SHAPES = {GREEN: "●", AMBER: "▲", RED: "■"}  # for whoever does not see the color
_GOOD, _HARDLY = 0.6, 0.9  # of the similarity loss before
_ALIKE = 0.02  # a similarity loss as small as this before leaves nothing to gain
_EXACT = 0.5  # mm; a way back that is less exact at a hundredth of the points is worth a word


def verdict(metrics):
    """(color, sentences) for the measurements of a registration; what they lack is left out."""
    judged = [_folds(metrics), _volumes(metrics), _inverse(metrics), _similarity(metrics)]
    judged += [_landmarks(metrics), _structures(metrics)]
    judged += [(AMBER, str(note)) for note in metrics.get("fallbacks") or []]
    judged = [part for part in judged if part is not None]
    colors = [color for color, _sentence in judged]
    worst = next((color for color in (RED, AMBER) if color in colors), GREEN)
    return worst, " ".join(sentence for _color, sentence in judged)


def _folds(metrics):
    there, back = (_number(metrics, measure, "voxels") for measure in ("folding", "inverse_folding"))
    if there is None:
        return None
    if there:
        return RED, _("{count:,.0f} voxels are folded.").format(count=there)
    if back:
        return AMBER, _("No folds, but {count:,.0f} on the way back.").format(count=back)
    return GREEN, _("No folds.")


def _volumes(metrics):
    low, high = (_number(metrics, "jacobian", name) for name in ("p1", "p99"))
    if low is None or high is None or low < 0.0 < high:
        return None
    low, high = sorted((abs(low), abs(high)))  # of a mirrored image both are negative
    return GREEN, _("98 % of the volume changes {low:.2g} to {high:.2g} times.").format(low=low, high=high)


def _inverse(metrics):
    mean, worst = (_number(metrics, "inverse_consistency_mm", name) for name in ("mean", "p99"))
    if mean is None or worst is None:
        return None
    if worst > _EXACT:
        return AMBER, _(
            "Inverse exact to {mean:.2f} mm on average, but to {worst:.1f} mm at 1 % of the points."
        ).format(mean=mean, worst=worst)
    return GREEN, _("Inverse exact to {mean:.2f} mm on average.").format(mean=mean)


def _similarity(metrics):
    before, after = (_number(metrics, "similarity", name) for name in ("before", "after"))
    if before is None or after is None:
        return None
    numbers = _("Similarity loss {before:.2f} → {after:.2f}").format(before=before, after=after)
    if after > before:
        return AMBER, _("{numbers}: worse than before.").format(numbers=numbers)
    if before <= _ALIKE:
        return GREEN, _("{numbers}: they were alike before.").format(numbers=numbers)
    if after > _HARDLY * before:
        return AMBER, _("{numbers}: hardly better than before.").format(numbers=numbers)
    if after > _GOOD * before:
        return GREEN, _("{numbers}: better than before.").format(numbers=numbers)
    return GREEN, _("{numbers}: much better than before.").format(numbers=numbers)


def _landmarks(metrics):
    before, after = (_number(metrics, "points", moment, "mean_mm") for moment in ("before", "after"))
    if before is None or after is None:
        return None
    numbers = _("Landmarks {before:.1f} → {after:.1f} mm apart").format(before=before, after=after)
    if after > before:
        return AMBER, _("{numbers}: worse than before.").format(numbers=numbers)
    return GREEN, _("{numbers}.").format(numbers=numbers)


def _structures(metrics):
    before, after = (_number(metrics, "dice", moment, "mean_dice") for moment in ("before", "after"))
    if before is None or after is None:
        return None
    numbers = _("Structures overlap (Dice) {before:.2f} → {after:.2f}").format(before=before, after=after)
    if after < before:
        return AMBER, _("{numbers}: worse than before.").format(numbers=numbers)
    return GREEN, _("{numbers}.").format(numbers=numbers)


def _number(metrics, *names):
    value = metrics
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, (int, float)) else None
