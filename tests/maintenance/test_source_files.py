import hashlib
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.errors import UserError
from lester_gui.maintenance import source_files
from lester_gui.maintenance.source_files import Known, PurgePending, rewrite
from lester_gui.runtime.records import Dialect, split

CSV = Dialect()


def known(content: bytes) -> Known:
    return Known(len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("content", "remove", "expected"),
    [
        (b"h\na\nb\nc\n", {2}, b"h\na\nc\n"),
        (b"h\r\na\r\nb\r\n", {1}, b"h\r\nb\r\n"),
        (b"h\na\nb", {2}, b"h\na\n"),
        (b"\xef\xbb\xbfh\na\n\n b \n", {1}, b"\xef\xbb\xbfh\n\n b \n"),
        (b'h\n"two\nlines"\nb\n', {1}, b"h\nb\n"),
        (b"h\na\n", {1}, b"h\n"),
    ],
)
def test_only_the_lines_leave(tmp_path: Path, content: bytes, remove: set[int], expected: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    path.chmod(0o640)
    done = rewrite(path, known(content), CSV, remove, {})
    assert path.read_bytes() == expected
    assert (done.lines, done.appended) == (len(remove), 0)
    assert done.sha256_after == hashlib.sha256(expected).hexdigest() == done.known.sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize(
    ("content", "appended", "remove", "expected"),
    [
        (b"h\na\nb\n", b"c\n", {1}, b"h\nb\nc\n"),
        (b"h\na\nb", b"\nc\n", {2}, b"h\na\nc\n"),
        (b"h\na\nb", b"\r\nc\r\n", {2}, b"h\na\nc\r\n"),
        (b"h\na\nb", b"\nc\n", {1}, b"h\nb\nc\n"),
    ],
)
def test_appended_rows_are_kept(tmp_path: Path, content: bytes, appended: bytes, remove: set[int], expected: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content + appended)
    done = rewrite(path, known(content), CSV, remove, {})
    assert path.read_bytes() == expected
    kept = path.read_bytes()[: done.known.size]
    assert hashlib.sha256(kept).hexdigest() == done.known.sha256 and b"c" not in kept


def test_a_line_is_corrected(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"h\na\nb\nc\n")
    rewrite(path, known(b"h\na\nb\nc\n"), CSV, {1}, {3: b"C\n"})
    assert path.read_bytes() == b"h\nb\nC\n"


@pytest.mark.parametrize("content", [b"h\na\nX\n", b"h\na\n", b""])
def test_a_changed_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(PurgePending, match="left alone"):
        rewrite(path, known(b"h\na\nb\n"), CSV, {1}, {})
    assert path.read_bytes() == content


def test_a_file_that_changes_meanwhile_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"h\na\nb\n")

    def append(name: str) -> None:
        if name == "purge.source.drafted":
            with path.open("ab") as file:
                file.write(b"c\n")

    monkeypatch.setattr(source_files.faults, "point", append)
    with pytest.raises(PurgePending, match="changed while"):
        rewrite(path, known(b"h\na\nb\n"), CSV, {1}, {})
    assert path.read_bytes() == b"h\na\nb\nc\n" and len(list(tmp_path.iterdir())) == 1


def test_a_link_is_followed_and_kept(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "t.csv"
    real.write_bytes(b"h\na\nb\n")
    link = tmp_path / "t.csv"
    link.symlink_to(real)
    rewrite(link, known(b"h\na\nb\n"), CSV, {1}, {})
    assert link.is_symlink() and real.read_bytes() == b"h\nb\n"


def test_a_disk_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"h\na\nb\n")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="No space left"):
        rewrite(path, known(b"h\na\nb\n"), CSV, {1}, {})
    assert path.read_bytes() == b"h\na\nb\n" and len(list(tmp_path.iterdir())) == 1


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([b"a,b\n", b'"x\ny",z\r\n', b"\n", b'"""",1\n', b"c\r\n"]), max_size=6),
    st.sampled_from([b"", b"last"]),
    st.sets(st.integers(1, 7), max_size=4),
)
def test_the_rest_is_untouched(
    tmp_path_factory: pytest.TempPathFactory, rows: list[bytes], last: bytes, remove: set[int]
) -> None:
    path = tmp_path_factory.mktemp("x") / "t.csv"
    content = b"h1,h2\n" + b"".join(rows) + last
    path.write_bytes(content)
    records = split(content, CSV, "t.csv").records
    gone = {i for i in remove if i <= len(records)}
    rewrite(path, known(content), CSV, gone, {})
    assert path.read_bytes() == b"h1,h2\n" + b"".join(r for i, r in enumerate(records, 1) if i not in gone)
