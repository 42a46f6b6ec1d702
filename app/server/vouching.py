"""A patient whom the clinic's own proxy vouches for: a token in a header, signed by a key that the two share, good for minutes.

The header counts from a trusted proxy alone (`app.server.proxies` takes it from everybody else), and there only with a good
signature: neither a browser that makes one up nor a machine beside the proxy gets in with it.
"""

import time
from collections.abc import Callable

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry

from app.errors import PortalError

AUDIENCE = "carelight"
LONGEST_S = 300
"""How long a token may be good for: it is made for one request."""
_ALGORITHMS = ["HS256"]


def vouched_for(token: str, key: str, now: Callable[[], float] = time.time) -> tuple[str, str]:
    """Issuer and subject of the patient whom a token names; PortalError where it is forged, old, or made for somebody else."""
    rules = JWTClaimsRegistry(
        lambda: int(now()),
        iss={"essential": True},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        aud={"essential": True, "value": AUDIENCE},
    )
    try:
        claims = jwt.decode(token, OctKey.import_key(key), algorithms=_ALGORITHMS).claims
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise PortalError(f"the proxy's word for a patient is not accepted ({type(error).__name__})") from None
    if claims["exp"] - claims["iat"] > LONGEST_S:
        raise PortalError(f"the proxy's word for a patient is good for more than {LONGEST_S} seconds")
    return str(claims["iss"]), str(claims["sub"])
