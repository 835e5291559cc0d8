from collections.abc import Iterator

import pytest

from lester_gui.models import metrics


@pytest.fixture(autouse=True, scope="module")
def few_resamples() -> Iterator[None]:
    """Intervals of metrics are not what is tested here, and most of the time of a small case goes into them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "RESAMPLES", 5)
        yield
