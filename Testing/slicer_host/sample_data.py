"""The module `SampleData`: sources stand in `slicer.modules.sampleDataSources`; only `file:` addresses are fetched."""

from __future__ import annotations

import logging
import shutil
import urllib.parse
import urllib.request
from pathlib import Path

import slicer


class SampleDataSource:
    """A set of files, where they are, and what they become."""

    FIELDS = ("fileNames", "nodeNames", "checksums", "loadFiles", "loadFileTypes")

    def __init__(
        self,
        sampleName=None,
        sampleDescription=None,
        uris=None,
        fileNames=None,
        nodeNames=None,
        checksums=None,
        loadFiles=None,
        customDownloader=None,
        thumbnailFileName=None,
        loadFileTypes=None,
        loadFileProperties=None,
        loadFileType=None,
    ):
        given = (fileNames, nodeNames, checksums, loadFiles, loadFileTypes or loadFileType)
        self.uris = [uris] if isinstance(uris, str) else list(uris)
        for field, value in zip(self.FIELDS, given, strict=True):
            if isinstance(uris, str) or (field == "loadFileTypes" and isinstance(value, str)) or value is None:
                value = [value] * len(self.uris)
            if len(value) != len(self.uris):
                raise ValueError(f"{field} has {len(value)} entries for {len(self.uris)} uris")
            setattr(self, field, list(value))
        self.sampleName, self.sampleDescription = sampleName, sampleDescription or sampleName
        self.thumbnailFileName, self.customDownloader = thumbnailFileName, customDownloader
        self.loadFileProperties = loadFileProperties or {}

    def __eq__(self, other):
        return isinstance(other, SampleDataSource) and vars(self) == vars(other)

    __hash__ = None


def _sources() -> dict[str, list[SampleDataSource]]:
    if not hasattr(slicer.modules, "sampleDataSources"):
        slicer.modules.sampleDataSources = {}
    return slicer.modules.sampleDataSources


class SampleDataLogic:
    """Registers sources and loads them."""

    def __init__(self, logMessage=None):
        self.logMessage = logMessage or (lambda message, level=logging.INFO: logging.log(level, message))

    @staticmethod
    def registerCustomSampleDataCategory(category, title):
        pass

    @staticmethod
    def registerCustomSampleDataSource(
        category="Custom",
        sampleName=None,
        uris=None,
        fileNames=None,
        nodeNames=None,
        customDownloader=None,
        thumbnailFileName=None,
        loadFileTypes=None,
        loadFiles=None,
        loadFileProperties=None,
        checksums=None,
        loadFileType=None,
    ):
        source = SampleDataSource(
            sampleName=sampleName,
            uris=uris,
            fileNames=fileNames,
            nodeNames=nodeNames,
            checksums=checksums,
            loadFiles=loadFiles,
            customDownloader=customDownloader,
            thumbnailFileName=thumbnailFileName,
            loadFileTypes=loadFileTypes,
            loadFileProperties=loadFileProperties,
            loadFileType=loadFileType,
        )
        listed = _sources().setdefault(category, [])
        if source not in listed:
            listed.append(source)

    @staticmethod
    def sampleDataSourcesByCategory(category=None):
        return _sources() if category is None else _sources().get(category, [])

    @staticmethod
    def isSampleDataSourceRegistered(category, sampleDataSource):
        return sampleDataSource in _sources().get(category, [])

    def sourceForSampleName(self, sampleName):
        return next((s for listed in _sources().values() for s in listed if s.sampleName == sampleName), None)

    def downloadSamples(self, sampleName):
        source = self.sourceForSampleName(sampleName)
        return [] if source is None else self.downloadFromSource(source)

    def downloadFromSource(self, source, maximumAttemptsCount=3, forceDownload=False):
        if source.customDownloader is not None:
            return source.customDownloader(source)
        loaded = []
        for index, uri in enumerate(source.uris):
            path = self._fetch(uri, source.fileNames[index], source.checksums[index])
            if source.loadFiles[index] is False or source.nodeNames[index] is None:
                loaded.append(path)
                continue
            properties = {**source.loadFileProperties, "name": source.nodeNames[index]}
            loaded.append(slicer.util.loadNodeFromFile(path, source.loadFileTypes[index] or "VolumeFile", properties))
        return loaded

    def _fetch(self, uri, fileName, checksum):
        address = urllib.parse.urlparse(uri)
        if address.scheme != "file":
            raise ValueError(f"Only file: addresses are fetched here, not {uri}")
        target = Path(slicer.app.cachePath) / fileName
        shutil.copyfile(urllib.request.url2pathname(address.path), target)
        if checksum is not None:
            algorithm, digest = slicer.util.extractAlgoAndDigest(checksum)
            if slicer.util.computeChecksum(algorithm, str(target)) != digest:
                target.unlink()
                raise ValueError(f"The checksum of {fileName} is not {checksum}")
        return str(target)


def downloadSample(sampleName):
    return SampleDataLogic().downloadSamples(sampleName)[0]


def downloadSamples(sampleName):
    return SampleDataLogic().downloadSamples(sampleName)
