"""Whether the addresses of an article's sources answer: asked of public servers only, briefly, and nothing is read but the answer's head.

Whoever can name an address could otherwise have the server knock at doors inside the clinic's network. So every address
that a name stands for must be public, the connection goes to exactly the address that was looked at (a name can answer
differently the second time), and each redirect is looked at anew. Only the common ports are used, and no proxy.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import httpx

State = Literal["answers", "moved", "missing", "refused", "silent", "private", "none"]
SAYS: dict[State, str] = {
    "answers": "answers",
    "moved": "answers at another address",
    "missing": "not found there",
    "refused": "the server does not show it to programs; open it yourself",
    "silent": "no answer",
    "private": "not a public address; it was not opened",
    "none": "no web address",
}
_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_MOST_REDIRECTS = 4
_WHOLE_S = 15.0
_AT_ONCE = 6
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]+")
_PORTS = {"http": 80, "https": 443}
_AGENT = {"user-agent": "Carelight source check", "accept": "*/*", "accept-encoding": "identity"}
_TRY_GET = (403, 405, 501)
Resolve = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Checked:
    """What an address did; `at` is where it led, where that is elsewhere."""

    url: str
    state: State
    at: str = ""

    def __str__(self) -> str:
        return SAYS[self.state] + (f": {self.at}" if self.at else "")


def addresses(host: str) -> Sequence[str]:
    """Every address that a name stands for; OSError where nobody knows it."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def check(urls: Sequence[str], transport: httpx.AsyncBaseTransport | None = None, resolve: Resolve = addresses) -> list[Checked]:
    """Ask for each address, a few at a time, and stop waiting after seconds; never raises for what a server does.

    Works for a while: never on an event loop.
    """
    return asyncio.run(_check(urls, transport, resolve))


async def _check(urls: Sequence[str], transport: httpx.AsyncBaseTransport | None, resolve: Resolve) -> list[Checked]:
    at_once = asyncio.Semaphore(_AT_ONCE)
    async with httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, trust_env=False, headers=_AGENT) as client:

        async def one(url: str) -> Checked:
            try:
                async with at_once, asyncio.timeout(_WHOLE_S):
                    return await _followed(client, url, resolve)
            except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError):  # OSError holds TimeoutError
                return Checked(url, "silent")

        return list(await asyncio.gather(*map(one, urls)))


async def _followed(client: httpx.AsyncClient, url: str, resolve: Resolve) -> Checked:
    """One address and where it leads."""
    if not url.startswith(("http://", "https://")):
        return Checked(url, "none")
    at = httpx.URL(url)
    for hops in range(_MOST_REDIRECTS + 1):
        target = await _public(at, resolve)
        if target is None:
            return Checked(url, "private")
        status, location = await _asked(client, at, target)
        if not location:
            return Checked(url, _state(status, moved=hops > 0), str(at) if hops else "")
        at = at.join(location)
    return Checked(url, "silent", str(at))


def reachable(checked: Sequence[Checked]) -> bool:
    """Whether anything answered at all: else this server has no way to the web, and its silence says nothing of the sources."""
    return any(each.state not in ("silent", "none") for each in checked)


async def _public(url: httpx.URL, resolve: Resolve) -> str | None:
    """The one address to connect to; None where the name stands for any that is not public, or the address is no plain web address."""
    host = url.raw_host.decode("ascii")
    if url.scheme not in _PORTS or (url.port or _PORTS[url.scheme]) != _PORTS[url.scheme] or not _HOST.fullmatch(host):
        return None
    found = [ipaddress.ip_address(address.split("%")[0]) for address in await asyncio.to_thread(resolve, host)]
    return str(found[0]) if found and all(_open(address) for address in found) else None


def _open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is on the public net; one inside another form of it (mapped, 6to4, Teredo, NAT64) counts as what it is."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _open(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


async def _asked(client: httpx.AsyncClient, url: httpx.URL, target: str) -> tuple[int, str]:
    """Status and where it redirects to; the connection goes to `target`, the name is used for the certificate and the host."""
    host = url.raw_host.decode("ascii")
    pinned = url.copy_with(host=target, username=None, password=None, fragment=None)
    for method in ("HEAD", "GET"):
        request = client.build_request(method, pinned, headers={"host": host}, extensions={"sni_hostname": host})
        response = await client.send(request, stream=True)  # the body is never read; h11 refuses a head above 100 KB
        await response.aclose()
        if method == "GET" or response.status_code not in _TRY_GET:
            break
    return response.status_code, response.headers.get("location", "") if response.is_redirect else ""


def _state(status: int, *, moved: bool) -> State:
    if status in (401, 403, 405, 406, 429, 451, 501):
        return "refused"
    if status in (404, 410):
        return "missing"
    if status >= 400:
        return "silent"
    return "moved" if moved else "answers"
