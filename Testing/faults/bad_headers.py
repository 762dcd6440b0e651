"""Headers that lie: of NIfTI field by field, of NRRD and MetaImage line by line."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import SimpleITK as sitk

from .case import ANSWERED, REFUSED, Case
from .engine import register

NAN, INF = float("nan"), float("inf")
# field -> offset and format in the 348 bytes of a NIfTI-1 header
FIELDS = {
    "sizeof_hdr": (0, "<i"), "dim[0]": (40, "<h"), "dim[1]": (42, "<h"), "dim[3]": (46, "<h"), "datatype": (70, "<h"),
    "bitpix": (72, "<h"), "pixdim[0]": (76, "<f"), "pixdim[1]": (80, "<f"), "vox_offset": (108, "<f"),
    "scl_slope": (112, "<f"), "scl_inter": (116, "<f"), "qform_code": (252, "<h"), "sform_code": (254, "<h"),
    "quatern_b": (256, "<f"), "qoffset_x": (268, "<f"), "srow_x": (280, "<4f"), "srow_y": (296, "<4f"),
    "magic": (344, "<4s"),
}  # fmt: skip
SFORM_ONLY = {"qform_code": 0, "sform_code": 1}
QFORM_ONLY = {"qform_code": 1, "sform_code": 0}
# Where the libraries that read a format have a rule of their own for a field (NIfTI's takes what is not finite for 0),
# an answer by that rule is as good as a refusal.
NIFTI: list[tuple[str, dict, str]] = [
    ("sizeof_hdr 7", {"sizeof_hdr": 7}, ANSWERED),
    ("no dimension", {"dim[0]": 0}, REFUSED),
    ("9 dimensions", {"dim[0]": 9}, REFUSED),
    ("-5 dimensions", {"dim[0]": -5}, REFUSED),
    ("1 dimension", {"dim[0]": 1}, REFUSED),
    ("no column", {"dim[1]": 0}, REFUSED),
    ("-24 columns", {"dim[1]": -24}, REFUSED),
    ("32767 columns", {"dim[1]": 32767}, REFUSED),
    ("more slices than there are", {"dim[3]": 40}, REFUSED),
    ("an unknown type", {"datatype": 999}, REFUSED),
    ("no type", {"datatype": 0}, REFUSED),
    ("complex by the header", {"datatype": 32, "bitpix": 64}, REFUSED),
    ("float64 by the header", {"datatype": 64, "bitpix": 64}, REFUSED),
    ("128-bit floats", {"datatype": 1536, "bitpix": 128}, REFUSED),
    ("another bitpix", {"bitpix": 8}, ANSWERED),
    ("spacing 0", {"pixdim[1]": 0.0}, ANSWERED),
    ("spacing -1", {"pixdim[1]": -1.0}, ANSWERED),
    ("spacing NaN", {"pixdim[1]": NAN, **QFORM_ONLY}, ANSWERED),
    ("spacing infinite", {"pixdim[1]": INF, **QFORM_ONLY}, ANSWERED),
    ("spacing NaN, sform", {"pixdim[1]": NAN, **SFORM_ONLY}, ANSWERED),
    ("qfac NaN", {"pixdim[0]": NAN}, ANSWERED),
    ("pixels begin nowhere", {"vox_offset": 1e9}, REFUSED),
    ("pixels begin at NaN", {"vox_offset": NAN}, ANSWERED),
    ("pixels begin before the file", {"vox_offset": -8.0}, ANSWERED),
    ("slope NaN", {"scl_slope": NAN}, ANSWERED),
    ("slope infinite", {"scl_slope": INF}, ANSWERED),
    ("slope 1e38", {"scl_slope": 1e38}, ANSWERED),
    ("intercept NaN", {"scl_slope": 1.0, "scl_inter": NAN}, ANSWERED),
    ("no orientation", {"qform_code": 0, "sform_code": 0}, ANSWERED),
    ("codes of 99", {"qform_code": 99, "sform_code": 99}, ANSWERED),
    ("quaternion NaN", {"quatern_b": NAN, **QFORM_ONLY}, ANSWERED),
    ("quaternion of 5", {"quatern_b": 5.0, **QFORM_ONLY}, ANSWERED),
    ("offset NaN", {"qoffset_x": NAN, **QFORM_ONLY}, ANSWERED),
    ("sform NaN", {"srow_x": (NAN, 0.0, 0.0, 0.0), **SFORM_ONLY}, REFUSED),
    ("sform of zeros", {"srow_x": (0.0,) * 4, "srow_y": (0.0,) * 4, **SFORM_ONLY}, ANSWERED),
    ("sform that squeezes flat", {"srow_y": (-1.0, 0.0, 0.0, 0.0), **SFORM_ONLY}, ANSWERED),
    ("sheared a little", {"srow_x": (-1.0, 0.02, 0.0, 0.0), **SFORM_ONLY}, ANSWERED),
    ("sheared much", {"srow_x": (-1.0, 0.5, 0.2, 0.0), **SFORM_ONLY}, ANSWERED),
    ("sheared, the qform straight", {"srow_x": (-1.0, 0.5, 0.2, 0.0), "qform_code": 1, "sform_code": 1}, ANSWERED),
    ("no magic", {"magic": b"abcd"}, ANSWERED),
    ("magic of two files", {"magic": b"ni1\0"}, ANSWERED),
]
# name, what is replaced in the text header, by what
NRRD: list[tuple[str, str, str, str]] = [
    ("size 0", "sizes: 24", "sizes: 0", REFUSED),
    ("size -24", "sizes: 24", "sizes: -24", REFUSED),
    ("size of a continent", "sizes: 24 22 20", "sizes: 2000000 2000000 2000000", REFUSED),
    ("size of words", "sizes: 24", "sizes: many", REFUSED),
    ("one size too few", "sizes: 24 22 20", "sizes: 24 22", REFUSED),
    ("4 dimensions by the header", "dimension: 3", "dimension: 4", REFUSED),
    ("0 dimensions", "dimension: 3", "dimension: 0", REFUSED),
    ("an unknown type", "type: float", "type: quaternion", REFUSED),
    ("an unknown encoding", "encoding: raw", "encoding: zip", REFUSED),
    ("encoding gzip by the header", "encoding: raw", "encoding: gzip", ANSWERED),
    ("direction NaN", "(1,0,0)", "(nan,0,0)", REFUSED),
    ("direction of zeros", "(1,0,0)", "(0,0,0)", ANSWERED),
    ("direction infinite", "(1,0,0)", "(inf,0,0)", REFUSED),
    ("no direction", "(1,0,0)", "none", ANSWERED),
    ("two axes along one line", "(0,1,0)", "(1,0,0)", REFUSED),
    ("sheared a little", "(0,1,0)", "(0.02,1,0)", ANSWERED),
    ("sheared much", "(0,1,0)", "(0.5,1,0)", ANSWERED),
    ("origin NaN", "space origin: (0", "space origin: (nan", REFUSED),
    ("origin of words", "space origin: (0", "space origin: (here", REFUSED),
    ("an unknown space", "left-posterior-superior", "up-down-sideways", ANSWERED),
    ("a space of two dimensions", "space: left-posterior-superior", "space dimension: 2", REFUSED),
    ("an unknown field", "dimension: 3", "colour: blue\ndimension: 3", ANSWERED),
]
META: list[tuple[str, str, str, str]] = [
    ("size 0", "DimSize = 24", "DimSize = 0", REFUSED),
    ("size -24", "DimSize = 24", "DimSize = -24", REFUSED),
    ("size of words", "DimSize = 24", "DimSize = many", REFUSED),
    ("larger than its pixels", "DimSize = 24", "DimSize = 240", REFUSED),
    ("40 dimensions", "NDims = 3", "NDims = 40", REFUSED),
    ("spacing 0", "ElementSpacing = 1", "ElementSpacing = 0", ANSWERED),
    ("spacing NaN", "ElementSpacing = 1", "ElementSpacing = nan", REFUSED),
    ("spacing -1", "ElementSpacing = 1", "ElementSpacing = -1", ANSWERED),
    ("origin infinite", "Offset = 0", "Offset = inf", ANSWERED),
    ("direction NaN", "TransformMatrix = 1", "TransformMatrix = nan", REFUSED),
    ("direction of zeros", "TransformMatrix = 1", "TransformMatrix = 0", ANSWERED),
    ("an unknown type", "MET_FLOAT", "MET_BANANA", REFUSED),
    ("a list of files", "ElementDataFile = bad.raw", "ElementDataFile = LIST", REFUSED),
    ("pixels in a file that is gone", "ElementDataFile = bad.raw", "ElementDataFile = gone.raw", REFUSED),
    ("pixels in a folder", "ElementDataFile = bad.raw", "ElementDataFile = .", REFUSED),
    ("pixels in its own header", "ElementDataFile = bad.raw", "ElementDataFile = bad.mhd", REFUSED),
]


def _nifti(fields: dict) -> Callable[[], list[str]]:
    def make() -> list[str]:
        sitk.WriteImage(sitk.ReadImage("moving.nrrd"), "bad.nii")
        content = bytearray(Path("bad.nii").read_bytes())
        for name, value in fields.items():
            offset, form = FIELDS[name]
            struct.pack_into(form, content, offset, *(value if isinstance(value, tuple) else (value,)))
        Path("bad.nii").write_bytes(content)
        return register(moving="bad.nii")

    return make


def _text(file: str, old: str, new: str) -> Callable[[], list[str]]:
    def make() -> list[str]:
        sitk.WriteImage(sitk.ReadImage("moving.nrrd"), file, useCompression=False)
        content = Path(file).read_bytes()
        if old.encode() not in content:
            raise AssertionError(f"{file} has no '{old}'")
        Path(file).write_bytes(content.replace(old.encode(), new.encode(), 1))
        return register(moving=file)

    return make


def cases() -> Iterator[Case]:
    """All of them; the moving image is the bad one."""
    for name, fields, promise in NIFTI:
        yield Case("headers", f"NIfTI: {name}", _nifti(fields), promise)
    for name, old, new, promise in NRRD:
        yield Case("headers", f"NRRD: {name}", _text("bad.nrrd", old, new), promise)
    for name, old, new, promise in META:
        yield Case("headers", f"MetaImage: {name}", _text("bad.mhd", old, new), promise)
