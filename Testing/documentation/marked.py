"""The marked blocks of a page, ``<!-- generated: NAME -->`` … ``<!-- end -->``, with text from the code between."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BLOCK = re.compile(r"(<!-- generated: (.+?) -->\n)(.*?)(^<!-- end -->$)", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"^<!-- (generated: .*|end) -->$", re.MULTILINE)


def blocks(page: str) -> dict[str, str]:
    """What stands in each block of a page, by the block's name.

    Raises:
        ValueError: a mark has no partner.
    """
    found = _BLOCK.findall(page)
    if len(_MARK.findall(page)) != 2 * len(found):
        raise ValueError(
            "A mark has no partner: a block begins with <!-- generated: NAME --> and ends with <!-- end -->."
        )
    return {name: text for _, name, text, _ in found}


def filled(page: str, texts: Mapping[str, str]) -> str:
    """``page`` with what the code says in every block.

    Raises:
        ValueError: a mark has no partner, or nothing is generated under that name.
    """
    unknown = set(blocks(page)) - set(texts)
    if unknown:
        raise ValueError(f"Nothing is generated as {', '.join(sorted(unknown))}: there are {', '.join(texts)}.")
    return _BLOCK.sub(lambda block: f"{block[1]}\n{texts[block[2]]}\n\n{block[4]}", page)
