"""The body map: its sides, its words, and its list."""

import re

import pytest

from companion.diary.regions import REGIONS, label, said
from companion.diary.scale import SCALE, say

MIDDLE = 168 / 2


def centre(path):
    """Where the middle of an outline lies from left to right."""
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", path)]
    return (min(numbers[::2]) + max(numbers[::2])) / 2


@pytest.mark.parametrize(
    "region", [region for region in REGIONS.region if region["side"] != "middle"], ids=lambda region: region["code"]
)
def test_left_and_right_are_the_persons_own(region):
    # facing us, their right is on our left; from behind, on our right
    on_our_left = (region["side"] == "right") == (region["view"] == "front")
    assert (centre(region["path"]) < MIDDLE) == on_our_left
    assert abs(centre(region["path"]) - MIDDLE) > 5
    other = {"left": "right", "right": "left"}[region["side"]]
    assert region["side"] in region["label"].lower()
    assert other not in region["label"].lower()
    assert region["code"].endswith(f"-{region['side'][0]}")


def test_what_is_in_the_middle_is_drawn_there():
    assert all(abs(centre(region["path"]) - MIDDLE) < 3 for region in REGIONS.region if region["side"] == "middle")


def test_every_left_has_its_right():
    codes = {region["code"] for region in REGIONS.region}
    assert {code[:-2] for code in codes if code.endswith("-l")} == {code[:-2] for code in codes if code.endswith("-r")}
    assert len(codes) == len(REGIONS.region) == len({region["label"] for region in REGIONS.region})


def test_drawing_and_list_say_the_same(sqlite_app, visit, cast):
    page = visit("ana").get("/diary/log").text
    drawn = re.findall(r'data-region="([^"]+)" d="([^"]+)"', page)
    assert sorted(drawn) == sorted((region["code"], region["path"]) for region in REGIONS.region)
    listed = re.findall(r'name="where" value="([^"]+)">([^<]+)', page)
    assert sorted(listed) == sorted((region["code"], label(region["code"])) for region in REGIONS.region)


def test_a_marked_place_is_marked_in_both(sqlite_app, visit, cast):
    ana = visit("ana")
    page = ana.post("/diary/entries", {"where": ["back-lower-back-r"]}).text
    assert re.findall(r'class="reg is-on" data-region="([^"]+)"', page) == ["back-lower-back-r"]
    assert re.findall(r'name="where" value="([^"]+)" checked', page) == ["back-lower-back-r"]
    assert '<span class="value">Right lower back</span>' in page
    assert '<span data-count="back">, 1</span>' in page
    assert '<span data-count="front"></span>' in page


def test_places_in_a_row():
    assert said(["front-hip-l", "back-neck"]) == "Left hip, Back of neck"


def test_every_step_has_words():
    assert [step["score"] for step in SCALE] == list(range(11))
    assert (say(0), say(10)) == ("No pain at all", "The worst I can imagine")
    assert len({say(step) for step in range(11)}) == 11
