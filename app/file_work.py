"""The editors' work from files: a file is handed in as a working copy of the desk would be, by the same steps and rules."""

from pathlib import Path

from app.content import documents, publishing
from app.errors import NotAllowedError
from app.records.article_files import ArticleFile
from app.records.drafts import Draft
from app.wiring import Application
from knowledge.front_matter import ArticleError


def read(path: Path) -> documents.Document:
    """The article or text in a file; `words.en.txt` is the text of that name. ArticleError says what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleError(str(path), 1, "file", f"cannot be read ({type(error).__name__}); it must be a UTF-8 text file") from None
    return documents.read(text, path.stem if documents.is_text(path.stem) else str(path))


def submit(app: Application, document: documents.Document, who: str, note: str) -> int:
    """Hand a file in for review; its revision. One that is stored already is handed in as it stands, to have its review renewed."""
    file = app.article_files.open(document.slug)
    publishing.must_be_fit(app, document.slug, document.text)
    if file is not None and file.draft is None and file.revisions and file.revisions[0].text == document.text:
        app.submissions.hand_in(document.slug, file.revisions[0].number, who, note)
        return file.revisions[0].number
    draft = _working_copy(app, document, file, who)
    saved = app.drafts.save(document.slug, document.text, draft.version, who)
    return publishing.submit(app, document.slug, saved.version, who, note)


def _working_copy(app: Application, document: documents.Document, file: ArticleFile | None, who: str) -> Draft:
    """A working copy that the file may take the place of; words that somebody wrote at the desk are not overwritten."""
    if file is None:
        return app.drafts.create(document.slug, document.text, who)
    if file.draft is None:
        return app.drafts.begin(document.slug, who, file.revisions[0].number)
    begun_from = file.revision(file.draft.base)
    if file.draft.text != document.text and (begun_from is None or file.draft.text != begun_from.text):
        theirs = f"{file.owner} has a working copy of {document.slug} at the desk with words of its own"
        raise NotAllowedError(f"{theirs}; hand that in there, or throw it away first")
    return file.draft
