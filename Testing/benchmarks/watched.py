"""One process, watched: how long it took, what it used, how it ended.

The watcher is a small process of its own, started for each run, that imports nothing: on Linux a process's peak memory
begins at that of the one that started it, which must therefore be small. POSIX only.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")


@dataclass(frozen=True)
class Cost:
    """What a process used.

    Attributes:
        wall: seconds from its start to its end, start-up and files included.
        cpu: seconds of all cores, user and system, of it and the processes it waited for.
        peak_mb: its largest resident memory, MB.
        failure: why it did not end well, one line; empty if it did.
    """

    wall: float
    cpu: float
    peak_mb: float
    failure: str = ""


def watch(command: list[str], log: Path, threads: int, limit: float, environment: dict[str, str] | None = None) -> Cost:
    """Run a command to its end, in the folder of its log.

    Args:
        command: program and arguments.
        log: receives everything that it writes.
        threads: that the usual libraries may use.
        limit: seconds after which it is stopped, with all that it started.
        environment: variables on top of this process's.
    """
    variables = {**os.environ, **{name: str(threads) for name in THREADS}, **(environment or {})}
    order = json.dumps({"command": command, "log": str(log), "limit": limit})
    watcher = [sys.executable, "-I", "-S", __file__]
    done = subprocess.run(watcher, input=order, env=variables, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return Cost(told["wall"], told["cpu"], told["peak_mb"], _failure(told, log, limit))


def _failure(told: dict, log: Path, limit: float) -> str:
    if told["stopped"]:
        return f"It was stopped after {limit:.0f} s."
    if told["status"] == 0:
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").replace("\r", "\n").splitlines()
    said = [line.strip() for line in lines if line.strip()]
    if told["status"] < 0:
        return f"It was ended by {signal.Signals(-told['status']).name}."
    return said[-1] if said else f"It ended with status {told['status']}."


def _main() -> None:
    order = json.loads(sys.stdin.read())
    stopped = []
    with open(order["log"], "wb") as log:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(
                order["command"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=os.path.dirname(order["log"]),
                start_new_session=True,
            )
        except OSError as error:
            log.write(f"{order['command'][0]}: {error.strerror}.\n".encode())
            print(json.dumps({"wall": 0.0, "cpu": 0.0, "peak_mb": 0.0, "status": 127, "stopped": False}))
            return

        def stop() -> None:
            stopped.append(True)
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(order["limit"], stop)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        timer.cancel()
    unit = 1e6 if sys.platform == "darwin" else 1e3
    told = {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / unit,
        "status": os.waitstatus_to_exitcode(status),
        "stopped": bool(stopped),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    _main()
