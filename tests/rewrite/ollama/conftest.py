import pytest

from lester_gui.settings import Settings
from tests.rewrite.ollama.double import Double


@pytest.fixture
def settings():
    """Return settings that lead to a double."""

    def of(double: Double, model: str = "") -> Settings:
        return Settings(ollama_host=double.address, ollama_model=model)

    return of
