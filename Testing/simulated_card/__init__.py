"""A stand-in for a GPU where there is none: the engine's path for accelerators, run and counted on the CPU."""

from .card import NAME, Card, Cost, plugged_in

__all__ = ["NAME", "Card", "Cost", "plugged_in"]
