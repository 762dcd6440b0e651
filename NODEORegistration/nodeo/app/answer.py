"""One command from its arguments to its exit code: whatever goes wrong is told to the channel, in a sentence."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from ..errors import Cancelled, InputError
from . import process
from .channel import Channel

OK, FAILED, BAD_INPUT, CANCELLED = 0, 1, 2, 130


def answered(options: argparse.Namespace, channel: Channel) -> int:
    """Run the command that was asked for, and close the channel; the exit code.

    Args:
        options: as the parser of :mod:`nodeo.app.cli` leaves them; ``run`` is a module in :mod:`nodeo.app.commands` and
            its function, which returns its exit code, or None if all is well.
    """
    try:
        with process.ending_gently():
            return _run(options, channel)
    except InputError as error:
        channel.failed(error.message, error.hint, error.code)
        return BAD_INPUT
    except ModuleNotFoundError as error:
        message = f"The Python package '{error.name}' is not installed."
        channel.failed(message, f"Install it: pip install {error.name}", "package")
        return BAD_INPUT
    except (Cancelled, KeyboardInterrupt) as stop:
        channel.cancelled(str(stop))
        return CANCELLED
    except Exception as error:
        if process.was_told_to_end():
            channel.cancelled("")
            return CANCELLED
        if _lacks_memory(error):
            remedy = "Close other programs, raise the limit, or crop the images."
            channel.failed("There is not enough memory.", remedy, "memory")
            return BAD_INPUT
        import traceback

        traceback.print_exc(file=sys.stderr)
        channel.failed(f"Something went wrong inside nodeo: {error}.", "Please report it with the lines above.")
        return FAILED
    finally:
        channel.close()


def _run(options: argparse.Namespace, channel: Channel) -> int:
    process.make_ready()
    family, name = options.run
    module = f"{__package__}.commands.{family}"
    if module not in sys.modules:
        with process.lasting_imports():
            import_module(module)  # heavy: only when the arguments are right
    return getattr(sys.modules[module], name)(options, channel) or OK


def _lacks_memory(error: Exception) -> bool:
    """Whether memory ran out, in the work or, before that, while the libraries were loaded."""
    if isinstance(error, MemoryError) or "failed to map segment" in str(error):
        return True
    devices = sys.modules.get("nodeo.engine.devices")
    return devices is not None and devices.ran_out_of_memory(error)
