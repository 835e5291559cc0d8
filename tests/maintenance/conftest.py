import pytest

from lester_gui.models import metrics


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of metrics are not what is tested here, and most of the time of a small case goes into them."""
    monkeypatch.setattr(metrics, "RESAMPLES", 5)
