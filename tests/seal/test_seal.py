"""What is sealed is read here only, and only where it was written."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion import seal
from companion.settings import SettingsError


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "keys"
    seal.connect(path)
    assert seal.newest() == 1
    return path


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    seal.connect(tmp_path_factory.mktemp("seal") / "keys")


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text("abc:1"), st.text("abc.:1"))
def test_it_opens_what_it_sealed(ring, text, owner, place):
    value = seal.sealed(text, owner, place)
    assert seal.opened(value, owner, place) == text
    assert seal.sealed(text, owner, place) != value, "two of the same do not look alike"
    for other in ((owner + "x", place), (owner, place + "x")):
        with pytest.raises(seal.LostKey):
            seal.opened(value, *other)


def test_a_changed_value_does_not_open(keys):
    value = seal.sealed("my words", "account:1", "note:1")
    assert b"my words" not in value
    for at in range(len(value)):
        with pytest.raises(seal.LostKey):
            seal.opened(value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :], "account:1", "note:1")


def test_the_newest_key_seals_and_older_ones_still_open(keys):
    old = seal.sealed("before", "clinic:1", "name:1")
    keys.write_text(keys.read_text() + f"2 {b64encode(bytes(32)).decode()}\n")
    seal.connect(keys)
    new = seal.sealed("after", "clinic:1", "name:1")
    assert (int.from_bytes(old[:4]), int.from_bytes(new[:4]), seal.newest()) == (1, 2, 2)
    assert [seal.opened(value, "clinic:1", "name:1") for value in (old, new)] == ["before", "after"]
    keys.write_text(keys.read_text().splitlines()[1] + "\n")
    seal.connect(keys)
    with pytest.raises(seal.LostKey, match="Key 1 is not here"):
        seal.opened(old, "clinic:1", "name:1")
    assert seal.opened(new, "clinic:1", "name:1") == "after"


def test_each_owner_and_purpose_has_a_key_of_its_own(keys):
    secrets = {seal.secret(purpose, 1) for purpose in ("seal account:1", "seal account:2", "audit chain 1")}
    assert len(secrets) == 3
    assert {len(secret) for secret in secrets} == {32}


def test_the_keys_are_made_once_and_for_their_owner_only(tmp_path):
    path = tmp_path / "new" / "keys"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: seal.write_new(path, f"{number}".encode()), range(8)))
    first = path.read_text()
    seal.write_new(path, b"later")
    assert (path.read_text(), path.stat().st_mode & 0o777) == (first, 0o600)
    assert [each.name for each in path.parent.iterdir()] == ["keys"]


@pytest.mark.parametrize("content", ["", "\n", "1", "1 short", f"x {b64encode(bytes(32)).decode()}", "1 " + "é" * 4])
def test_it_refuses_a_file_that_holds_something_else(tmp_path, content):
    path = tmp_path / "keys"
    path.write_text(content, encoding="utf-8")
    seal.connect(path)
    with pytest.raises(SettingsError, match="keys holds"):
        seal.sealed("", "", "")
