"""What registrations of one moving image after the other, onto one fixed image, leave to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from ..geometry.domain import Domain
from .segments import Flow


@dataclass
class Course:
    """Where the next registration of a course begins; a registration that is given one leaves its own end in it.

    All have the same fixed image and mask, and settings that give the same levels.

    Attributes:
        content: world points [m, ndim], mm, around the content of all moving images: the box that the deformation lives
            in is one for all. None: of each image alone.
        flow: of the registration before; None before the first.
        domain: the box of that flow, as it was planned.
        initial: A of that registration, with which the next begins, too.
    """

    content: np.ndarray | None = None
    flow: Flow | None = None
    domain: Domain | None = None
    initial: sitk.Transform | None = None
