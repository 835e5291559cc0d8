import pytest

from lester_gui.errors import CheckFailed, Refused, UserError


@pytest.mark.parametrize(("family", "code"), [(UserError, 1), (CheckFailed, 3), (Refused, 4)])
def test_families_have_their_exit_codes(family: type[UserError], code: int) -> None:
    error = family("the plan is stale", hint="Make it again")
    assert error.exit_code == code
    assert (error.message, error.hint) == ("the plan is stale", "Make it again")
    assert str(error) == "the plan is stale (Make it again)"
    assert isinstance(error, UserError)


def test_the_hint_may_be_missing() -> None:
    assert str(UserError("no such folder")) == "no such folder"
