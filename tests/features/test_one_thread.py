"""The limit holds inside the context, is taken back after it, and reaches libraries that are loaded later."""

import sys
import types

import pytest
import sklearn.linear_model  # noqa: F401 - brings the libraries
from threadpoolctl import threadpool_info, threadpool_limits

from lester_gui.features import one_thread as module
from lester_gui.features.one_thread import one_thread


def threads() -> list[int]:
    return [found["num_threads"] for found in threadpool_info()]


def test_every_library_runs_on_one_thread_and_gets_its_own_number_back() -> None:
    with threadpool_limits(limits=2):
        before = threads()
        assert before and max(before) == 2
        for _ in range(2):  # the second time the libraries are known
            with one_thread():
                assert set(threads()) == {1}
            assert threads() == before


def test_after_an_import_the_libraries_are_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    searches = []
    found = module.ThreadpoolController
    monkeypatch.setattr(module, "ThreadpoolController", lambda: searches.append(1) or found())
    with one_thread():
        pass
    searches.clear()
    with one_thread():
        pass
    assert not searches
    monkeypatch.setitem(sys.modules, "lester_imported_later", types.ModuleType("lester_imported_later"))
    with one_thread():
        pass
    assert searches == [1]
