"""Settings out of range, of the wrong type, unknown; files of settings that are none; command lines that are none."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

from nodeo.settings import Settings

from .case import ANSWERED, REFUSED, Case
from .engine import apply, evaluate, register

DIGITS = "9" * 400
LENGTHY = ("iterations", "max_voxels")  # as many as one likes: a run that takes for ever, not a fault
# what no option of a type may be, and what some may
WRONG: dict[type, tuple[str, ...]] = {
    bool: ("maybe", "", "2", "nan"),
    int: ("x", "", "1.5", "nan", "1e400", DIGITS),
    float: ("x", "", "nan", "inf", "1,2"),
    tuple: ("x", "1,x", "nan", "1,,nan", DIGITS),
    str: ("", "nonsense", "nan", "🧠"),
}
STRANGE: dict[type, tuple[str, ...]] = {
    int: ("-1", "0", "1000000", str(2**31), str(2**63)),
    float: ("-1", "0", "-1e308", "1e308", "1e-308", "1e30"),
    tuple: ("", "-1", "0", "3", "1000000000", "64,32,16,8,4,2,1"),
}
# combinations and units
WINDOWS = (
    "3",
    "mm",
    "vox",
    "-3vox",
    "nanvox",
    "infmm",
    "1e300vox",
    "1e-300mm",
    "1e300mm",
    "0mm",
    "3 vox",
    "3cm",
    "3Vox",
)
TOGETHER: list[tuple[str, tuple[str, ...], str]] = [
    ("levels upwards", ("levels=1,2,4",), REFUSED),
    ("iterations of other levels", ("levels=2,1", "iterations=1,1,1"), REFUSED),
    ("nodes finer than the level", ("levels=4", "node_spacing=2"), REFUSED),
    ("paper with two levels", ("model=paper", "levels=2,1"), REFUSED),
    ("published arithmetic of the flow", ("published_arithmetic=true",), REFUSED),
    ("a bottleneck of 100 000", ("model=paper", "levels=1", "bottleneck=100000"), ANSWERED),
    ("atol 1e-20 with dopri5", ("solver=dopri5", "atol=1e-20", "rtol=1e-20"), ANSWERED),
    ("rtol 1e9 with dopri8", ("solver=dopri8", "atol=1e9", "rtol=1e9"), ANSWERED),
    ("a learning rate of 1000", ("learning_rate=1000",), ANSWERED),
    ("all penalties 1e308", tuple(f"lambda_{x}=1e308" for x in ("J", "df", "v", "s")), ANSWERED),
    ("a window of a kilometre", ("kernel=averaging", "kernel_window=1000000mm"), ANSWERED),
    ("a window of 99999 passes", ("kernel_passes=99999",), ANSWERED),
    ("lncc_window 99999", ("lncc_window=99999",), ANSWERED),
    ("percentiles upside down", ("intensity_range=90,10",), REFUSED),
    ("percentiles that are the same", ("intensity_range=50,50.0000001",), ANSWERED),
    ("no sign", ("levels",), REFUSED),
    ("no name", ("=1",), REFUSED),
    ("an unknown name", ("lamda_s=1",), REFUSED),
    ("a name in capitals", ("LEVELS=1",), REFUSED),
    ("a method's name", ("as_dict=1",), REFUSED),
    ("a private name", ("__class__=1",), REFUSED),
]
FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", REFUSED),
    "a list": (b"[1, 2]", REFUSED),
    "a text": (b'"text"', REFUSED),
    "a number": (b"7", REFUSED),
    "null": (b"null", REFUSED),
    "cut short": (b'{"levels": [4, 2', REFUSED),
    "an unknown name": (b'{"lamda_s": 1}', REFUSED),
    "an object for a number": (b'{"lambda_s": {"a": 1}}', REFUSED),
    "a list of lists": (b'{"levels": [[4], [2]]}', REFUSED),
    "null for a number": (b'{"lambda_s": null}', REFUSED),
    "true for a number": (b'{"lambda_s": true}', REFUSED),
    "a number for a text": (b'{"similarity": 3}', REFUSED),
    "a list for a text": (b'{"kernel": ["gaussian"]}', REFUSED),
    "an integer of 400 digits": (b'{"seed": ' + DIGITS.encode() + b"}", REFUSED),
    "an integer of 10 000 digits": (b'{"seed": ' + b"9" * 10_000 + b"}", REFUSED),
    "1e999": (b'{"lambda_s": 1e999}', REFUSED),
    "NaN": (b'{"lambda_s": NaN}', REFUSED),
    "lists 100 000 deep": (b"[" * 100_000, REFUSED),
    "objects 100 000 deep": (b'{"a":' * 100_000, REFUSED),
    "deep in a value": (b'{"levels": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", REFUSED),
    "not UTF-8": (b'{"device": "\xff\xfe"}', REFUSED),
    "UTF-16": ('{"levels": [2]}'.encode("utf-16"), REFUSED),
    "a byte order mark": (b'\xef\xbb\xbf{"levels": [2]}', ANSWERED),
    "a name twice": (b'{"levels": [2], "levels": [2]}', ANSWERED),
    "zeros": (bytes(1000), REFUSED),
    "half a surrogate": (b'{"device": "\\ud800"}', REFUSED),
}
LINES: dict[str, list[str]] = {
    "nothing": [],
    "no images": ["register"],
    "one image": ["register", "fixed.nrrd", "--output", "out"],
    "no output": ["register", "fixed.nrrd", "moving.nrrd"],
    "an unknown command": ["deform"],
    "an unknown option": register("--what"),
    "an unknown way of progress": ["register", "fixed.nrrd", "moving.nrrd", "--output", "out", "--progress", "loud"],
    "apply without a reference": ["apply", "shift.tfm", "moving.nrrd", "--output", "w.nrrd"],
    "a seed of words": register("--seed", "x"),
    "a seed of 1.5": register("--seed", "1.5"),
    "a seed of -1": register("--seed", "-1"),
    "a seed of 2^40": register("--seed", str(2**40)),
    "-1 threads": register("--threads", "-1"),
    "no such GPU": register("--device", "cuda:99"),
    "no such device": register("--device", "gpu"),
    "no device": register("--device", ""),
    "no such preset": register("--preset", "blanced"),
    "no preset": register("--preset", ""),
    "settings that are missing": register("--settings", "nowhere.json"),
    "settings that are an image": register("--settings", "fixed.nrrd"),
    "settings that are a folder": register("--settings", "."),
    "study without values": ["study", "sweep", "--output", "out"],
    "study of nothing": ["study", "sweep", "--vary", "lambda_J=", "--output", "out"],
    "study of an unknown setting": ["study", "sweep", "--vary", "lamda_J=1,2", "--output", "out"],
    "study with one image": ["study", "regularizers", "fixed.nrrd", "--output", "out"],
    "study of no slice": ["study", "regularizers", "--slice", "sideways", "--output", "out"],
    "study of slice 100 000": ["study", "regularizers", "--slice", "axial:100000", "--output", "out"],
    "study of -1 seeds": ["study", "sweep", "--vary", "lambda_J=0,1", "--repeat", "-1", "--output", "out"],
    "evaluate with one map": evaluate(labels=["labels.nrrd"]),
    "evaluate with nothing": evaluate(labels=[]),
    "evaluate unknown structures": evaluate("--structures", "brain"),
    "evaluate no structures": evaluate("--structures", ""),
    "evaluate structure -1": evaluate("--structures=-1"),
    "evaluate a structure of 400 digits": evaluate("--structures", DIGITS),
    "apply with too much": [*apply(), "more.nrrd"],
}
MANY_THREADS = ("512", "4096", "1000000", str(2**31), DIGITS)


def _set(*assignments: str) -> Callable[[], list[str]]:
    return lambda: register(*(f"--set={text}" for text in assignments))


def _file(content: bytes) -> Callable[[], list[str]]:
    def make() -> list[str]:
        Path("bad.json").write_bytes(content)
        return register("--settings", "bad.json")

    return make


def _large() -> list[str]:
    Path("bad.json").write_text(json.dumps({f"x{n}": n for n in range(200_000)}))
    return register("--settings", "bad.json")


def _pipe() -> list[str]:
    os.mkfifo("bad.json")
    return register("--settings", "bad.json")


def _kind(default: object) -> type:
    return next(kind for kind in (bool, int, float, tuple, str) if isinstance(default, kind))


def cases() -> Iterator[Case]:
    """Every option with every wrong value of its type, then what the others say."""
    for option in fields(Settings):
        kind = _kind(option.default)
        for value in WRONG[kind] if option.name != "kernel_window" else WINDOWS[:6]:
            promise = ANSWERED if (option.name, value) == ("max_voxels", DIGITS) else REFUSED  # as good as no limit
            yield Case("settings", f"{option.name}={value[:20]}", _set(f"{option.name}={value}"), promise)
        strange = STRANGE.get(kind, ()) if option.name not in LENGTHY else ("-1", "0", "")
        for value in strange if option.name != "kernel_window" else WINDOWS[6:]:
            yield Case("settings", f"{option.name} is strange: {value}", _set(f"{option.name}={value}"), ANSWERED)
    for name, assignments, promise in TOGETHER:
        yield Case("settings", name, _set(*assignments), promise)
    for name, (content, promise) in FILES.items():
        yield Case("settings", f"a file: {name}", _file(content), promise)
    yield Case("settings", "a file: 200 000 names", _large)
    yield Case("settings", "a file: a pipe", _pipe)
    for name, line in LINES.items():
        yield Case("command lines", name, lambda line=line: line)
    for count in MANY_THREADS:
        line = [*register(), "--threads", count]
        yield Case("command lines", f"{count[:10]} threads", lambda line=line: line, ANSWERED)
