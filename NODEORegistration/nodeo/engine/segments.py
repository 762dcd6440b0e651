"""What the levels of a registration build together: the segments of one flow, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from ..field.certificate import Certificate
from ..field.deformation import Deformation
from ..models.base import Segment
from .beginning import Beginning


@dataclass
class Flow:
    """What the levels build together.

    Attributes:
        device: where the next level runs.
        segments: the beginning's, if there is one, and those of the levels, first level first.
        deformation: the whole deformation so far, on the newest node grid; None at rest.
        beginning: what the flow began with before the first level; None: at rest.
        widenings: a level each: its velocities are smoothed so many times as widely as the settings say.
        similarities: of each channel at the newest level, before (A alone) and after.
        certificates, stops: a level each: what unfolding took, why the optimiser stopped.
        history: one record an iteration.
        fallbacks: what was given up for lack of memory, in sentences.
    """

    device: torch.device
    segments: list[Segment] = field(default_factory=list)
    deformation: Deformation | None = None
    beginning: Beginning | None = None
    widenings: tuple[float, ...] = ()
    similarities: dict[str, tuple[float, float]] = field(default_factory=dict)
    certificates: list[Certificate] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    history: list[dict] = field(default_factory=list)
    fallbacks: list[str] = field(default_factory=list)

    @classmethod
    def after(cls, beginning: Beginning, device: torch.device) -> Flow:
        """A flow that begins with that segment."""
        return cls(device, [beginning.segment], beginning.deformation, beginning=beginning)

    def whole(self) -> Deformation:
        """The deformation of all levels."""
        if self.deformation is None:
            raise ValueError("no level has been registered yet")
        return self.deformation

    def similarity(self) -> float:
        """The similarity loss of the best iteration so far."""
        return min(self.history, key=lambda record: record["loss"])["similarity"]

    def of_level(self, number: int) -> Segment | None:
        """The segment of a level, from 0; None if it was left out."""
        at = number + (self.beginning is not None)
        return self.segments[at] if at < len(self.segments) else None

    def restarted(self, device: torch.device) -> Flow:
        """A flow that begins as this one did, before its first level."""
        if self.beginning is None:
            return Flow(device)
        flow = Flow.after(self.beginning, self.device)
        flow.move(device)
        return flow

    def move(self, device: torch.device) -> None:
        """Go on elsewhere, with everything there is so far."""
        self.device = device
        self.segments = [segment.moved(device) for segment in self.segments]
        if self.deformation is not None:
            self.deformation = self.deformation.moved(device)
