"""The registration of a whole series: its frames out of the scene one at a time, through the worker, and back."""

import json
import re
import time

import vtk
from slicer.i18n import tr as _

from ..scene import LabelExport, Landmarks, SceneExport
from ..scene.Carried import FOLLOWER, followerOf
from ..scene.FollowedStructures import FollowedStructures
from ..scene.SceneImport import outputNames, readOutput
from ..scene.SeriesCarrying import SeriesCarrying
from ..scene.SeriesImport import POINTS, STRUCTURES, SeriesImport
from ..scene.SeriesMetrics import frameMetrics
from .Run import Run
from .SeriesCarryReadiness import seriesCompanions
from .SeriesRequest import MEAN


class SeriesRun(Run):
    """The life of one :class:`~NODEORegistrationLib.run.SeriesRequest.SeriesRequest`.

    As a :class:`~NODEORegistrationLib.run.Run.Run`, but that its nodes show the results of one frame, the one that the
    sequence browser shows; ``progress`` tells ``frame``, ``done`` and ``of``, too; ``history`` is that of the frame at
    hand; and ``metrics`` are those of the series.

    Attributes:
        carried: the nodes that went along with the frames or the reference, or what shows their copies.
    """

    def __init__(self, request):
        super().__init__(request)
        self.carried = []

    def _writing(self):
        frames = [lambda n=number: self._writeFrame(n) for number in range(self.request.series.count())]
        return [self._look, *frames, self._writeReference, self._writeOptional]

    def _look(self):
        """Keep of the series what may be another when the worker has done."""
        request = self.request
        self._index = request.series.index()
        self._toWorld = SceneExport.worldMatrix(request.moving, rigidOnly=True)
        self._isInside = request.fixed is None
        self._first = 0 if self._isInside else 1  # the worker's number of the first frame
        self._names = outputNames(request.referenceName(), request.series.name(), request.label or request.preset)
        for kind, node in ((POINTS, request.points), (STRUCTURES, request.fixedStructures)):
            if node is not None:
                words = {"points": node.GetName(), "series": request.series.name()}
                self._names[kind] = _("{points} in {series}").format(**words)
        self._names[FOLLOWER] = _("{points} in {series}").format(
            points=request.referenceName(), series=request.series.name()
        )
        self._carrying = self._whatGoesAlong()
        self._reference = self._copyOfReference()
        self._files, self._frame = [], None
        self._followed = None

    def _whatGoesAlong(self):
        request = self.request
        there = seriesCompanions(request)
        frames = [node for node in request.carried if node in there.frames]
        others = [node for node in request.carried if node not in frames]
        home = self._toWorld if self._isInside else SceneExport.worldMatrix(request.fixed, rigidOnly=True)
        return SeriesCarrying(request.series.browser, frames, others, request.carryCopies, home)

    def _writeFrame(self, number):
        path = self.folder / f"{number:03d}.nrrd"
        frame = self.request.series.frame(number)
        if frame is None:
            sentence = _("{name} has lost its frame {number}.")
            raise SceneExport.ExportError(sentence.format(name=self.request.series.name(), number=number + 1))
        SceneExport.writeVolume(frame, path, self._toWorld)
        self._files.append(str(path))

    def _writeReference(self):
        """One outside the series goes before its first frame."""
        if not self._isInside:
            path = self.folder / "reference.nrrd"
            SceneExport.writeVolume(self._reference, path, vtk.vtkMatrix4x4())
            self._files.insert(0, str(path))

    def _copyOfReference(self):
        """The reference as it lies in the world; of a mean, whose voxels nobody knows yet, its place."""
        request = self.request
        if not self._isInside:
            volume, toWorld = request.fixed, SceneExport.worldMatrix(request.fixed, rigidOnly=True)
        else:
            number = 0 if request.reference == MEAN else request.reference
            volume, toWorld = request.series.frame(number), self._toWorld
        return SceneExport.placedCopy(volume, toWorld, request.referenceName())

    def _writeOptional(self):
        request, toWorld = self.request, vtk.vtkMatrix4x4()
        if request.fixedMask is not None:
            LabelExport.writeMask(request.fixedMask, self._reference, self.folder / "mask.nrrd", toWorld)
        if request.points is not None:
            Landmarks.writeList(request.points, self._reference, toWorld, self.folder / "points.csv")
        if request.fixedStructures is not None:
            self._followed = FollowedStructures(request.fixedStructures, request.structureNames())
            self._followed.write(self._reference, self.folder / "labels.nrrd", toWorld)
        self._writeSettings(dict(request.settings))

    def _arguments(self):
        request, folder = self.request, self.folder
        arguments = ["sequence", *self._files, "--separate", "--mode", request.mode]
        arguments += ["--reference", str(request.reference if self._isInside else 0)]
        times = self._index.times() if self._isInside else []
        if times:
            arguments.append("--times=" + ",".join(f"{time:.12g}" for time in times))  # the first may be negative
        if request.cyclic and self._isInside:
            arguments.append("--cyclic")
        for option, name in (("--mask", "mask.nrrd"), ("--points", "points.csv"), ("--labels", "labels.nrrd")):
            if (folder / name).exists():
                arguments += [option, str(folder / name)]
        return arguments

    def _onProgress(self, event):
        if event.get("frame") is not None:
            stage = re.sub(r"Frame \d+: ", "", event.get("stage") or "")  # it counts from 0
            event = {**event, "frame": event["frame"] - self._first, "stage": "" if stage == "done" else stage}
            if event["frame"] != self._frame:
                self._frame = event["frame"]
                self.history.clear()
        super()._onProgress(event)

    def _onEvent(self, event):
        if event["event"] == "error":
            event = {**event, "message": self._counted(event.get("message") or "")}
        super()._onEvent(event)

    def _counted(self, text):
        """A sentence of the worker, which counts its frames from 0, in the panel's numbers, from 1."""

        def named(match):
            number = int(match[1]) - self._first
            return _("frame {number}").format(number=number + 1) if number >= 0 else _("fixed volume")

        told = re.sub(r"\bframe (\d+)", named, text, flags=re.IGNORECASE)
        return told[:1].upper() + told[1:]

    def _loading(self, output):
        request, first = self.request, self._first
        parents = self._toWorld if request.moving.GetParentTransformNode() else None
        result = SeriesImport(output, request.outputs, self._index, first, parents)
        followed = [] if request.points is None else [lambda: result.readPoints(self._names[POINTS])]
        if self._followed is not None:
            followed += result.structureSteps(self._followed, self._names[STRUCTURES])
        structures = [] if self._followed is None else self._followed.names

        def commit():
            moving = self._stillThere(request.moving)
            fixed = self._reference if self._isInside else self._stillThere(request.fixed)
            inputs = {"fixed": request.referenceName(), "moving": request.series.name()}
            self.nodes, self.mark = result.commit(
                self._stillThere(request.series.browser),
                moving,
                fixed,
                {**request.outputs, FOLLOWER: follower},
                self.settings,
                frameMetrics(self.metrics, first, inputs, structures),
                self._names,
            )
            self.carried = self._carrying.commit(self.nodes, request.referenceName(), request.series.name())
            for name in self._carrying.leftBehind:
                self._note(_("{name} was moved or removed meanwhile, and did not go along.").format(name=name))
            self._end("finished")

        before = request.outputs.get("transform")
        follower = followerOf(before)
        along = self._carrying.steps(result, before) if "transform" in request.outputs else []
        mean = [lambda: self._readMean(output)] if request.reference == MEAN and self._isInside else []
        return [lambda: self._readNumbers(output), *mean, *result.steps(), *followed, *along, commit]

    def _readMean(self, output):
        self._reference = readOutput("warped", output / "reference.nrrd")
        self._reference.SetName(self.request.referenceName())

    def _readNumbers(self, output):
        self.metrics = json.loads((output / "metrics.json").read_text(encoding="utf-8"))
        self.settings = self.metrics.pop("settings", {})
        seconds = self.metrics.get("seconds")
        self.metrics["seconds"] = dict(seconds) if isinstance(seconds, dict) else {"total": seconds}
        self.metrics["seconds"]["slicer"] = round(time.monotonic() - self._begun, 1)

    def _letGo(self):
        self._reference = self._followed = self._carrying = None
        super()._letGo()
