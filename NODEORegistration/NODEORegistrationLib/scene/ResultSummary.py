"""What a registration achieved, in a few lines a radiologist reads."""

import html

from slicer.i18n import tr as _

from .Comparison import correlation, sameGrid


def summaryRows(metrics):
    """The result as (name, value, remark) rows of plain text; what the metrics lack is left out."""
    rows = []
    similarity = metrics.get("similarity") or {}
    if _given(similarity, "before", "after"):
        rows.append(
            (
                _("Similarity loss ({name})").format(name=similarity.get("name") or "?"),
                f"{similarity['before']:.4g} → {similarity['after']:.4g}",
                _("less is better"),
            )
        )
    if similarity.get("chosen"):
        rows.append((_("Similarity chosen"), str(similarity["chosen"]), ""))
    rows += [row for row in (_landmarks(metrics), _structures(metrics)) if row is not None]
    for measure, name in (("folding", _("Folded voxels")), ("inverse_folding", _("Folded voxels of the inverse"))):
        folding = metrics.get(measure) or {}
        if _given(folding, "voxels"):
            percent = folding.get("percent") or 0
            rows.append((name, f"{folding['voxels']:,}", f"{percent:.3g} %" if folding["voxels"] else ""))
    motion = metrics.get("motion_mm") or {}
    if _given(motion, "mean", "max"):
        value = _("{mean:.2f} mm on average").format(mean=motion["mean"])
        rows.append((_("Motion"), value, _("at most {max:.1f} mm").format(max=motion["max"])))
    if _given(metrics, "background_motion_mm"):
        value = _("{mean:.2f} mm on average").format(mean=metrics["background_motion_mm"])
        rows.append((_("Motion of the background"), value, _("of the whole series")))
    jacobian = metrics.get("jacobian") or {}
    if _given(jacobian, "min", "max"):
        middle = _("98 %: {low:.2f} … {high:.2f}") if _given(jacobian, "p1", "p99") else ""
        rows.append(
            (
                _("det J"),
                f"{jacobian['min']:.3g} … {jacobian['max']:.3g}",
                middle.format(low=jacobian.get("p1"), high=jacobian.get("p99")) if middle else "",
            )
        )
    consistency = metrics.get("inverse_consistency_mm") or {}
    if _given(consistency, "mean", "p99"):
        rows.append(
            (
                _("Inverse consistency"),
                _("{mean:.3f} mm").format(mean=consistency["mean"]),
                _("99 %: {p99:.2f} mm").format(p99=consistency["p99"]),
            )
        )
    seconds = metrics.get("seconds") or {}
    if _given(seconds, "total"):
        spent = seconds.get("slicer", seconds["total"])  # from the click to the result, if it came from the panel
        rows.append((_("Time"), _("{seconds:.1f} s").format(seconds=spent), metrics.get("device") or ""))
    for fallback in metrics.get("fallbacks") or []:
        rows.append((_("Note"), str(fallback), ""))
    return rows


def _landmarks(metrics):
    """The row of the target registration error, or None."""
    points = metrics.get("points") or {}
    before, after = points.get("before") or {}, points.get("after") or {}
    if not (_given(before, "mean_mm") and _given(after, "mean_mm", "p95_mm") and _given(points, "number")):
        return None
    told = _("{number} that guided; 95 %: {p95:.2f} mm") if points.get("guided") else _("{number}; 95 %: {p95:.2f} mm")
    return (
        _("Error at landmarks"),
        _("{before:.2f} → {after:.2f} mm").format(before=before["mean_mm"], after=after["mean_mm"]),
        told.format(number=points["number"], p95=after["p95_mm"]),
    )


def _structures(metrics):
    """The row of the structures' mean overlap, or None."""
    dice = metrics.get("dice") or {}
    before, after = dice.get("before") or {}, dice.get("after") or {}
    if not (_given(before, "mean_dice") and _given(after, "mean_dice")):
        return None
    return _("Mean Dice"), f"{before['mean_dice']:.3f} → {after['mean_dice']:.3f}", ""


def foldsAndMeasure(metrics):
    """Folded voxels, and the mean Dice before and after, or else the similarity loss; in words, for a table."""
    folding, similarity = metrics.get("folding") or {}, metrics.get("similarity") or {}
    folds = f"{folding['voxels']:,}" if _given(folding, "voxels") else ""
    structures = _structures(metrics)
    if structures is not None:
        return folds, _("Dice {values}").format(values=structures[1])
    if _given(similarity, "before", "after"):
        values = f"{similarity['before']:.3g} → {similarity['after']:.3g}"
        return folds, f"{similarity.get('name') or '?'} {values}"
    return folds, ""


def landmarkErrors(metrics):
    """{name of a pair: its error before and after, in words}"""
    pairs = (metrics.get("points") or {}).get("pairs") or []
    said = _("{before_mm:.2f} → {after_mm:.2f} mm")
    return {pair["name"]: said.format(**pair) for pair in pairs}


def structureOverlaps(metrics):
    """{name of a structure: its Dice before and after, in words}"""
    dice = metrics.get("dice") or {}
    before, after = ((dice.get(moment) or {}).get("structures") or {} for moment in ("before", "after"))
    return {
        after[code]["name"]: f"{before[code]['dice']:.3f} → {after[code]['dice']:.3f}"
        for code in after
        if _given(after[code], "dice") and _given(before.get(code) or {}, "dice")
    }


def comparisonHtml(results):
    """The figures of several :class:`~NODEORegistrationLib.scene.Results.Results` side by side, as a table for a label.

    The similarity loss is not among them: it is that of the finest level, which differs from preset to preset.
    """
    columns = [_comparable(one) for one in results]
    names = list(dict.fromkeys(name for column in columns for name in column))
    head = "".join(f"<th align='left'>{_escaped(one.name())}&nbsp;</th>" for one in results)
    rows = "".join(
        f"<tr><td>{_escaped(name)}&nbsp;</td>"
        + "".join(f"<td>{_escaped(column.get(name, '–'))}&nbsp;</td>" for column in columns)
        + "</tr>"
        for name in names
    )
    return f"<table cellspacing='2'><tr><th></th>{head}</tr>{rows}</table>"


def _comparable(results):
    """{name: value}"""
    metrics = results.metrics() or {}
    column = {}
    alike = (metrics.get("similarity") or {}).get("name") in ("lncc", "mse")  # gray values that mean the same
    if alike and None not in (results.fixed, results.warped) and sameGrid(results.fixed, results.warped):
        column[_("Correlation with fixed")] = f"{correlation(results.fixed, results.warped):.4f}"
    rows = summaryRows({name: value for name, value in metrics.items() if name != "similarity"})
    return {**column, **{name: value for name, value, _remark in rows}}


def summaryHtml(metrics):
    """The rows as a table for a label."""
    return f"<table cellspacing='2'>{''.join(_row(*row) for row in summaryRows(metrics))}</table>"


def _row(name, value, remark):
    note = f" &nbsp;<small>{_escaped(remark)}</small>" if remark else ""
    return f"<tr><td>{_escaped(name)}&nbsp;&nbsp;</td><td><b>{_escaped(value)}</b>{note}</td></tr>"


def _given(values, *names):
    return all(isinstance(values.get(name), (int, float)) for name in names)


def _escaped(text):
    return html.escape(str(text), quote=False)
