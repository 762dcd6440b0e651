"""Anatomical structures by their codes: names, the sets the literature reports on, a way to choose.

Codes mean what their protocol says: 17 is the left hippocampus in FreeSurfer's maps and something else elsewhere. A
name is only given where the protocol is known, because it was asked for or because every code is one of FreeSurfer's.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import InputError

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
    72: "5th-Ventricle",
    77: "WM-hypointensities",
    80: "non-WM-hypointensities",
    85: "Optic-Chiasm",
    251: "CC_Posterior",
    252: "CC_Mid_Posterior",
    253: "CC_Central",
    254: "CC_Mid_Anterior",
    255: "CC_Anterior",
}

# fmt: off
_CORTEX = (
    "unknown", "bankssts", "caudalanteriorcingulate", "caudalmiddlefrontal", "corpuscallosum", "cuneus", "entorhinal",
    "fusiform", "inferiorparietal", "inferiortemporal", "isthmuscingulate", "lateraloccipital", "lateralorbitofrontal",
    "lingual", "medialorbitofrontal", "middletemporal", "parahippocampal", "paracentral", "parsopercularis",
    "parsorbitalis", "parstriangularis", "pericalcarine", "postcentral", "posteriorcingulate", "precentral",
    "precuneus", "rostralanteriorcingulate", "rostralmiddlefrontal", "superiorfrontal", "superiorparietal",
    "superiortemporal", "supramarginal", "frontalpole", "temporalpole", "transversetemporal", "insula",
)
# fmt: on
for _first, _side in ((1000, "lh"), (2000, "rh")):
    NAMES.update({_first + number: f"ctx-{_side}-{region}" for number, region in enumerate(_CORTEX)})

# fmt: off
OASIS28 = (
    2, 3, 4, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 24, 28,
    41, 42, 43, 46, 47, 49, 50, 51, 52, 53, 54, 60,
)
CANDI32 = (
    2, 3, 4, 5, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 24, 26, 28,
    41, 42, 43, 44, 46, 47, 49, 50, 51, 52, 53, 54, 58, 60,
)
SEG24_IN_FREESURFER = (
    2, 3, 4, 5, 10, 11, 12, 13, 14, 16, 17, 28, 31,
    41, 42, 43, 44, 49, 50, 51, 52, 53, 60, 63,
)  # what the codes 1 to 24 of the OASIS slices' own protocol are
# fmt: on
SEG24_NAMES = {code: NAMES[there] for code, there in enumerate(SEG24_IN_FREESURFER, start=1)}

_SETS = {"oasis28": OASIS28, "candi32": CANDI32, "seg24": tuple(SEG24_NAMES)}


def name_of(code: int) -> str:
    """The FreeSurfer name of a code, "label 123" where it is not known here."""
    return NAMES.get(code, f"label {code}")


def names_of(codes: Iterable[int], text: str, present: Iterable[int]) -> dict[int, str]:
    """A name for each code, none that could be wrong: "label 123" where the protocol is not known.

    Args:
        codes: what to name.
        text: how the structures were chosen, see :func:`choose`; the name of a set says what the codes mean.
        present: all codes that the label maps hold; FreeSurfer's, if each of them is one of FreeSurfer's.
    """
    key = text.strip().lower()
    if key == "seg24":
        known = SEG24_NAMES
    elif key in _SETS or all(code in NAMES for code in set(present) - {0}):
        known = NAMES
    else:
        known = {}
    return {code: known.get(code, f"label {code}") for code in codes}


def choose(text: str, present: Iterable[int]) -> tuple[int, ...]:
    """The codes that ``text`` asks for, each once.

    Args:
        text: "all" for every code in ``present`` but 0; "oasis28", "candi32" or "seg24" (the codes 1 to 24 of the OASIS
            slices) for those of the set that are in ``present``; "2,3,4" for exactly these, present or not.
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
            f"Use {', '.join(map(repr, ('all', *_SETS)))} or whole numbers above 0 with commas, such as '17,53'.",
        )
    return tuple(dict.fromkeys(int(part) for part in parts))


def _brief(codes: list[int], most: int = 8) -> str:
    """The first codes as text, with an ellipsis where there are more."""
    return ", ".join(str(code) for code in codes[:most]) + (", …" if len(codes) > most else "")
