"""Templates and the headers of plain pages: a strict policy, for these pages work without any script and load only our own."""

from collections.abc import Mapping
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

HERE = Path(__file__).parent
STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_templates = Jinja2Templates(directory=HERE / "templates")


def page(request: Request, template: str, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
    """A rendered page under the strict policy."""
    response = _templates.TemplateResponse(request, template, dict(values), status_code=status)
    response.headers["content-security-policy"] = STRICT
    return response


def rendered(template: str, values: Mapping[str, object]) -> str:
    """The same page as text, for one that is shown within another."""
    return _templates.get_template(template).render(dict(values))
