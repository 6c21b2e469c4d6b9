"""The body map: its sides, its shapes, its codes, and its words."""

import re
from collections import defaultdict
from statistics import fmean

import pytest

from companion.diary.regions import REGIONS, Marks, drawn, known, label, offered, painted, said, side
from companion.diary.scale import SCALE, say
from tests.diary.shapes import crossings, inside, polygon

WIDTH, HEIGHT = map(int, REGIONS.viewbox.split()[2:])
MIDDLE = WIDTH / 2
BODY = polygon(REGIONS.outline)
SHAPES = {region["code"]: polygon(region["path"]) for region in REGIONS.region}
#: every so many units the drawing is looked at
STEP = 8
#: how wide the form draws it on a phone, in px
DRAWN = 288
#: what the first version of the list held; entries of those days name them
FIRST = """front: head neck upper-belly lower-belly groin
front-r front-l: shoulder upper-arm elbow forearm hand chest hip thigh knee shin foot
back: head neck upper-spine lower-spine tailbone
back-r back-l: shoulder upper-arm elbow forearm hand upper-back middle-back lower-back buttock thigh knee calf heel"""


@pytest.fixture(scope="module")
def spots():
    """The points of a grid within the body that each region covers."""
    found = defaultdict(list)
    for y in range(STEP // 2, HEIGHT, STEP):
        body = crossings(BODY, y)
        for code, shape in SHAPES.items():
            for left, right in crossings(shape, y):
                for x in range(STEP // 2, WIDTH, STEP):
                    if left <= x < right and any(a <= x <= b for a, b in body):
                        found[code].append((x, y))
    return found


def test_left_and_right_are_the_persons_own(spots):
    for region in REGIONS.region:
        middle = fmean(x for x, _ in spots[region["code"]])
        if region["side"] == "middle":
            assert abs(middle - MIDDLE) < 1, region["code"]
            continue
        # facing us, their right is on our left; from behind, on our right
        on_our_left = (region["side"] == "right") == (region["view"] == "front")
        assert (middle < MIDDLE) == on_our_left and abs(middle - MIDDLE) > 2 * STEP, region["code"]
        assert region["side"] in region["label"].lower()
        assert {"left": "right", "right": "left"}[region["side"]] not in region["label"].lower()
        assert region["code"].endswith(f"-{region['side'][0]}")
        assert side(region["code"]) == region["side"]


def test_every_left_has_its_right_and_is_its_mirror(spots):
    codes = [region["code"] for region in REGIONS.region]
    assert {code[:-2] for code in codes if code.endswith("-l")} == {code[:-2] for code in codes if code.endswith("-r")}
    for code in codes:
        if code.endswith("-l"):
            # a spot may lie on the very line
            assert len({(WIDTH - x, y) for x, y in spots[code]} ^ {*spots[f"{code[:-2]}-r"]}) <= 1, code


@pytest.mark.parametrize("view", ["front", "back"])
def test_the_regions_cover_the_body_and_not_each_other(spots, view):
    shapes = {region["code"]: SHAPES[region["code"]] for region in REGIONS.region if region["view"] == view}
    covered = [spot for code in shapes for spot in spots[code]]
    assert len(covered) == len({*covered})
    body = {(x, y) for y in range(STEP // 2, HEIGHT, STEP) for a, b in crossings(BODY, y)
            for x in range(STEP // 2, WIDTH, STEP) if a <= x <= b}  # fmt: skip
    assert {*covered} == body
    assert inside(BODY, MIDDLE, HEIGHT / 3) and not inside(BODY, MIDDLE, HEIGHT - 1)


def test_a_region_is_big_enough_for_a_finger(spots):
    for code, found in spots.items():
        scale = DRAWN / WIDTH
        across = (max(x for x, _ in found) - min(x for x, _ in found) + STEP) * scale
        down = (max(y for _, y in found) - min(y for _, y in found) + STEP) * scale
        assert min(across, down) >= 19 and len(found) * (STEP * scale) ** 2 >= 400, code


def test_codes_are_for_ever():
    for line in FIRST.splitlines():
        heads, names = line.split(": ")
        for head in heads.split():
            view, _, which = head.partition("-")
            assert all(known(f"{view}-{name}{'-' if which else ''}{which}") for name in names.split())
    codes = [region["code"] for region in (*REGIONS.region, *REGIONS.retired)]
    assert len({*codes}) == len(codes) == len({label(code) for code in codes})
    assert 70 <= len(REGIONS.region) <= 90


def test_what_is_retired_is_drawn_as_its_parts_and_not_offered():
    for region in REGIONS.retired:
        assert drawn(region["code"]) == region["parts"] == offered(region["parts"])
        assert offered([region["code"]]) == []
        assert all(part.startswith(region["view"]) for part in region["parts"])
    assert painted(Marks(["back-neck"], {"back-neck": 6})) == dict.fromkeys(
        ["back-upper-neck", "back-lower-neck"], "is-on p6"
    )


def test_a_finer_place_is_painted_over_the_wide_one():
    marks = Marks(["back-lower-neck", "back-neck"], {"back-neck": 6, "back-lower-neck": 2}, ["back-lower-neck"])
    assert painted(marks) == {"back-upper-neck": "is-on p6", "back-lower-neck": "is-on p2 is-there"}


def test_drawing_and_list_say_the_same(sqlite_app, visit, cast):
    page = visit("ana").get("/diary/log").text
    shapes = re.findall(r'data-region="([^"]+)" d="([^"]+)"', page)
    assert sorted(shapes) == sorted((region["code"], region["path"]) for region in REGIONS.region)
    listed = re.findall(r'name="where" value="([^"]+)"><span>([^<]+)', page)
    assert sorted(listed) == sorted((region["code"], label(region["code"])) for region in REGIONS.region)
    for name in ("strength", "spreads"):
        assert re.findall(rf'name="{name}-([^"]+)"', page) == [code for code, _ in listed]


def test_places_in_a_row():
    assert said(["front-hip-l", "back-neck"]) == "Left hip, Back of neck"
    assert said(["front-hip-l", "back-thigh-l"], {"front-hip-l": 0}, ["back-thigh-l"]) == (
        "Left hip (0 of 10). Spreads to: Back of left thigh"
    )
    assert said(["back-thigh-l"], {"back-thigh-l": 3}, ["back-thigh-l"]) == "Spreads to: Back of left thigh (3 of 10)"
    assert "," not in "".join(label(region["code"]) for region in REGIONS.region)


def test_every_step_has_words():
    assert [step["score"] for step in SCALE] == list(range(11))
    assert (say(0), say(10)) == ("No pain at all", "The worst I can imagine")
    assert len({say(step) for step in range(11)}) == 11
