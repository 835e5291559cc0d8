"""The window: widgets only. Everything shown here comes from one :class:`lester_gui.session.Session`."""
