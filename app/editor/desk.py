"""The editor desk's pages and who may open them."""

from app.editor import library_page, missing_page, recall_page, recalls_page, review_page, texts_page, write_page
from app.wiring import Application


def pages(app: Application) -> None:
    """Every page of the desk, each with who may open it."""
    library_page.mount(app)
    review_page.mount(app)
    texts_page.mount(app)
    write_page.mount(app)
    missing_page.mount(app)
    recalls_page.mount(app)
    recall_page.mount(app)
