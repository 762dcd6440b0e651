"""Anatomical structures by their FreeSurfer codes: names, the sets the literature reports on, a way to choose."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import InputError

NAMES = {
    2: "Left-Cerebral-White-Matter",
    3: "Left-Cerebral-Cortex",
    4: "Left-Lateral-Ventricle",
    5: "Left-Inf-Lat-Vent",
    7: "Left-Cerebellum-White-Matter",
    8: "Left-Cerebellum-Cortex",
    10: "Left-Thalamus",
    11: "Left-Caudate",
    12: "Left-Putamen",
    13: "Left-Pallidum",
    14: "3rd-Ventricle",
    15: "4th-Ventricle",
    16: "Brain-Stem",
    17: "Left-Hippocampus",
    18: "Left-Amygdala",
    24: "CSF",
    26: "Left-Accumbens-area",
    28: "Left-VentralDC",
    30: "Left-vessel",
    31: "Left-choroid-plexus",
    41: "Right-Cerebral-White-Matter",
    42: "Right-Cerebral-Cortex",
    43: "Right-Lateral-Ventricle",
    44: "Right-Inf-Lat-Vent",
    46: "Right-Cerebellum-White-Matter",
    47: "Right-Cerebellum-Cortex",
    49: "Right-Thalamus",
    50: "Right-Caudate",
    51: "Right-Putamen",
    52: "Right-Pallidum",
    53: "Right-Hippocampus",
    54: "Right-Amygdala",
    58: "Right-Accumbens-area",
    60: "Right-VentralDC",
    62: "Right-vessel",
    63: "Right-choroid-plexus",
    77: "WM-hypointensities",
    85: "Optic-Chiasm",
}

# fmt: off
OASIS28 = (
    2, 3, 4, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 24, 28,
    41, 42, 43, 46, 47, 49, 50, 51, 52, 53, 54, 60,
)
CANDI32 = (
    2, 3, 4, 5, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 24, 26, 28,
    41, 42, 43, 44, 46, 47, 49, 50, 51, 52, 53, 54, 58, 60,
)
# fmt: on

_SETS = {"oasis28": OASIS28, "candi32": CANDI32}


def name_of(code: int) -> str:
    """The FreeSurfer name of a code, "label 123" where it is not known here."""
    return NAMES.get(code, f"label {code}")


def choose(text: str, present: Iterable[int]) -> tuple[int, ...]:
    """The codes that ``text`` asks for, each once.

    Args:
        text: "all" for every code in ``present`` but 0; "oasis28" or "candi32" for those of the set that are in
            ``present``; "2,3,4" for exactly these, present or not.
        present: codes to choose from.

    Raises:
        InputError: ``text`` is none of these, or no code is left.
    """
    key = text.strip().lower()
    available = sorted({int(code) for code in present} - {0})
    if key == "all":
        chosen = tuple(available)
    elif key in _SETS:
        chosen = tuple(code for code in _SETS[key] if code in available)
    else:
        return _listed(text)
    if not chosen:
        labels = f"the labels {_brief(available)}" if available else "no labels"
        raise InputError(
            f'Of the structures "{text}" none is left: there are {labels} to choose from.',
            'Choose "all" or list codes that the label maps hold, such as "17,53".',
        )
    return chosen


def _listed(text: str) -> tuple[int, ...]:
    """The codes in "2,3,4"."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise InputError(
            f'The structures "{text}" are neither a known set nor a list of codes.',
            'Use "all", "oasis28", "candi32" or whole numbers above 0 with commas between them, such as "17,53".',
        )
    return tuple(dict.fromkeys(int(part) for part in parts))


def _brief(codes: list[int], most: int = 8) -> str:
    """The first codes as text, with an ellipsis where there are more."""
    return ", ".join(str(code) for code in codes[:most]) + (", …" if len(codes) > most else "")
