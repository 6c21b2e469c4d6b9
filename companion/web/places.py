"""Where a request comes from, roughly: enough to tell home from abroad, not enough to find a door."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

#: bits that are kept of an address, by its version
_KEPT = {4: 24, 6: 48}


def coarse(address: str | None) -> str:
    """The network of an internet address, such as "203.0.113.0/24"; an empty text for none."""
    try:
        known = ip_address(address or "")
    except ValueError:
        return ""
    known = getattr(known, "ipv4_mapped", None) or known
    return str(ip_network((known, _KEPT[known.version]), strict=False))
