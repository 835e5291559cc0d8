"""Records of JSON as rows, as Python's `json` reads them: one object per line, or the elements of a document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pyarrow as pa

from lester_gui.errors import UserError
from lester_gui.ir.schema import Schema, Type
from lester_gui.runtime import json_documents, json_fields
from lester_gui.runtime.records import Records

Rows = tuple[Schema, pa.Table, list[int]]
"""Schema, columns, and the row id of every row."""


def by_line(
    records: Records,
    texts: Sequence[str],
    filled: Sequence[bool],
    skip_broken: bool,
    names: Sequence[str],
    declared: Mapping[str, Type],
) -> Rows:
    """Read one object per line.

    Parameters
    ----------
    texts, filled
        Of each record: its text, and whether it is data and no blank line that the script passes over.
    skip_broken
        Whether the script passes over lines that are no JSON.
    names, declared
        See `json_fields.table`.

    Raises
    ------
    UserError
        If a line is no JSON object. It names file and line.
    """
    objects, places, row_ids = [], [], []
    for text, is_data, row_id, line in zip(texts, filled, records.row_ids, records.lines, strict=True):
        if not is_data:
            continue
        place = json_fields.Place(records.name, line)
        try:
            found = json_fields.parsed(text)
        except json_fields.NotJson:
            if skip_broken and not _is_python_json(text):
                continue
            raise place.refuse("the line is not JSON", "Mend the line, or take it out.") from None
        if not isinstance(found, dict):
            raise place.refuse("the line holds no JSON object", "Mend the line, or take it out.")
        objects.append(found)
        places.append(place)
        row_ids.append(row_id)
    return (*json_fields.table(objects, places, names, declared), row_ids)


def elements(records: Records, keyed: bool, names: Sequence[str], declared: Mapping[str, Type]) -> Rows:
    """Read the elements of a document, of an object in it where `keyed`.

    Raises
    ------
    UserError
        If the elements stand in a list where the script goes through an object, or some of them are objects and some are not.
    """
    if keyed != records.preamble.rstrip().endswith(b"{"):
        raise UserError(
            f"{records.name} holds a list where the script goes through an object, or the other way round",
            hint="Check that it is the file that the script reads.",
        )
    rows = [x for x in zip(records.records, records.row_ids, records.lines, strict=True) if not json_documents.is_end(x[0])]
    objects = [json_documents.object_of(record, keyed) for record, _, _ in rows]
    if len({json_fields.VALUE in o for o in objects}) > 1:
        raise UserError(
            f"{records.name}: some elements are objects and some are not; this is not supported yet",
            hint="Let all elements be objects.",
        )
    places = [json_fields.Place(records.name, line) for _, _, line in rows]
    return (*json_fields.table(objects, places, names, declared), [row_id for _, row_id, _ in rows])


def _is_python_json(text: str) -> bool:
    """Whether Python's `json` reads a text that Lester refuses: one with NaN in it."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
