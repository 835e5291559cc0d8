"""The certificate as a page that people read. It adds nothing to the certificate and holds no personal values either."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from lester_gui.errors import UserError
from lester_gui.resources import read_text


def render(certificate: Mapping[str, Any]) -> str:
    """Return the page, complete in itself: no script, no file from elsewhere."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string(read_text("templates", "evidence.html.j2")).render(c=certificate)


def write(certificate: Mapping[str, Any], path: Path) -> None:
    """Write the page.

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    try:
        path.write_text(render(certificate), encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"The report cannot be written to {path.name} ({error.strerror})", hint="Choose another place."
        ) from error
