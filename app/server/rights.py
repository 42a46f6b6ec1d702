"""Who may open what: each page and route of the server, our own, the desks' and Chainlit's, with the right that it states.

A route that states none is a mistake: the server complains of it at start, and a test that walks every route as everybody
fails. What a route then really gives is decided where it is made; the test holds the two together.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

Right = Literal["everyone", "patient", "care", "editor", "readers", "administrator", "staff", "closed"]
"""`patient`: a guest, and of their own alone. `staff`: whoever is signed in. `closed`: answered to nobody."""
ROLES: Mapping[Right, frozenset[str]] = {
    "care": frozenset({"care", "administrator"}),
    "editor": frozenset({"editor", "reviewer", "administrator"}),
    "readers": frozenset({"care", "editor", "reviewer", "administrator"}),
    "administrator": frozenset({"administrator"}),
    "staff": frozenset({"care", "editor", "reviewer", "administrator"}),
}
"""Which roles of staff have a right; the others belong to none."""

_OURS: Mapping[Right, str] = {
    "everyone": """
        GET /library · POST /library/search · POST /library/find · GET /library/{slug} · GET /page.json · GET /privacy
        GET /healthz · GET /readyz · GET /metrics · GET /my-data
        GET /portal · GET /portal/done · GET /portal/enter · POST /portal/sign-out · GET /sign-in/clinic · GET /sign-in/clinic/done
        POST /guest/keep · POST /guest/forget · POST /guest/leave
        GET /sign-in · POST /sign-in · GET /sign-in/code · POST /sign-in/code · GET /sign-in/second-factor
        POST /sign-in/second-factor · POST /sign-out · GET /care · GET /editor · GET /admin
        * /site
    """,
    "patient": """
        PUT /feedback · DELETE /feedback · POST /privacy/choice
        GET /my-data/download · POST /my-data/delete-all
        GET /my-data/{chat:uuid} · POST /my-data/{chat:uuid}/delete · POST /my-data/{chat:uuid}/correct
    """,
    "staff": "GET /account · POST /account/password · POST /account/second-factor · POST /account/sessions",
    "closed": """
        GET /auth/oauth/{rest:path} · POST /auth/oauth/{rest:path}
        GET /v1/{path:path} · POST /v1/{path:path} · PUT /v1/{path:path} · DELETE /v1/{path:path}
    """,
}
_DESKS: Mapping[Right, str] = {
    "everyone": """
        GET /desk/favicon.ico · HEAD /desk/favicon.ico
        * /desk/_nicegui_ws · * /desk/_nicegui/{version}/static · GET /desk/_nicegui/{version}/libraries/{key:path}
        GET /desk/_nicegui/{version}/components/{key:path} · GET /desk/_nicegui/{version}/resources/{key}/{path:path}
        GET /desk/_nicegui/{version}/dynamic_resources/{name} · GET /desk/_nicegui/{version}/esm/{key}/{path:path}
    """,
    "care": """
        GET /desk/care · GET /desk/care/{case_id:uuid} · GET /desk/care/templates · GET /desk/care/figures · GET /desk/care/reviews
        GET /desk/care/recalls · GET /desk/care/recalls/{recall_id:int}
    """,
    "editor": """
        GET /desk/editor · GET /desk/editor/review/{slug} · GET /desk/editor/texts · GET /desk/editor/texts/{slug}
        GET /desk/editor/write/{slug} · GET /desk/editor/missing · GET /desk/editor/recalls · GET /desk/editor/recalls/{recall_id:int}
    """,
    "readers": "GET /desk/rules",
    "administrator": "GET /desk/admin · GET /desk/admin/staff · GET /desk/admin/audit",
}
_CHAINLIT: Mapping[Right, str] = {
    "everyone": """
        GET /public/{filename:path} · GET /assets/{filename:path} · GET /copilot/{filename:path} · GET /auth/config
        POST /logout · POST /set-session-cookie · GET /project/translations
        GET /favicon · GET /logo · GET /avatars/{avatar_id:str} · HEAD / · GET /health · GET /{full_path:path} · * /ws/socket.io
    """,
    "patient": """
        POST /auth/header · GET /user · GET /project/settings · POST /project/threads · GET /project/thread/{thread_id}
        GET /project/thread/{thread_id}/element/{element_id} · PUT /project/thread · DELETE /project/thread · POST /project/action
    """,
    "closed": """
        POST /login · POST /auth/jwt · GET /auth/oauth/{provider_id} · GET /auth/oauth/{provider_id}/callback
        POST /auth/oauth/azure-ad-hybrid/callback · GET /project/share/{thread_id} · PUT /project/element · DELETE /project/element
        PUT /project/thread/share · POST /mcp · DELETE /mcp · POST /project/file · GET /project/file/{file_id}
        GET /openapi.json · HEAD /openapi.json · GET /docs · HEAD /docs · GET /docs/oauth2-redirect · HEAD /docs/oauth2-redirect
        GET /redoc · HEAD /redoc
    """,
}


def _read() -> Mapping[str, Right]:
    found: dict[str, Right] = {}
    for group in (_OURS, _DESKS, _CHAINLIT):
        for right, text in group.items():
            found.update({" ".join(route.split()): right for line in text.splitlines() for route in line.split("·") if route.strip()})
    return found


RIGHTS = _read()
"""The right of each route by method and path; `*` is every method of what is mounted there."""


def routes(within: Iterable[Any], prefix: str = "") -> Iterator[str]:
    """Method and path of every route, those of routers and applications within included."""
    for route in within:
        path = prefix + getattr(route, "path", "")
        inner = getattr(route, "original_router", None) or getattr(route, "app", None)
        if inner is not None and (hasattr(route, "original_router") or (not hasattr(route, "methods") and hasattr(inner, "routes"))):
            yield from routes(inner.routes, path)
        elif methods := getattr(route, "methods", None):
            yield from (f"{method} {path}" for method in sorted(methods))
        else:
            yield f"* {path}"


def right_of(route: str) -> Right | None:
    """The right that a route states; None where it states none."""
    method, path = route.split(" ", 1)
    pieces = path.split("/")
    if "_nicegui" in pieces:
        pieces[pieces.index("_nicegui") + 1] = "{version}"
    return RIGHTS.get(f"{method} {'/'.join(pieces)}")
