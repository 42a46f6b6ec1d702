"""Addresses of machines, and the networks that an operator names in settings."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def networks(written: str) -> tuple[Network, ...]:
    """Networks such as `10.0.0.0/8, 127.0.0.1`, separated by commas or spaces; ValueError names the one that is none."""
    found = []
    for name in written.replace(",", " ").split():
        try:
            found.append(ip_network(name, strict=False))
        except ValueError:
            raise ValueError(f"{name!r} is no network, such as 10.0.0.0/8") from None
    return tuple(found)


def within(address: str, named: Sequence[Network]) -> bool:
    """Whether an address lies in one of the networks; what is no address lies in none."""
    found = _address(address)
    return found is not None and any(found in network for network in named)


def is_loopback(address: str) -> bool:
    """Whether an address is this machine."""
    found = _address(address)
    return found is not None and found.is_loopback


def neighbourhood(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one IPv6 customer has to themselves."""
    found = _address(address)
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address


def _address(written: str) -> IPv4Address | IPv6Address | None:
    """The address, an IPv4 one written as IPv6 told as what it is; None where it is none."""
    try:
        found = ip_address(written.strip().strip("[]"))
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
