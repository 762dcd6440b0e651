"""Lists of pairs for ``evaluate`` that are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from .case import ANSWERED, REFUSED, Case
from .engine import evaluate

HEAD = b"fixed_labels,other_labels\n"
GOOD = b"labels.nrrd,moving_labels.nrrd\n"
TABLES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", REFUSED),
    "only a head": (HEAD, REFUSED),
    "only blank lines": (HEAD + b"\n , \n\n", REFUSED),
    "a column too few": (b"fixed_labels\nlabels.nrrd\n", REFUSED),
    "an unknown column": (b"fixed_labels,other_labels,colour\nlabels.nrrd,labels.nrrd,blue\n", REFUSED),
    "a column twice": (b"fixed_labels,fixed_labels,other_labels\nlabels.nrrd,labels.nrrd,labels.nrrd\n", ANSWERED),
    "more fields than columns": (HEAD + b"labels.nrrd,labels.nrrd,more\n", REFUSED),
    "a field too few": (HEAD + b"labels.nrrd\n", REFUSED),
    "semicolons": (b"fixed_labels;other_labels\nlabels.nrrd;labels.nrrd\n", REFUSED),
    "not UTF-8": (HEAD + b"\xff\xfe.nrrd,labels.nrrd\n", REFUSED),
    "UTF-16": ((HEAD + GOOD).decode().encode("utf-16"), REFUSED),
    "zero bytes": (HEAD + b"labels.nrrd\0,labels.nrrd\n", REFUSED),
    "a path of 5000 bytes": (HEAD + b"n" * 5000 + b",labels.nrrd\n", REFUSED),
    "a field of 200 000 bytes": (HEAD + b"n" * 200_000 + b",labels.nrrd\n", REFUSED),
    "a quotation mark that never closes": (HEAD + b'"labels.nrrd,labels.nrrd\n' * 3, REFUSED),
    "a missing file": (HEAD + GOOD + b"labels.nrrd,nowhere.nrrd\n", REFUSED),
    "a missing transform": (b"fixed_labels,other_labels,transform\nlabels.nrrd,labels.nrrd,nowhere.h5\n", REFUSED),
    "a transform of 2-D": (b"fixed_labels,other_labels,transform\nlabels.nrrd,labels.nrrd,flat_shift.tfm\n", REFUSED),
    "a folder for a file": (HEAD + b".,labels.nrrd\n", REFUSED),
    "an image for labels": (HEAD + GOOD + b"labels.nrrd,fixed.nrrd\n", REFUSED),
    "2-D with 3-D": (HEAD + b"labels.nrrd,flat_labels.nrrd\n", REFUSED),
    "a transform for labels": (HEAD + b"labels.nrrd,shift.tfm\n", REFUSED),
    "one name twice": (b"name,fixed_labels,other_labels\n" + b"a,labels.nrrd,labels.nrrd\n" * 2, REFUSED),
    "a name with a line break": (b'name,fixed_labels,other_labels\n"a\nb",labels.nrrd,labels.nrrd\n', ANSWERED),
    "itself": (HEAD + b"pairs.csv,pairs.csv\n", REFUSED),
    "lines as on old Macs": ((HEAD + GOOD).replace(b"\n", b"\r"), ANSWERED),
    "a byte order mark": (b"\xef\xbb\xbf" + HEAD + GOOD, ANSWERED),
}


def _table(content: bytes, *more: str) -> Callable[[], list[str]]:
    def make() -> list[str]:
        Path("pairs.csv").write_bytes(content)
        return evaluate("--pairs", "pairs.csv", *more, labels=())

    return make


def cases() -> Iterator[Case]:
    """Each table, and some that are right but asked for wrongly."""
    for name, (content, promise) in TABLES.items():
        yield Case("tables", name, _table(content), promise)
    yield Case("tables", "missing", lambda: evaluate("--pairs", "nowhere.csv", labels=()))
    yield Case("tables", "a folder", lambda: evaluate("--pairs", ".", labels=()))
    yield Case("tables", "an image", lambda: evaluate("--pairs", "labels.nrrd", labels=()))
    yield Case("tables", "beside label maps", lambda: evaluate("--pairs", "pairs.csv"))
    yield Case("tables", "scores over the list", _table(HEAD + GOOD, "--output", "pairs.csv"))
    yield Case("tables", "scores over a label map", _table(HEAD + GOOD, "--output", "labels.nrrd"))
    yield Case("tables", "a picture that is no PNG", _table(HEAD + GOOD, "--plot", "plot.jpg"))
