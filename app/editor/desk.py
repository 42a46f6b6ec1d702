"""The editor desk's pages and who may open them."""

from app.editor import library_page
from app.wiring import Application


def pages(app: Application) -> None:
    """Every page of the desk, each with who may open it."""
    library_page.mount(app)
