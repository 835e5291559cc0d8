"""The screens of the window."""

from __future__ import annotations

from lester_gui.ui.desk import Desk
from lester_gui.ui.screen import Screen
from lester_gui.ui.screens.audit import AuditScreen
from lester_gui.ui.screens.case import CaseScreen
from lester_gui.ui.screens.data import DataScreen
from lester_gui.ui.screens.lineage import LineageScreen
from lester_gui.ui.screens.person import PersonScreen
from lester_gui.ui.screens.project import ProjectScreen
from lester_gui.ui.screens.requests import RequestsScreen
from lester_gui.ui.screens.rewrite import RewriteScreen


def build_screens(desk: Desk) -> dict[str, Screen]:
    """Build every screen of a window, by name."""
    return {
        "project": ProjectScreen(desk),
        "rewrite": RewriteScreen(desk),
        "data": DataScreen(desk),
        "person": PersonScreen(desk),
        "lineage": LineageScreen(desk),
        "requests": RequestsScreen(desk),
        "case": CaseScreen(desk),
        "audit": AuditScreen(desk),
    }
