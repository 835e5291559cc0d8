"""Files that are one JSON document: the elements of a list or object in it are records, and every byte has its place.

A record is an element with the comma and blanks behind it; the record of an object's element begins with its key. What follows
the last element is a record of its own that holds no data. Taking records out leaves commas that no element follows, or none
where one is due, so a document is put together by `joined`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from lester_gui.errors import UserError
from lester_gui.runtime.json_fields import KEY, VALUE, NotJson, parsed

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()


def pieces_of(content: bytes, place: str, name: str) -> tuple[list[bytes], list[int]]:
    """Split a document into what stands before the elements at `place`, the elements, and what follows them.

    Parameters
    ----------
    place
        The keys that lead to the list or object, as a JSON list.

    Raises
    ------
    UserError
        If the file is no JSON, has no list or object there, or has a key twice.
    """
    text = content.decode("utf-8")
    try:
        parsed(text)
        starts, end = _elements(text, json.loads(place))
    except NotJson as error:
        raise UserError(f"{name}: {error}", "Check that the file was written to its end.") from None
    cuts = [0, *(starts or [end]), *([end] if starts else []), len(text)]
    pieces = [text[a:b].encode("utf-8") for a, b in pairwise(cuts)]
    lines, line = [], 1
    for piece in pieces:
        lines.append(line)
        line += piece.count(b"\n")
    return pieces, lines


def _elements(text: str, path: list[str]) -> tuple[list[int], int]:
    """Return where each element of the list or object at a path begins, and where its bracket closes."""
    i = _after_blank(text, 0)
    for key in path:
        if text[i] != "{":
            raise NotJson("the list or object that the script goes through is not there")
        found = [value for _, name, value in _pairs(text, i)[0] if name == key]
        if len(found) != 1:
            raise NotJson("the list or object that the script goes through is not there" if not found else "a key stands twice")
        i = found[0]
    if text[i] == "{":
        pairs, end = _pairs(text, i)
        if len({name for _, name, _ in pairs}) != len(pairs):
            raise NotJson("a key stands twice")
        return [start for start, _, _ in pairs], end
    if text[i] != "[":
        raise NotJson("the list or object that the script goes through is not there")
    starts: list[int] = []
    i = _after_blank(text, i + 1)
    while text[i] != "]":
        starts.append(i)
        i = _next(text, _DECODER.raw_decode(text, i)[1])
    return starts, i


def _pairs(text: str, i: int) -> tuple[list[tuple[int, str, int]], int]:
    """Return (start, key, start of the value) of each element of the object at `i`, and where it closes."""
    out: list[tuple[int, str, int]] = []
    i = _after_blank(text, i + 1)
    while text[i] != "}":
        key, behind = _DECODER.raw_decode(text, i)
        value = _after_blank(text, _after_blank(text, behind) + 1)
        out.append((i, key, value))
        i = _next(text, _DECODER.raw_decode(text, value)[1])
    return out, i


def _next(text: str, i: int) -> int:
    i = _after_blank(text, i)
    return _after_blank(text, i + 1) if text[i] == "," else i


def _after_blank(text: str, i: int) -> int:
    found = _BLANK.match(text, i)
    assert found is not None
    return found.end()


def is_end(record: bytes) -> bool:
    """Whether a record is what follows the last element."""
    return record.lstrip()[:1] in (b"]", b"}")


def element(record: bytes) -> bytes:
    """Return a record without the comma and the blanks behind it."""
    return record.strip(b" \t\r\n").removesuffix(b",").rstrip(b" \t\r\n")


def joined(preamble: bytes, records: Sequence[bytes]) -> bytes:
    """Return the document of these records: a comma follows each element but the last one."""
    out = [preamble]
    count = sum(not is_end(r) for r in records)
    for number, record in enumerate(records, 1):
        core = element(record)
        has_comma = record.strip(b" \t\r\n").endswith(b",")
        if is_end(record) or has_comma == (number < count):
            out.append(record)
        else:
            at = record.index(core) + len(core)
            rest = record[at:]
            out += [record[:at], b"," + rest if number < count else rest.replace(b",", b"", 1)]
    return b"".join(out)


def object_of(record: bytes, keyed: bool) -> dict[str, Any]:
    """Return the fields of an element; `KEY` is its key in an object, `VALUE` what an element is that is no object."""
    text = element(record).decode("utf-8")
    out: dict[str, Any] = {}
    if keyed:
        ((out[KEY], found),) = parsed("{" + text + "}").items()
    else:
        found = parsed(text)
    return out | (found if isinstance(found, dict) else {VALUE: found})


def object_text(record: bytes, keyed: bool) -> str:
    """Return an element as the text of one object."""
    return json.dumps(object_of(record, keyed), ensure_ascii=False)


def record_of(fields: dict[str, Any], keyed: bool) -> bytes:
    """Return the record of an element with these fields."""
    rest = {k: v for k, v in fields.items() if k != KEY}
    value = rest[VALUE] if set(rest) == {VALUE} else rest
    text = json.dumps(value, ensure_ascii=False)
    if keyed:  # a key is text, and '' where there is nothing
        text = f"{json.dumps(fields[KEY] or '', ensure_ascii=False)}: {text}"
    return f"{text},\n".encode("utf-8", "replace")
