"""A displacement and where it lives."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..geometry.lattice import Lattice


@dataclass(frozen=True)
class Deformation:
    """A displacement [k, D, H, W] in local mm at the points of a node grid."""

    displacement: Tensor
    lattice: Lattice

    def moved(self, device: torch.device) -> Deformation:
        """The same on another device."""
        if device == self.displacement.device:
            return self
        return Deformation(self.displacement.to(device), Lattice(self.lattice.grid, device))
