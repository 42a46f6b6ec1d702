"""The administrator's pages and who may open them."""

from app.admin import audit_page, overview_page, staff_page
from app.wiring import Application


def pages(app: Application) -> None:
    """Every page of the desk, each for administrators alone."""
    overview_page.mount(app)
    staff_page.mount(app)
    audit_page.mount(app)
