"""Tasks: states, throttled progress, cancel without stale results, and the two families of errors."""

import threading
import time

import pytest
from PySide6.QtCore import QThread

from lester_gui.errors import UserError
from lester_gui.workers import Runner, TaskState


@pytest.fixture
def runner(qapp):
    made = Runner()
    yield made
    made.cancel_all()
    assert made.wait()
    qapp.processEvents()


def test_result_arrives_in_the_gui_thread(runner, qtbot):
    heard = {}

    def work(_ctx):
        heard["worker"] = threading.get_ident()
        return 42

    task = runner.start(work, "Counting")
    states = []
    task.state_changed.connect(states.append)

    def done(value):
        heard["value"] = value
        heard["gui"] = threading.get_ident()

    task.succeeded.connect(done)
    qtbot.waitSignal(task.over, timeout=3000).wait()
    assert heard["value"] == 42
    assert heard["gui"] == threading.get_ident() != heard["worker"]
    assert states == [TaskState.RUNNING, TaskState.DONE]
    qtbot.waitUntil(lambda: runner.tasks() == [])


def test_progress_is_throttled_and_the_last_step_is_told(runner, qtbot):
    def work(ctx):
        for i in range(2000):
            ctx.advance(f"step {i}", i / 2000)
        ctx.advance("end", 1.0)

    task = runner.start(work)
    steps = []
    task.progressed.connect(steps.append)
    qtbot.waitSignal(task.over, timeout=5000).wait()
    assert len(steps) <= 6
    assert steps[-1].label == "end"


def test_cancel_stops_the_work_and_no_result_arrives(runner, qtbot):
    began = threading.Event()

    def work(ctx):
        began.set()
        while True:
            ctx.check_cancelled()
            time.sleep(0.005)

    task = runner.start(work)
    results = []
    task.succeeded.connect(results.append)
    began.wait(3)
    with qtbot.waitSignal(task.over, timeout=3000):
        task.cancel()
        assert task.state is TaskState.CANCELLING
    assert task.state is TaskState.CANCELLED
    assert results == []


def test_a_result_that_comes_too_late_is_dropped_unless_wanted(runner, qtbot):
    gate = threading.Event()

    def work(_ctx):
        gate.wait(3)
        return "late"

    dropped, kept = [], []
    one = runner.start(work)
    two = runner.start(work, keeps_result=True)
    one.succeeded.connect(dropped.append)
    two.succeeded.connect(kept.append)
    qtbot.waitUntil(lambda: one.state is TaskState.RUNNING and two.state is TaskState.RUNNING, timeout=3000)
    for task in (one, two):
        task.cancel()
    gate.set()
    qtbot.waitUntil(lambda: one.state.is_over and two.state.is_over, timeout=3000)
    assert (dropped, kept) == ([], ["late"])
    assert (one.state, two.state) == (TaskState.CANCELLED, TaskState.DONE)


def test_two_families_of_errors(runner, qtbot):
    def mendable(_ctx):
        raise UserError("no such file", hint="choose another")

    def bug(_ctx):
        raise KeyError("x")

    failed, crashed, everywhere = [], [], []
    runner.crashed.connect(everywhere.append)
    one, two = runner.start(mendable), runner.start(bug)
    one.failed.connect(failed.append)
    two.crashed.connect(crashed.append)
    qtbot.waitUntil(lambda: one.state is TaskState.FAILED and two.state is TaskState.FAILED, timeout=3000)
    assert failed[0].hint == "choose another"
    assert isinstance(crashed[0], KeyError)
    assert everywhere == crashed


def test_a_task_cancelled_before_it_begins_never_works(runner, qtbot):
    gate = threading.Event()
    blockers = [runner.start(lambda _ctx: gate.wait(3)) for _ in range(3)]
    worked = []
    task = runner.start(lambda _ctx: worked.append(1))
    task.cancel()
    gate.set()
    qtbot.waitUntil(lambda: task.state.is_over and all(b.state.is_over for b in blockers), timeout=4000)
    assert worked == []
    assert task.state is TaskState.CANCELLED


def test_pages_have_a_lane_of_their_own(runner, qtbot):
    gate = threading.Event()
    for _ in range(4):
        runner.start(lambda _ctx: gate.wait(3))
    page = runner.start(lambda _ctx: "rows", lane="pages")
    got = []
    page.succeeded.connect(got.append)
    qtbot.waitUntil(lambda: got == ["rows"], timeout=2000)
    gate.set()


def test_busy_names_are_told(runner, qtbot):
    gate = threading.Event()
    told = []
    runner.busy_changed.connect(told.append)
    task = runner.start(lambda _ctx: gate.wait(3), "Running")
    assert told[-1] == ["Running"]
    gate.set()
    qtbot.waitSignal(task.over, timeout=3000).wait()
    qtbot.waitUntil(lambda: told[-1] == [])
    assert QThread.currentThread() is runner.thread()
