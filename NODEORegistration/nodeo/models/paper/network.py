"""The network of Wu et al. 2022: strided convolutions, a bottleneck, a dense decoder onto a coarse grid."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LINEAR = {2: "bilinear", 3: "trilinear"}  # torch's names for it
_CHANNELS = 32
_CONVOLUTIONS = 5
_POOLED = 3  # points an axis in front of the bottleneck


class CloudNetwork(nn.Module):
    """The positions of all points at once -> a vector at each node of the decoder's grid.

    Everything is taken from 3-D to 2-D by leaving an axis out: 3 → 32 channels become 2 → 32, the 864 = 32·3³ numbers
    in front of the bottleneck 288 = 32·3². What the convolutions leave is pooled to 3 points an axis, so that a cloud
    of any size fits; on grids of the published sizes (132 to 192 points an axis) that is the identity.

    Args:
        decoder_shape: [d, h, w] of the decoder's grid.
        bottleneck: width of the layer between encoder and decoder.
        generator: for the initial weights, which have PyTorch's own distribution for such layers.
    """

    def __init__(self, decoder_shape: Sequence[int], bottleneck: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        k = len(decoder_shape)
        self.decoder_shape = (k, *decoder_shape)
        self.encoder = nn.ModuleList(_convolution(k, k if layer == 0 else _CHANNELS) for layer in range(_CONVOLUTIONS))
        self.narrow = nn.utils.skip_init(nn.Linear, _CHANNELS * _POOLED**k, bottleneck)
        self.widen = nn.utils.skip_init(nn.Linear, bottleneck, math.prod(self.decoder_shape))
        for layer in (*self.encoder, self.narrow, self.widen):
            bound = 1.0 / math.sqrt(layer.weight[0].numel())
            for parameter in (layer.weight, layer.bias):
                nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def forward(self, cloud: Tensor) -> Tensor:
        """The decoder's vectors [k, d, h, w] for positions [k, D, H, W], which are of the order of 1."""
        k = len(cloud)
        x = F.interpolate(cloud[None], scale_factor=0.5, mode=LINEAR[k], align_corners=False)
        for convolution in self.encoder[:-1]:
            x = torch.relu(convolution(x))
        x = self.encoder[-1](x)
        pool = F.adaptive_avg_pool3d if k == 3 else F.adaptive_avg_pool2d
        hidden = torch.relu(self.narrow(pool(x, _POOLED).flatten()))
        return self.widen(hidden).view(self.decoder_shape)


def _convolution(k: int, channels: int) -> nn.Module:
    kind = nn.Conv3d if k == 3 else nn.Conv2d
    return nn.utils.skip_init(kind, channels, _CHANNELS, kernel_size=3, stride=2, padding=1, padding_mode="replicate")
