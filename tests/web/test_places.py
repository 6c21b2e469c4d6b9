import pytest

from companion.web.places import coarse


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("unix:", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_it_keeps_the_network_only(address, network):
    assert coarse(address) == network
