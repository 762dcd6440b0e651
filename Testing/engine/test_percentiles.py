"""Percentiles on a card are those on the host."""

from __future__ import annotations

import numpy as np
import torch
from nodeo.engine.percentiles import percentiles


def test_percentiles_are_numpys_wherever_the_values_lie(plug_in) -> None:
    values = torch.randn(7, 11, 13, generator=torch.Generator().manual_seed(0))
    at = [0.0, 0.1, 1.0, 50.0, 99.9, 100.0]
    with plug_in() as card:
        on_card = percentiles(values.to(card.device), at)
    np.testing.assert_allclose(on_card, np.percentile(values.numpy(), at), rtol=1e-6)
    np.testing.assert_allclose(percentiles(values, at), on_card, rtol=1e-6)
