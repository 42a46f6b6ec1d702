"""The steps of a sign-in through the clinic's own accounts: out to the provider, and back with what it says of somebody.

What a sign-in is recognised by waits in a signed cookie of the browser that set out: whoever comes back without it, too late, or
with another state is not taken in, wherever they have the link from.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.errors import PortalError
from app.portal_rules import Who
from app.server.oidc import Attempt, Provider
from app.wiring import Application

_WITHIN_S = 600
"""How long somebody may take at the provider: a password, a second factor, a telephone that must be found."""
_CODE = re.compile(r"[\x21-\x7e]{1,6000}")


@dataclass(frozen=True)
class Steps:
    """The way of patients, or of staff, with a cookie and an address to come back to of its own: neither is taken for the other."""

    app: Application
    who: Who
    provider: Provider
    done: str
    """The path that the provider sends the browser back to."""

    async def out(self, request: Request, to: str) -> Response:
        """Off to the provider; `to` is where the way ends, checked by the caller. PortalDownError where it cannot be reached."""
        address, attempt = await self.provider.begin(self._redirect(request))
        response = RedirectResponse(address, status_code=303)
        sealed = self._signer().dumps([attempt.state, attempt.nonce, attempt.verifier, to])
        response.set_cookie(self._cookie, sealed, max_age=_WITHIN_S, path=self.done, httponly=True, samesite="lax")
        return response

    async def back(self, request: Request) -> tuple[Mapping[str, object], str]:
        """What the provider says of whoever came back, and where the way ends; PortalError where anything is not right."""
        attempt, to = self._attempt(request)
        asked = request.query_params
        if not hmac.compare_digest(asked.get("state", "").encode(), attempt.state.encode()):
            raise PortalError("it is not the sign-in that this browser began")
        if "error" in asked:
            raise PortalError("the provider let nobody in")
        if not _CODE.fullmatch(asked.get("code", "")):
            raise PortalError("the provider sent no code")
        return await self.provider.finish(self._redirect(request), attempt, asked["code"]), to

    def over(self, response: Response) -> Response:
        """The attempt is over, however it went."""
        response.delete_cookie(self._cookie, path=self.done)
        return response

    def _attempt(self, request: Request) -> tuple[Attempt, str]:
        try:
            state, nonce, verifier, to = self._signer().loads(request.cookies.get(self._cookie, ""), max_age=_WITHIN_S)
        except BadSignature:
            raise PortalError("this browser began no sign-in, or too long ago") from None
        return Attempt(state, nonce, verifier), str(to)

    def _redirect(self, request: Request) -> str:
        """Our address that the provider sends browsers back to, as it is registered there."""
        chosen = self.app.settings
        public = (chosen.desk_origin if self.who == "staff" else "") or chosen.origin
        return (public or f"{request.url.scheme}://{request.url.netloc}").rstrip("/") + self.done

    @property
    def _cookie(self) -> str:
        return f"carelight_{self.who}_sign_in"

    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.app.secrets.guest, salt=f"sign-in of {self.who}")
