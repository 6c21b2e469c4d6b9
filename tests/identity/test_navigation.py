"""The main navigation leads everybody to pages of their own."""

import re

import pytest

PAGES = ("/identity/more", "/identity/settings", "/signin/sign-ins", "/caring/")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("name", "links"),
    [
        ("ana", ["Today", "Log", "Medicines", "Trends", "More"]),
        ("ben", ["Clinic", "More"]),
        ("carl", ["Clinic", "More"]),
        ("abe", ["Clinic", "More"]),
        ("rosa", ["People I help", "More"]),
    ],
)
def test_no_link_is_dead(sqlite_app, visit, name, links, path):
    browser = visit(name)
    nav = browser.get(path).text.split('<nav class="nav"')[1].split("</nav>")[0]
    assert re.findall(r"<span>([^<]+)</span>", nav) == links
    for target in re.findall(r'href="([^"]+)"', nav):
        assert browser.client.get(target, base_url="http://localhost", follow_redirects=True).status_code == 200


def test_a_caregiver_sees_in_a_record_what_is_open_there(sqlite_app, visit, cast):
    nav = visit("rosa").get(f"/for/{cast.ana_patient}/plan/").text.split('<nav class="nav"')[1].split("</nav>")[0]
    assert re.findall(r"<span>([^<]+)</span>", nav) == ["Today", "Log", "Medicines", "Trends", "More"]
    assert f'href="/for/{cast.ana_patient}/trends/"' in nav
