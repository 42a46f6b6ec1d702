"""A small real OpenID Connect provider on this machine: discovery, consent that needs no click, codes, PKCE, keys.

It does what the standard asks of it, and what a test tells it to do wrong.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.server_process import free_port

CLIENT, SECRET = "carelight", "a-secret-of-the-client"


@cache
def _key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@dataclass
class Provider:
    """A provider, and how it is to behave. `claims` go over those of every ID token; None takes one away."""

    address: str
    issuer: str = ""
    """What it calls itself: its address, unless a test says otherwise."""
    subject: str = "patient-4711"
    claims: dict[str, Any] = field(default_factory=dict)
    alg: str = "RS256"
    published: tuple[str, ...] = ("first",)
    signs_with: str = "first"
    names_key: str = "first"
    slow_s: float = 0.0
    refuses: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    """What each authorization request said."""

    def __post_init__(self) -> None:
        self.issuer = self.issuer or self.address

    def begin_anew(self) -> None:
        """As it was when it was made, for the next test."""
        self.__dict__.update(Provider(self.address).__dict__)

    def app(self) -> Starlette:
        """The provider as a web application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/jwks", self._jwks),
            ]
        )

    def _discovery(self, _request: Request) -> Response:
        time.sleep(self.slow_s)
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return JSONResponse({"issuer": self.issuer, **{name: f"{self.address}/{path}" for name, path in paths.items()}})

    def _jwks(self, _request: Request) -> Response:
        return JSONResponse(KeySet([_key(name) for name in self.published]).as_dict(private=False))

    def _authorize(self, request: Request) -> Response:
        """Whoever comes is `subject`, and agrees."""
        asked = dict(request.query_params)
        self.asked.append(asked)
        good = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
        if any(asked.get(name) != value for name, value in good.items()) or not asked.get("code_challenge"):
            return Response("not a request of our client", 400)
        told = {"error": "access_denied"} if self.refuses else {"code": (code := secrets.token_urlsafe(16))}
        if not self.refuses:
            self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**told, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        """A token for a code, once, for the client that it was made for and whoever holds the verifier."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if not secrets.compare_digest(request.headers.get("authorization", ""), expected):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri") or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.id_token(asked.get("nonce", ""))
        return JSONResponse({"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def id_token(self, nonce: str) -> str:
        """An ID token, signed as the test wants it."""
        at = int(time.time())
        told = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "exp": at + 300, "iat": at, "nonce": nonce}
        claims = {name: value for name, value in {**told, **self.claims}.items() if value is not None}
        header = {"alg": self.alg, "kid": self.names_key}
        if self.alg in ("none", "HS256"):
            return _unsafe(header, claims, _key("first").as_pem(private=False) if self.alg == "HS256" else b"")
        return jwt.encode(header, claims, _key(self.signs_with), algorithms=[self.alg])


def _unsafe(header: dict[str, Any], claims: dict[str, Any], public: bytes) -> str:
    """A token without a signature, or with one that anybody can make: the provider's public key in a secret's place."""
    told = b".".join(_coded(json.dumps(part).encode()) for part in (header, claims))
    return b".".join((told, _coded(hmac.digest(public, told, hashlib.sha256)) if public else b"")).decode()


def _coded(what: bytes) -> bytes:
    return base64.urlsafe_b64encode(what).rstrip(b"=")


@contextmanager
def provider(host: str = "127.0.0.1") -> Iterator[Provider]:
    """A provider that listens on a free port of this machine, under one of its names."""
    port = free_port()
    made = Provider(f"http://{host}:{port}")
    server = uvicorn.Server(uvicorn.Config(made.app(), host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield made
    server.should_exit = True
    thread.join(timeout=10)
