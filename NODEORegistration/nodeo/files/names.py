"""Names of files as people and systems know them: what cannot be one is refused in a sentence."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import InputError

_LONGEST_NAME, _LONGEST_PATH = 255, 4096  # bytes, where the system does not say
_ROOM = 64  # bytes of a path that the files in a folder need for their names


def shown(path: str | Path) -> str:
    """A path for a message, whatever its bytes are."""
    try:
        return os.fsencode(path).decode("utf-8", "replace")
    except UnicodeEncodeError:  # half of a character, which a program can write into JSON
        return str(path).encode("utf-8", "replace").decode("utf-8")


def check_name(path: str | Path, role: str) -> None:
    """Refuse a name that the file formats' libraries cannot take; ``role`` says in messages what it names.

    Raises:
        InputError: it is not UTF-8, or longer than the system allows.
    """
    try:
        length = len(str(path).encode("utf-8"))
    except UnicodeEncodeError:
        raise InputError(f"The name of the {role}, {shown(path)}, is not UTF-8.", "Rename it, or its folder.") from None
    if "\0" in str(path):
        raise InputError(f"The name of the {role} holds a zero byte.", "Check the path.")
    parts = Path(path).parts
    longest = max((len(os.fsencode(part)) for part in parts), default=0)
    name_limit, path_limit = _limits(Path(path))
    if longest > name_limit or length + _ROOM > path_limit:
        raise InputError(
            f"The name of the {role} is too long: {str(path)[:40]}… has {length} bytes.",
            f"A name may have {name_limit} bytes, a path {path_limit - _ROOM}.",
        )


def check_there(path: str | Path, role: str) -> None:
    """Refuse to read what is no file; ``role`` says in messages what it is.

    Raises:
        InputError: there is nothing of that name, or a folder; or its name is none.
    """
    check_name(path, role)
    if Path(path).is_dir():
        raise InputError(f"The {role} {path} is a folder.", "Name a file in it.")
    if not Path(path).is_file():
        raise InputError(f"The {role} {path} does not exist.", "Check the path.")


def _limits(path: Path) -> tuple[int, int]:
    """The longest name and path where ``path`` lies, bytes."""
    for folder in path.absolute().parents:
        try:
            return os.pathconf(folder, "PC_NAME_MAX"), os.pathconf(folder, "PC_PATH_MAX")
        except (AttributeError, ValueError):  # Windows
            break
        except OSError:
            continue
    return _LONGEST_NAME, _LONGEST_PATH
