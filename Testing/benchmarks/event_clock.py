"""A command with ``--progress json``, and when each of its events came; a process of its own, see watched.py.

    python event_clock.py ORDER

ORDER is JSON: ``command``; ``file`` to write ``[[seconds since the command was started, event], ...]`` into; and
``until_iteration``, whether to cancel at the first iteration. Like watched.py it imports next to nothing, so that the
largest memory of both is that of the command. Standard input is held open: its end would cancel a registration.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

CANCELLED = 130


def main() -> int:
    """Exit code of the command; 0 if it was cancelled as ordered."""
    order = json.loads(sys.argv[1])
    stamps = []
    start = time.perf_counter()
    with subprocess.Popen(order["command"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("there are no pipes")
        for line in process.stdout:
            seconds = time.perf_counter() - start
            event = json.loads(line)
            stamps.append([seconds, event])
            if order["until_iteration"] and event.get("iteration"):
                process.stdin.close()
        if not process.stdin.closed:
            process.stdin.close()
    Path(order["file"]).write_text(json.dumps(stamps) + "\n", encoding="utf-8")
    if stamps and stamps[-1][1]["event"] == "error":
        print(stamps[-1][1]["message"], file=sys.stderr)
    return 0 if order["until_iteration"] and process.returncode == CANCELLED else process.returncode


if __name__ == "__main__":
    sys.exit(main())
