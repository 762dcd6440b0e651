"""What lies in a template's folder."""

from __future__ import annotations

TEMPLATE, LABELS = "template.nii.gz", "template_labels.nii.gz"
SUBJECTS = "subjects"  # a cohort: everybody onto the finished template
ROUNDS = "rounds"  # a folder a round: its template, and what was measured; while it runs, a cohort
TABLE, METRICS, PAGE = "rounds.csv", "metrics.json", "template.html"
ROUND = "round.json"
BACK, THERE = "shape_back.nrrd", "shape_there.nrrd"  # m⁻¹ and m of a round, see shape.py
ASKED = "asked.json"  # of which images and settings all of it is
LOCK = ".template"  # held by the call that works here
