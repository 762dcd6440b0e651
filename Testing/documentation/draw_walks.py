"""Draws the pictures of the how-to pages, by doing what they say: ``python Testing/documentation/draw_walks.py``.

… --only lung        one page; a folder of its own keeps what came of it: --folder build/walks
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "NODEORegistration"), str(ROOT / "Testing"), str(ROOT / "Testing" / "helpers")]

from documentation.pages import PAGES  # noqa: E402
from documentation.walks import WALKS, walk  # noqa: E402

PICTURES = ROOT / "Resources" / "Screenshots"
WIDTH, QUALITY = 1400, 88  # of a picture on a page


def main() -> None:
    """Walk the pages that have a picture, and keep the picture of their first registration."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default="", help="pages whose name holds this")
    options.add_argument("--folder", type=Path, default=ROOT / "build" / "walks", help="for the files")
    given = options.parse_args()
    for page, (files, spacing, _) in WALKS.items():
        if spacing is None or given.only not in page:
            continue
        folder = given.folder / Path(page).stem
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        files(folder, spacing)
        walk((PAGES / page).read_text(encoding="utf-8"), folder)
        picture = PICTURES / f"{Path(page).stem.replace('_', '-')}.jpg"
        reduced(folder / "out" / "report.png", picture)
        print(picture.relative_to(ROOT), picture.stat().st_size)


def reduced(source: Path, to: Path) -> None:
    """A picture for a page: smaller, and a JPEG."""
    from PIL import Image

    with Image.open(source) as picture:
        height = round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    small.save(to, quality=QUALITY, subsampling=0, optimize=True)


if __name__ == "__main__":
    main()
