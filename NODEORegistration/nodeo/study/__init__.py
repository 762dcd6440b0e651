"""Studies: one pair registered many times, each time with other settings, and what can be seen from that.

``regularizers`` switches the kernel K and the Jacobian penalty J off and on; ``sweep`` runs a grid of settings. Every
run has a folder of its own, and a study that was interrupted goes on where it stopped.
"""

from __future__ import annotations

REGULARIZERS_PRESET = "paper"  # the study's own: the published method shows most
SWEEP_PRESET = "balanced"
ROLES = ("fixed", "moving", "fixed_mask", "moving_mask", "fixed_labels", "moving_labels")  # of a registration's images
