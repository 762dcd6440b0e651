"""The method of Wu et al. 2022: one network sees the whole cloud of points and moves all of it."""

from __future__ import annotations

from ...settings import Settings
from ..base import Model
from .cloud import CloudModel
from .published_model import PublishedModel


def paper_model(settings: Settings) -> Model:
    """The method as it is meant, or in the published code's own arithmetic."""
    return PublishedModel(settings) if settings.published_arithmetic else CloudModel(settings)
