"""Fields hold what is written in them, on the smallest phone too."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.journey

#: times that have less room than "10:00 AM" takes
TIGHT = """[...document.querySelectorAll("input[type=time]")].filter((input) => {
  const copy = input.cloneNode();
  copy.value = "10:00";
  copy.style.inlineSize = "max-content";
  input.after(copy);
  const wanted = copy.offsetWidth;
  copy.remove();
  return input.offsetWidth < wanted;
}).length"""


@pytest.mark.parametrize("width", [320, 360, 390, 768])
def test_a_time_is_never_cut_off(someone, width):
    page = someone("ana", **{**PHONE, "is_mobile": False, "viewport": {"width": width, "height": 844}})
    for path in ("/therapy/new", "/medication/new"):
        page.goto(path)
        assert page.locator("input[type=time]").count() >= 4
        assert page.evaluate(TIGHT) == 0, path
