"""What one person prefers: the theme, the name under which they act, and the language model."""

from __future__ import annotations

from dataclasses import replace

from lester_gui import settings as preferences
from lester_gui.ui import theme
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.layout import col, label, row
from lester_gui.ui.widgets import Button, Field, Icon, Segmented


class PreferencesSheet(Sheet):
    """Preferences; kept when the sheet is closed with Save."""

    width_wanted = 520

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Preferences"))
        self._desk = desk
        self._before = theme.choice()
        names = [self.tr("As the system"), self.tr("Light"), self.tr("Dark")]
        self._theme = Segmented([(n, "") for n in names], theme.CHOICES.index(self._before), self.tr("Theme"))
        self._theme.chosen.connect(lambda i: theme.choose(theme.CHOICES[i]))
        self._user = Field(self.tr("Your name in cases and in the journal"), "", desk.settings.user_name)
        self._model = Field(self.tr("Language model"), self.tr("chosen each time"), desk.settings.ollama_model)
        self._host = Field(self.tr("Address of the Ollama server"), "", desk.settings.ollama_host)
        cancel = Button(self.tr("Cancel"))
        cancel.clicked.connect(self._cancel)
        save = Button(self.tr("Save"), "primary", "check")
        save.clicked.connect(self._save)
        self.set_content(
            col(
                row(Icon("settings", "accent", 20), label(self.tr("Preferences"), "title"), None),
                12,
                label(self.tr("Theme"), "smallstrong", "2"),
                row(self._theme, None),
                12,
                self._user,
                12,
                self._model,
                12,
                self._host,
                label(self.tr("Only servers on this computer are asked."), "small", "3"),
                16,
                row(None, cancel, save),
                gap=4,
                margins=(24, 20, 24, 20),
            ),
            self._user.edit,
            save,
        )

    def _save(self) -> None:
        if not self._user.text():
            self._user.set_error(self.tr("A case needs the name of the person who files it."))
            self.relayout()
            return
        new = replace(
            self._desk.settings,
            theme=theme.choice(),
            user_name=self._user.text(),
            ollama_model=self._model.text(),
            ollama_host=self._host.text() or self._desk.settings.ollama_host,
        )
        preferences.save(new)
        self._desk.settings = new
        self._before = theme.choice()
        self.close_sheet()

    def _cancel(self) -> None:
        theme.choose(self._before)
        self.close_sheet()
