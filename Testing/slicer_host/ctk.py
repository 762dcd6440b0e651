# ruff: noqa: N801
"""The module `ctk`: the widgets of the Common Toolkit that a registration module may use, with their properties."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtWidgets

from . import strict
from .declare import delegated, row, setters, stored

Signal = QtCore.Signal


@setters("collapsed", "flat")
class ctkCollapsibleButton(QtWidgets.QAbstractButton):
    """A button over its contents; the contents are all of its children."""

    contentsCollapsed = Signal(bool)

    def __init__(self, parent=None):
        QtWidgets.QAbstractButton.__init__(self, *([parent] if isinstance(parent, QtWidgets.QWidget) else []))
        self._isForcing, self._hidden = False, set()
        self.setCheckable(True)
        self.setChecked(True)
        self.setSizePolicy(QtWidgets.QSizePolicy.Preferred, QtWidgets.QSizePolicy.Preferred)
        self.setContentsMargins(0, self._headerHeight(), 0, 0)
        self.toggled.connect(self._onToggled)
        strict.override(self, "sizeHint", self._sizeHint)
        strict.override(self, "minimumSizeHint", self._minimumSizeHint)
        if isinstance(parent, str):
            self.text = parent

    def _isCollapsed(self):
        return not self.checked

    def _collapse(self, collapsed):
        self.checked = not collapsed

    collapsed = QtCore.Property(bool, _isCollapsed, _collapse)
    collapsedHeight = stored("collapsedHeight", int, 0)
    flat = stored("flat", bool)
    contentsFrameShape = stored("contentsFrameShape", int, 0)
    contentsFrameShadow = stored("contentsFrameShadow", int, 16)
    contentsLineWidth = stored("contentsLineWidth", int, 1)
    contentsMidLineWidth = stored("contentsMidLineWidth", int, 0)

    def _headerHeight(self):
        return self.fontMetrics().height() + 8

    def _onToggled(self, opened):
        self._showChildren()
        self.maximumHeight = 16777215 if opened else self._headerHeight()
        self.updateGeometry()
        self.contentsCollapsed.emit(not opened)

    def childEvent(self, event):
        child = event.child()
        if event.added() and isinstance(child, QtWidgets.QWidget):
            child.installEventFilter(self)
            if self.collapsed:
                self._show(child)

    def showEvent(self, event):
        self._showChildren()

    def eventFilter(self, child, event):
        """Remember what somebody else has hidden: it stays so when the button is opened, as in CTK."""
        if not self._isForcing and event.type() in (QtCore.QEvent.ShowToParent, QtCore.QEvent.HideToParent):
            isShown = event.type() == QtCore.QEvent.ShowToParent
            (self._hidden.discard if isShown else self._hidden.add)(child.objectName)
            if isShown:
                self._show(child)
        return False

    def _showChildren(self):
        for child in self.children():
            if isinstance(child, QtWidgets.QWidget):
                self._show(child)

    def _show(self, child):
        wasForcing, self._isForcing = self._isForcing, True
        isHidden = child.objectName in self._hidden
        child.visible = not self.collapsed and not isHidden
        if not isHidden:  # else Qt would take no further notice of somebody who hides it
            child.setAttribute(QtCore.Qt.WA_WState_ExplicitShowHide, False)
        self._isForcing = wasForcing

    def _height(self, contents):
        return self._headerHeight() if self.collapsed or contents is None else contents

    def _sizeHint(self):
        hint = self.layout().totalSizeHint() if self.layout() else QtCore.QSize(80, 0)
        return QtCore.QSize(hint.width(), self._height(max(hint.height(), self._headerHeight())))

    def _minimumSizeHint(self):
        hint = self.layout().totalMinimumSize() if self.layout() else QtCore.QSize(80, 0)
        return QtCore.QSize(hint.width(), self._height(max(hint.height(), self._headerHeight())))

    def paintEvent(self, event):
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        header = QtCore.QRect(0, 0, self.width, self._headerHeight())
        painter.fillRect(header, self.palette.color(QtGui.QPalette.Midlight))
        painter.setPen(self.palette.color(QtGui.QPalette.ButtonText))
        mark = "▸" if self.collapsed else "▾"
        painter.drawText(header.adjusted(6, 0, -6, 0), QtCore.Qt.AlignVCenter, f"{mark}  {self.text}")
        painter.end()


@setters("collapsed")
class ctkCollapsibleGroupBox(QtWidgets.QGroupBox):
    """A group box whose check mark folds it."""

    def __init__(self, parent=None):
        QtWidgets.QGroupBox.__init__(self, parent)
        self.setCheckable(True)
        self.toggled.connect(self._onToggled)

    def _isCollapsed(self):
        return not self.checked

    def _collapse(self, collapsed):
        self.checked = not collapsed

    collapsed = QtCore.Property(bool, _isCollapsed, _collapse)
    collapsedHeight = stored("collapsedHeight", int, 14)

    def _onToggled(self, opened):
        for child in self.children():
            if isinstance(child, QtWidgets.QWidget):
                child.visible = opened


class _Spin(QtWidgets.QWidget):
    """What is common to the widgets around one spin box."""

    valueChanged = Signal(float)

    minimum = delegated("_spin", "minimum", float, "_onRange")
    maximum = delegated("_spin", "maximum", float, "_onRange")
    value = delegated("_spin", "value", float)
    singleStep = delegated("_spin", "singleStep", float)
    decimals = delegated("_spin", "decimals", int, "_onRange")
    prefix = delegated("_spin", "prefix", str)
    suffix = delegated("_spin", "suffix", str)

    def __init__(self, parent=None):
        QtWidgets.QWidget.__init__(self, parent)
        self._spin = QtWidgets.QDoubleSpinBox(self)
        self._spin.valueChanged.connect(self._onValue)

    def setRange(self, minimum, maximum):
        self._spin.setRange(minimum, maximum)
        self._onRange()

    def _onRange(self):
        pass

    def _onValue(self, value):
        self.valueChanged.emit(value)


@setters("minimum", "maximum", "value", "singleStep", "decimals", "prefix", "suffix", "readOnly")
class ctkDoubleSpinBox(_Spin):
    """A spin box."""

    decimalsChanged = Signal(int)
    alignment = delegated("_spin", "alignment", int)
    frame = delegated("_spin", "frame", bool)
    readOnly = delegated("_spin", "readOnly", bool)
    cleanText = QtCore.Property(str, lambda self: self._spin.cleanText)
    decimalsOption = stored("decimalsOption", int)
    setMode = stored("setMode", int)
    invertedControls = stored("invertedControls", bool)

    def __init__(self, parent=None):
        _Spin.__init__(self, parent)
        row(self, self._spin)

    def spinBox(self):
        return self._spin


@setters("minimum", "maximum", "value", "singleStep", "pageStep", "decimals", "prefix", "suffix", "tickInterval")
class ctkSliderWidget(_Spin):
    """A slider and a spin box of one value."""

    decimalsChanged = Signal(int)
    pageStep = stored("pageStep", float, 10.0)
    tickInterval = stored("tickInterval", float, 0.0)
    tickPosition = stored("tickPosition", int)
    synchronizeSiblings = stored("synchronizeSiblings", int)
    spinBoxAlignment = stored("spinBoxAlignment", int)
    tracking = stored("tracking", bool, True)
    spinBoxVisible = stored("spinBoxVisible", bool, True, "_onSpinBoxVisible")
    popupSlider = stored("popupSlider", bool)
    invertedAppearance = stored("invertedAppearance", bool)
    invertedControls = stored("invertedControls", bool)

    STEPS = 1000

    def __init__(self, parent=None):
        _Spin.__init__(self, parent)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Horizontal, self)
        self._slider.setRange(0, self.STEPS)
        self._slider.sliderMoved.connect(self._onSlider)
        row(self, self._slider, self._spin)

    def spinBox(self):
        return self._spin

    def slider(self):
        return self._slider

    def reset(self):
        self.value = self.minimum

    def _onSpinBoxVisible(self):
        self._spin.visible = self.spinBoxVisible

    def _onSlider(self, position):
        self.value = self.minimum + (self.maximum - self.minimum) * position / self.STEPS

    def _onRange(self):
        extent = self.maximum - self.minimum
        self._slider.value = round(self.STEPS * (self.value - self.minimum) / extent) if extent > 0 else 0

    def _onValue(self, value):
        self._onRange()
        _Spin._onValue(self, value)


@setters("minimumValue", "maximumValue", "singleStep", "decimals", "prefix", "suffix")
class ctkRangeWidget(QtWidgets.QWidget):
    """Two spin boxes: the ends of a range."""

    valuesChanged = Signal(float, float)
    minimumValueChanged = Signal(float)
    maximumValueChanged = Signal(float)
    rangeChanged = Signal(float, float)
    minimum = delegated("_low", "minimum", float)
    maximum = delegated("_high", "maximum", float)
    minimumValue = delegated("_low", "value", float)
    maximumValue = delegated("_high", "value", float)
    singleStep = delegated("_low", "singleStep", float)
    decimals = delegated("_low", "decimals", int)
    prefix = delegated("_low", "prefix", str)
    suffix = delegated("_low", "suffix", str)
    tickInterval = stored("tickInterval", float, 0.0)
    tracking = stored("tracking", bool, True)
    symmetricMoves = stored("symmetricMoves", bool)

    def __init__(self, parent=None):
        QtWidgets.QWidget.__init__(self, parent)
        self._low, self._high = QtWidgets.QDoubleSpinBox(self), QtWidgets.QDoubleSpinBox(self)
        self._low.valueChanged.connect(self._onLow)
        self._high.valueChanged.connect(self._onHigh)
        row(self, self._low, self._high)

    def setRange(self, minimum, maximum):
        for spin in (self._low, self._high):
            spin.setRange(minimum, maximum)
        self.rangeChanged.emit(minimum, maximum)

    def setValues(self, minimum, maximum):
        self._high.value = maximum
        self._low.value = minimum

    def _onLow(self, value):
        self._high.value = max(self._high.value, value)
        self.minimumValueChanged.emit(value)
        self.valuesChanged.emit(self._low.value, self._high.value)

    def _onHigh(self, value):
        self._low.value = min(self._low.value, value)
        self.maximumValueChanged.emit(value)
        self.valuesChanged.emit(self._low.value, self._high.value)


@setters("currentPath", "nameFilters", "settingKey", "label")
class ctkPathLineEdit(QtWidgets.QWidget):
    """A path, with a button to choose it."""

    Files, Writable, Readable, Dirs = 0x002, 0x020, 0x010, 0x001
    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)
    label = stored("label", str)
    filters = stored("filters", int)
    options = stored("options", int)
    settingKey = stored("settingKey", str)
    showBrowseButton = stored("showBrowseButton", bool, True, "_onButton")
    showHistoryButton = stored("showHistoryButton", bool, True)
    sizeAdjustPolicy = stored("sizeAdjustPolicy", int)
    minimumContentsLength = stored("minimumContentsLength", int)
    nameFilters = stored("nameFilters", "QStringList", [])

    def __init__(self, parent=None):
        QtWidgets.QWidget.__init__(self, parent)
        self._edit = QtWidgets.QLineEdit(self)
        self._button = QtWidgets.QToolButton(self)
        self._button.text = "…"
        self._edit.textChanged.connect(self.currentPathChanged.emit)
        row(self, self._edit, self._button)

    currentPath = delegated("_edit", "text", str)

    def addCurrentPathToHistory(self):
        pass

    def _onButton(self):
        self._button.visible = self.showBrowseButton


@setters("directory", "caption")
class ctkDirectoryButton(QtWidgets.QWidget):
    """A folder, shown on a button."""

    directoryChanged = Signal(str)
    caption = stored("caption", str)
    options = stored("options", int)
    acceptMode = stored("acceptMode", int)
    text = delegated("_button", "text", str)
    directory = stored("directory", str, ".", "_onDirectory")

    def __init__(self, parent=None):
        QtWidgets.QWidget.__init__(self, parent)
        self._button = QtWidgets.QPushButton(self)
        row(self, self._button)

    def _onDirectory(self):
        self._button.text = self.directory
        self.directoryChanged.emit(self.directory)


class ctkComboBox(QtWidgets.QComboBox):
    """A combo box that says something when nothing is chosen."""

    defaultText = stored("defaultText", str)
    forceDefault = stored("forceDefault", bool)
    elideMode = stored("elideMode", int)
    scrollWheelEffect = stored("scrollWheelEffect", int)


class ctkCheckBox(QtWidgets.QCheckBox):
    """A check box that may have an icon."""

    indicatorIcon = stored("indicatorIcon", QtGui.QIcon)
    indicatorIconSize = stored("indicatorIconSize", QtCore.QSize)


class ctkPushButton(QtWidgets.QPushButton):
    """A push button that elides its text."""

    buttonTextAlignment = stored("buttonTextAlignment", int)
    iconAlignment = stored("iconAlignment", int)
    elideMode = stored("elideMode", int)


class ctkMenuButton(ctkPushButton):
    """A push button with a menu beside it."""


class ctkFittedTextBrowser(QtWidgets.QTextBrowser):
    """A text as high as it needs to be."""

    disableMouseScroll = stored("disableMouseScroll", bool)
    collapsed = stored("collapsed", bool, True)
    showDetailsText = stored("showDetailsText", str)
    hideDetailsText = stored("hideDetailsText", str)

    def __init__(self, parent=None):
        QtWidgets.QTextBrowser.__init__(self, parent)
        strict.override(self, "sizeHint", self._sizeHint)

    def _sizeHint(self):
        document = self.document.clone()
        document.setTextWidth(max(self.viewport().width, 200))
        return QtCore.QSize(200, int(document.size.height()) + 4)


class ctkMessageBox(QtWidgets.QMessageBox):
    """A message box that may be told not to come again."""

    dontShowAgain = stored("dontShowAgain", bool)
    dontShowAgainSettingsKey = stored("dontShowAgainSettingsKey", str)
    dontShowAgainVisible = stored("dontShowAgainVisible", bool)
