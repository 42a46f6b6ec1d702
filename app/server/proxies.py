"""Who a request comes from: a trusted proxy's word for address, scheme and host, and nobody else's.

Any browser can send `X-Forwarded-For`; taken from all, it would let one person write as a thousand addresses.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from app.server.addresses import Network, within

_FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip", "via")
_PASSED_ON = "carelight.passed_on"
_REQUEST = "carelight.request"
_VOUCHED = "carelight.vouched"
_VOUCHING = "x-carelight-patient"
_WITH_PORT = re.compile(r"\[(?P<six>[0-9A-Fa-f:.]+)\](?::\d{1,5})?|(?P<four>[0-9.]+):\d{1,5}")
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies whose word counts."""

    trusted: Sequence[Network] = ()

    def arrived(self, scope: Scope) -> Scope:
        """The scope with client, scheme, host and request id as they are; what others claim in headers is taken away."""
        headers = MutableHeaders(raw=list(scope["headers"]))
        claims = {name: headers[name] for name in (*_FORWARDING, "x-request-id", _VOUCHING) if name in headers}
        for name in claims:
            del headers[name]
        peer = str((scope.get("client") or ("",))[0])
        told: dict[str, Any] = {"client": (peer, 0), _PASSED_ON: bool(claims.keys() & set(_FORWARDING)), _REQUEST: uuid.uuid4().hex}
        if within(peer, self.trusted):
            told |= self._told(scope, claims, peer)
            if host := claims.get("x-forwarded-host", "").split(",")[0].strip():
                headers["host"] = host
        return {**scope, **told, "headers": headers.raw}

    def _told(self, scope: Scope, claims: dict[str, str], peer: str) -> dict[str, Any]:
        """What a trusted proxy says of the request that it passed on."""
        told: dict[str, Any] = {"client": (self._client(claims.get("x-forwarded-for", ""), peer), 0), _VOUCHED: claims.get(_VOUCHING, "")}
        proto = claims.get("x-forwarded-proto", "").split(",")[0].strip().lower()
        if proto in ("http", "https"):
            told["scheme"] = proto if scope["type"] == "http" else proto.replace("http", "ws")
        if _ID.fullmatch(claims.get("x-request-id", "")):
            told[_REQUEST] = claims["x-request-id"]
        return told

    def _client(self, forwarded: str, peer: str) -> str:
        """The nearest address that is no proxy of ours: what stands left of it the browser may have made up."""
        for hop in reversed([_without_port(hop.strip()) for hop in forwarded.split(",") if hop.strip()]):
            if not within(hop, self.trusted):
                return hop
        return peer


def _without_port(hop: str) -> str:
    """An address as some proxies write it, `203.0.113.9:50123` or `[2001:db8::1]:443`, without the port: each would be another."""
    found = _WITH_PORT.fullmatch(hop)
    return (found["six"] or found["four"]) if found else hop


def address(scope: Scope) -> str:
    """The address that a request comes from; empty where it is not known."""
    return str((scope.get("client") or ("",))[0])


def passed_on(scope: Scope) -> bool:
    """Whether some proxy says that it passed the request on."""
    return bool(scope.get(_PASSED_ON))


def vouched(scope: Scope) -> str:
    """The token by which a trusted proxy vouches for a patient; empty where none does."""
    return str(scope.get(_VOUCHED, ""))


def request_id(scope: Scope) -> str:
    """The request's id, in its answer and in every line logged on its way."""
    return str(scope.get(_REQUEST, ""))
