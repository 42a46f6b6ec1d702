"""The clinic's own sign-in by OpenID Connect: the code flow with PKCE, state and nonce. The one user of Authlib.

Nothing here holds a thread, and nothing waits longer than the settings say: a provider that is down or slow costs whoever signs
in an apology, and nobody else anything.
"""

import asyncio
import hmac
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from app.errors import PortalDownError, PortalError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures of a key pair alone: `none` is no signature, and one made with a shared secret could be made of the public key."""
_LEEWAY_S = 60
"""How far the provider's clock may be from ours."""
_KEPT_S = 3600.0
_ANEW_AFTER_S = 60.0
"""How soon the keys are asked for again because a token names one that we do not know."""
_MOST_AT_ONCE = 32
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Client:
    """Carelight as a provider knows it."""

    issuer: str
    client_id: str
    secret: str
    scope: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one sign-in is recognised by when it comes back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What a provider says of itself, and since when we know it."""

    told: Mapping[str, Any]
    keys: KeySet
    at: float


class Provider:
    """One provider, as one client. Every method raises PortalDownError where it cannot be reached in time."""

    def __init__(self, client: Client, within_s: float) -> None:
        self._client, self._within_s = client, within_s
        self._known: _Known | None = None
        self._at_once = 0
        _trust()

    async def look(self) -> None:
        """Ask the provider what it says of itself, well before a sign-in would have to."""
        async with self._in_time():
            await self._find(_KEPT_S / 2)

    async def begin(self, redirect: str) -> tuple[str, Attempt]:
        """Where a browser is sent to sign in and then to come back to `redirect`, and what it is recognised by."""
        async with self._in_time():
            known = await self._find()
        attempt = Attempt(generate_token(32), generate_token(32), generate_token(64))
        client = OAuth2Client(None, self._client.client_id, scope=self._client.scope, redirect_uri=redirect, code_challenge_method="S256")
        address, _ = client.create_authorization_url(
            known.told["authorization_endpoint"], state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier
        )
        return str(address), attempt

    async def finish(self, redirect: str, attempt: Attempt, code: str) -> Mapping[str, object]:
        """The verified claims of whoever came back with `code`; PortalError where anything about it is not right."""
        async with self._in_time():
            known = await self._find()
            token = await self._token(known, redirect, attempt, code)
            for oldest_s in (_KEPT_S, _ANEW_AFTER_S):  # the provider may sign with a new key since we asked
                with suppress(InvalidKeyIdError):
                    return self._claims(await self._find(oldest_s), token, attempt)
        raise PortalError("the ID token is signed by a key that the provider does not name")

    async def _token(self, known: _Known, redirect: str, attempt: Attempt, code: str) -> Mapping[str, Any]:
        """The tokens for a code."""
        method = _authentication(known.told, self._client.secret)
        async with AsyncOAuth2Client(
            self._client.client_id,
            self._client.secret or None,
            token_endpoint_auth_method=method,
            redirect_uri=redirect,
            timeout=self._within_s,
            verify=_trust(),
        ) as client:
            address, grant = known.told["token_endpoint"], "authorization_code"
            try:
                token = await client.fetch_token(address, grant_type=grant, code=code, code_verifier=attempt.verifier)
            except OAuthError as error:
                raise PortalError(f"the provider did not take the code ({type(error).__name__})") from None
        if not isinstance(token.get("id_token"), str):
            raise PortalError("the provider sent no ID token")
        return dict(token)

    def _claims(self, known: _Known, token: Mapping[str, Any], attempt: Attempt) -> Mapping[str, object]:
        """What an ID token says, once its signature, issuer, audience, time and nonce are right; InvalidKeyIdError for an unknown key."""
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        options: Any = {
            "iss": {"essential": True, "value": known.told["issuer"]},
            "aud": {"essential": True, "value": self._client.client_id},
        }
        asked = {"nonce": attempt.nonce, "client_id": self._client.client_id, "access_token": token.get("access_token")}
        try:
            read = jwt.decode(token["id_token"], known.keys, registry=registry)
            claims = CodeIDToken(read.claims, read.header, options, asked)
            claims.validate(leeway=_LEEWAY_S)
        except InvalidKeyIdError:
            raise
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise PortalError(f"the ID token is not accepted ({type(error).__name__})") from None
        return dict(claims)

    async def _find(self, oldest_s: float = _KEPT_S) -> _Known:
        """What the provider says of itself, and its keys, known since so many seconds at most."""
        if self._known is not None and time.monotonic() - self._known.at < oldest_s:
            return self._known
        async with httpx2.AsyncClient(timeout=self._within_s, verify=_trust()) as client:
            told = await _json(client, f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration")
            self._check(told)
            try:
                keys = KeySet.import_key_set(await _json(client, told["jwks_uri"]))  # type: ignore[arg-type]
            except (JoseError, LookupError, TypeError, AttributeError) as error:
                raise PortalDownError(f"its keys cannot be read ({type(error).__name__})") from None
        self._known = _Known(told, keys, time.monotonic())
        return self._known

    def _check(self, told: Mapping[str, Any]) -> None:
        """Whether that is the provider whom the settings name, and safe to talk to."""
        if not hmac.compare_digest(str(told.get("issuer", "")).rstrip("/").encode(), self._client.issuer.rstrip("/").encode()):
            raise PortalDownError("it calls itself otherwise than the setting does; write the issuer as it stands in its own document")
        schemes = {"https"} if urlsplit(self._client.issuer).scheme == "https" else {"https", "http"}
        for name in _ENDPOINTS:
            if urlsplit(str(told.get(name, ""))).scheme not in schemes:
                raise PortalDownError(f"its {name} is not an address that can be used")

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """Bounded in time and in number; what fails on the way to the provider is one kind of error, without its words."""
        if self._at_once >= _MOST_AT_ONCE:
            raise PortalDownError(f"{self._client.issuer}: too many sign-ins wait for it")
        self._at_once += 1
        try:
            async with asyncio.timeout(self._within_s):
                yield
        except PortalDownError as error:
            raise PortalDownError(f"{self._client.issuer}: {error}") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:  # TimeoutError is an OSError
            raise PortalDownError(f"{self._client.issuer} cannot be reached ({type(error).__name__})") from None
        finally:
            self._at_once -= 1


@cache
def _trust() -> ssl.SSLContext:
    """Whose certificates are believed, read once: reading them takes a tenth of a second, in which no chat would be answered."""
    return httpx2.create_ssl_context()


async def _json(client: httpx2.AsyncClient, address: str) -> dict[str, Any]:
    """A document of the provider's; ValueError where it is none."""
    answer = await client.get(address)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _authentication(told: Mapping[str, Any], secret: str) -> str:
    """How we prove at the token endpoint who we are: as the provider can take it."""
    if not secret:
        return "none"
    known = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"
