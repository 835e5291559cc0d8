import threading

import pytest

from lester_gui.progress import Cancelled, Context, Part, Progress, silent


def test_steps_reach_the_listener_within_bounds() -> None:
    heard: list[tuple[str, float | None]] = []
    progress = Progress(lambda label, fraction: heard.append((label, fraction)))
    progress.advance("read")
    progress.advance("join", 0.5)
    progress.advance("fit", 1.5)
    assert heard == [("read", None), ("join", 0.5), ("fit", 1.0)]


def test_a_part_maps_onto_its_stretch() -> None:
    heard: list[float | None] = []
    progress = Progress(lambda _, fraction: heard.append(fraction))
    part = Part(progress, 0.5, 0.75)
    for fraction in (None, 0.0, 0.5, 1.0):
        part.advance("step", fraction)
    assert heard == [0.5, 0.5, 0.625, 0.75]


def test_cancelling_from_another_thread_stops_the_next_step() -> None:
    progress = Progress()
    part = Part(progress, 0, 1)
    part.check_cancelled()
    thread = threading.Thread(target=progress.cancel)
    thread.start()
    thread.join()
    assert progress.cancelled
    with pytest.raises(Cancelled):
        part.advance("next")
    with pytest.raises(Cancelled):
        part.check_cancelled()


def test_all_are_contexts() -> None:
    assert isinstance(silent(), Context)
    assert isinstance(Part(silent(), 0, 1), Context)
