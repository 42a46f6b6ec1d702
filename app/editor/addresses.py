"""Where pages of the editor desk lead to, for articles and for the clinic's texts. Pure."""

from app.content.documents import is_text


def writing(slug: str) -> str:
    """Where a document is written."""
    return f"/desk/editor/texts/{slug}" if is_text(slug) else f"/desk/editor/write/{slug}"


def revision(slug: str, number: int | None) -> str:
    """Where a revision is read: on the page that patients have; one of a text, which has none, at its review."""
    return f"/desk/editor/review/{slug}?before=0&after={number}" if is_text(slug) else f"/library/{slug}?revision={number}"


def recall(slug: str, number: int) -> str:
    """Where a recall of a revision of an article begins, or the one that there is."""
    return f"/desk/editor/recalls?slug={slug}&revision={number}"
