"""Components shared by the screens; each knows its states and its accessible name."""

from lester_gui.ui.widgets.banner import Banner
from lester_gui.ui.widgets.buttons import Button, MenuButton
from lester_gui.ui.widgets.chips import Chip, Icon, Painted
from lester_gui.ui.widgets.choices import Segmented, Tabs
from lester_gui.ui.widgets.empty import Empty
from lester_gui.ui.widgets.fields import Field, QuickField
from lester_gui.ui.widgets.masked import MaskedValue
from lester_gui.ui.widgets.progress import ProgressRow

__all__ = [
    "Banner",
    "Button",
    "Chip",
    "Empty",
    "Field",
    "Icon",
    "MaskedValue",
    "MenuButton",
    "Painted",
    "ProgressRow",
    "QuickField",
    "Segmented",
    "Tabs",
]
