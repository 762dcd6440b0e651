"""A run that a script asks for: begun at once, and waited for if the script wants that."""

from slicer.i18n import tr as _

from . import Dependencies
from .RunQueue import runQueue


def carryOut(run, wait):
    """Start ``run``, as soon as those before it are over; with ``wait``, return when it is over, too.

    Returns:
        the run.

    Raises:
        RuntimeError: a Python package is missing; with ``wait``, the registration failed or was cancelled.
    """
    missing = ", ".join(Dependencies.missing())
    if missing:
        raise RuntimeError(_("Packages are missing: {names}. Call installDependencies() first.").format(names=missing))
    runQueue().submit(run)
    if wait:
        run.wait()
        if run.state != "finished":
            reason = " ".join(filter(None, (run.message, run.hint)))
            raise RuntimeError(reason or _("The registration was cancelled."))
    return run
