"""What scripts can ask the module's logic for: begun at once, and waited for if the script wants that."""

from slicer.i18n import tr as _

from ..scene.Carried import undoCarrying
from . import Dependencies
from .Batch import Batch
from .BatchRequests import scriptRequests
from .PairRun import PairRun
from .Request import Request, completeFromScript
from .RunQueue import runQueue
from .SeriesRequest import seriesRequestFromScript
from .SeriesRun import SeriesRun


class Scripting:
    """The part of the module's logic that registers."""

    def register(
        self,
        fixedVolumeNode,
        movingVolumeNode,
        preset="balanced",
        fixedMask=None,
        movingMask=None,
        initialTransform=None,
        fixedPoints=None,
        movingPoints=None,
        pointsFor="both",
        fixedStructures=None,
        movingStructures=None,
        structuresFor="both",
        structures=None,
        channels=(),
        carry=(),
        carryCopies=False,
        outputs=None,
        wait=True,
        keepFiles=False,
        **settings,
    ):
        """Deform ``movingVolumeNode`` onto ``fixedVolumeNode``.

        Args:
            preset: fast, balanced, accurate or paper.
            fixedMask, movingMask: segmentation or label map nodes: where the similarity counts.
            initialTransform: a transform node to start from, or identity, center, rigid, similarity, affine, auto or
                points.
            fixedPoints, movingPoints: point lists that correspond, by their labels or their order.
            pointsFor: guide (the deformation follows the points), measure (the error at them is told) or both.
            fixedStructures, movingStructures, structuresFor: nodes of segments or labels, alike by name; as pointsFor.
            structures: names of those that count; default: all that both have.
            channels: (fixed volume, moving volume, weight) of further images of the same two, such as T2 beside T1.
            carry: segmentations, markups, models and volumes that lie where the moving volume lies, and go along with
                it: they lie under the transform afterwards, see :meth:`undoCarrying`.
            carryCopies: they stay where they are, and hardened copies go along.
            outputs: {"transform", "inverse", "warped", "jacobian": node to update, or None for a new one}; only what
                is named is made. Default: all four, new.
            wait: return when it is done; Slicer goes on reacting meanwhile. Otherwise return at once: connect to the
                run's signals ``progress``, ``finished``, ``failed`` and ``cancelled``.
            keepFiles: leave the temporary folder ``run.folder``, for debugging.
            settings: any setting of the engine by its name, over the preset, such as ``lambda_J=100``.

        Returns:
            a :class:`~NODEORegistrationLib.run.PairRun.PairRun`; when it is over, ``nodes``, ``carried``, ``metrics``
            and ``settings``.

        Raises:
            ValueError: the volumes cannot be registered, or the results not go where they are to go.
            RuntimeError: a Python package is missing; with ``wait``, the registration failed or was cancelled.
        """
        request = Request(
            fixedVolumeNode,
            movingVolumeNode,
            preset,
            settings,
            fixedMask,
            movingMask,
            fixedPoints=fixedPoints,
            movingPoints=movingPoints,
            pointsFor=pointsFor,
            fixedStructures=fixedStructures,
            movingStructures=movingStructures,
            structuresFor=structuresFor,
            structures=structures,
            channels=list(channels),
            carried=list(carry),
            carryCopies=carryCopies,
            keepFiles=keepFiles,
        )
        completeFromScript(request, initialTransform, outputs)
        return _carryOut(PairRun(request), wait)

    def registerSequence(self, series, reference=0, wait=True, **options):
        """Deform every frame of ``series``, a sequence of volumes or the volume node that shows it, onto one reference.

        Args:
            reference: the number of a frame, from 0; ``mean``; or a volume node outside the series.
            options: mode (frames or trajectory), cyclic; of the reference, to be followed through the frames: points (a
                list), fixedStructures (a segmentation or label map), structures (names of those that count; default:
                all); carry and carryCopies: what changes with the frames lies on the reference afterwards, and what
                was drawn on the reference moves with the frames; preset, fixedMask, outputs, keepFiles, settings as in
                :meth:`register`, which says the rest, too.
        """
        request = seriesRequestFromScript(series, reference, **options)
        return _carryOut(SeriesRun(request), wait)

    def registerAll(
        self,
        fixedVolumeNode,
        movingVolumeNodes,
        preset="balanced",
        fixedMask=None,
        initialTransform="identity",
        fixedStructures=None,
        structuresFor="both",
        outputs=None,
        wait=True,
        **settings,
    ):
        """Deform each of ``movingVolumeNodes`` onto ``fixedVolumeNode``, one after the other.

        Args:
            preset, fixedMask, settings: as :meth:`register` takes them.
            initialTransform: identity, center, rigid, similarity, affine or auto.
            fixedStructures: a segmentation or label map of the fixed volume; what is drawn on a moving volume (a
                segmentation whose reference it is) corresponds by name.
            outputs: the kinds that are wanted, of transform, inverse, warped and jacobian; default: all four.
            wait: return when all are done. Otherwise return at once: connect to the batch's signals ``started``,
                ``changed`` and ``ended``.

        Returns:
            a :class:`~NODEORegistrationLib.run.Batch.Batch`; ``runs`` and ``rows`` have one each for every volume. One
            that fails says why, in its ``message``, and does not keep the others from running.

        Raises:
            ValueError: there is nothing to register.
            RuntimeError: a Python package is missing.
        """
        volumes = list(dict.fromkeys(movingVolumeNodes))
        if fixedVolumeNode is None or not volumes or None in volumes:
            raise ValueError(_("Give a fixed volume and at least one moving volume."))
        settings["initial"] = initialTransform
        requests = scriptRequests(
            fixedVolumeNode, volumes, preset, settings, fixedMask, fixedStructures, structuresFor, outputs
        )
        _checkDependencies()
        batch = Batch(requests, self.submit)
        batch.start()
        if wait:
            batch.wait()
        return batch

    def undoCarrying(self, transformNode):
        """What went along under this transform lies where it lay before; copies that did are removed."""
        undoCarrying(transformNode)

    def submit(self, run):
        """Start ``run``, as soon as those before it are over."""
        runQueue().submit(run)
        return run

    def installDependencies(self):
        """Install the Python packages that are missing, after asking; returns why not, or an empty text."""
        return Dependencies.ensure()


def _carryOut(run, wait):
    """Start ``run``, as soon as those before it are over; with ``wait``, return when it is over, too.

    Returns:
        the run.

    Raises:
        RuntimeError: a Python package is missing; with ``wait``, the registration failed or was cancelled.
    """
    _checkDependencies()
    runQueue().submit(run)
    if wait:
        run.wait()
        if run.state != "finished":
            reason = " ".join(filter(None, (run.message, run.hint)))
            raise RuntimeError(reason or _("The registration was cancelled."))
    return run


def _checkDependencies():
    missing = ", ".join(Dependencies.missing())
    if missing:
        raise RuntimeError(_("Packages are missing: {names}. Call installDependencies() first.").format(names=missing))
