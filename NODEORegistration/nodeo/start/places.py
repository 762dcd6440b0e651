"""Linear transforms in a batch: which are alike, which are likely, where to look for more."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .turns import turns
from .view import View

_LARGE = 0.06  # of the likeness, that a large motion has to be better by than a small one
_SMALL_TURN = 0.35  # radians
_SMALL_SCALE = 0.15  # logarithm
_SMALL_SHIFT = 0.4  # of the image's radius, from where it is expected
_SCALED = 0.15  # of the likeness, for a change of scale by the factor e
_USUAL = 0.05  # a change of scale, logarithm: up to there it is as likely as none
_BENT = 0.05  # of the likeness, for a stretch along one direction by the golden ratio
_SHIFTED = 0.03  # of the likeness, for lying once the image's radius from where it is expected
_APART = 30.0  # degrees from one rotation to the next
SCALES = (0.7, 1.0, 1.4)
_SHIFTS = {2: 11, 3: 7}  # places an axis over the moving image where the fixed one is tried without a turn


@dataclass(frozen=True)
class Places:
    """x -> ``matrix`` x + ``offset`` in the frame.

    Attributes:
        matrix: [b, k, k], float64, on the CPU.
        offset: [b, k], likewise.
    """

    matrix: Tensor
    offset: Tensor

    def __len__(self) -> int:
        return len(self.offset)

    def __getitem__(self, which: Tensor | list[int]) -> Places:
        return Places(self.matrix[which], self.offset[which])

    def about(self, centre: Tensor) -> Tensor:
        """Where a point [k] is taken, [b, k]."""
        return self.offset + self.matrix @ centre

    @classmethod
    def taking(cls, matrix: Tensor, centre: Tensor, to: Tensor) -> Places:
        """The transforms by ``matrix`` [b, k, k] that take a point [k] to the points ``to`` [b, k] or [k]."""
        return cls(matrix, to - matrix @ centre)

    def angle(self) -> Tensor:
        """By how much they turn, degrees [b]."""
        left, _, right = torch.linalg.svd(self.matrix)
        turn = left @ right
        k = turn.shape[1]
        trace = turn.diagonal(dim1=1, dim2=2).sum(1)
        return torch.rad2deg(torch.arccos((0.5 * (trace - (k - 2))).clamp(-1.0, 1.0)))

    def likely(self, centre: Tensor, radius: float, expected: Places) -> Tensor:
        """[b], 0 or less, differentiable: what is added to the likeness, so that a large motion has to be better.

        Most pairs lie nearly right, or are meant to lie centred. Of the others nothing is known: any other motion is as
        likely as the next, but for its scale, and for how far it leads away.

        Args:
            centre: [k], of an image that reaches about ``radius`` from there.
            expected: where such an image may well be taken to.
        """
        k = len(centre)
        away = (self.about(centre)[:, None] - expected.about(centre)).square().sum(2).amin(1) / radius**2
        scale = torch.linalg.det(self.matrix).abs().log() / k
        trace = self.matrix.diagonal(dim1=1, dim2=2).sum(1) / scale.exp()
        turned = k - trace  # 2 (1 - cos) of the angle
        large = turned / _SMALL_TURN**2 + (scale / _SMALL_SCALE).square() + away / _SMALL_SHIFT**2
        scaled = (scale.square() + _USUAL**2).sqrt() - _USUAL
        return -_LARGE * (1.0 - torch.exp(-large)) - _SCALED * scaled - _SHIFTED * away

    def distinct(self, rank: Tensor, centre: Tensor, radius: float, far: float, most: int) -> list[int]:
        """The best by ``rank`` [b] that lie farther than ``far`` times the radius from each other, best first."""
        at = self.about(centre)
        kept: list[int] = []
        for one in rank.argsort(descending=True, stable=True).tolist():
            if len(kept) == most:
                break
            turned = (self.matrix[kept] - self.matrix[one]).square().sum((1, 2)) * (radius**2 / at.shape[1])
            if bool((turned + (at[kept] - at[one]).square().sum(1) > (far * radius) ** 2).all()):
                kept.append(one)
        return kept


def joined(*places: Places) -> Places:
    """All of them in one batch."""
    return Places(torch.cat([p.matrix for p in places]), torch.cat([p.offset for p in places]))


def bending(matrix: Tensor) -> Tensor:
    """[b], 0 or less, differentiable: how unlikely stretches s are, by the sum of (s - 1/s)² over the directions."""
    back = torch.linalg.inv(matrix)
    return -_BENT * (matrix.square().sum((1, 2)) + back.square().sum((1, 2)) - 2.0 * matrix.shape[1])


def identity(k: int) -> Places:
    """The transform that moves nothing."""
    return Places(torch.eye(k, dtype=torch.float64)[None], torch.zeros(1, k, dtype=torch.float64))


def expected(fixed: View, moving: View) -> Places:
    """Nothing moved, the centres of mass on each other, and the middles."""
    eye = identity(len(fixed.origin)).matrix
    return joined(
        identity(len(fixed.origin)),
        Places.taking(eye, fixed.centre_of_mass(), moving.centre_of_mass()),
        Places.taking(eye, fixed.middle, moving.middle),
    )


def unturned(fixed: View, moving: View) -> Places:
    """As expected, and the fixed middle all over the moving image."""
    k = len(fixed.origin)
    ends = [torch.linspace(-0.5, 0.5, _SHIFTS[k], dtype=torch.float64)] * k
    over = torch.stack(torch.meshgrid(*ends, indexing="ij"), -1).view(-1, k) * (moving.size - 1.0)
    eye = identity(k).matrix
    return joined(
        expected(fixed, moving),
        Places.taking(eye.expand(len(over), k, k), fixed.middle, moving.middle + over @ moving.matrix.T),
    )


def turned(fixed: View, moving: View, scales: tuple[float, ...]) -> Places:
    """Every rotation at every scale, with the centres of mass on each other, and with the middles."""
    k = len(fixed.origin)
    matrix = torch.cat([scale * turns(k, _APART) for scale in scales])
    return joined(
        Places.taking(matrix, fixed.centre_of_mass(), moving.centre_of_mass()),
        Places.taking(matrix, fixed.middle, moving.middle),
    )
