import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.delays import growing


@pytest.mark.parametrize(
    "seconds",
    [
        (0.1, 0.1, 2.5),
        (0.3, 1.2, 4.8),
        (0.05, 0.05, 0.06, 30.0),
        (1.0, 2.0, 4.0),  # twice as long each time
        (2.0, 4.0, 6.0),  # two seconds more each time
        (1.0, 2.0, 3.0, 4.0),
        (0.1, 0.1, 0.1, 1.0, 2.0, 4.0),
    ],
)
def test_delays_that_grow_are_recognised(seconds):
    assert growing(seconds)


@pytest.mark.parametrize(
    "seconds",
    [
        (),
        (9.0,),
        (0.1, 2.5),  # an account that does not exist, and one that does
        (2.0, 2.9, 2.1),
        (1.1, 2.0, 2.9),  # PAM: two seconds, and up to half of it more or less
        (2.5, 2.5, 2.5, 2.5),
        (0.1, 2.5, 2.6),
        (0.1, 2.5, 0.1, 2.5),
        (0.01, 0.02, 0.08),  # many times as long, and nothing
        (0.3, 0.5, 0.9),
        (20.0, 21.0, 19.0),  # slow by nature
        (4.8, 1.2, 0.3),
    ],
)
def test_a_pace_of_its_own_is_no_growth(seconds):
    assert not growing(seconds)


@given(st.lists(st.floats(1.0, 3.0), max_size=12))
def test_the_jitter_of_pam_never_grows(seconds):
    assert not growing(seconds)
