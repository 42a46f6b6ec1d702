"""How an article stands, in words: what patients get, what is in review, who stands behind it. Pure; all is escaped."""

from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

from app.editor import addresses, when
from app.records.article_files import ArticleFile, InReview


def standing(file: ArticleFile, zone: ZoneInfo) -> str:
    """What patients get, what is in review, who writes."""
    return "".join((_patients(file), _in_review(file.review, zone) if file.review else "", _writing(file)))


def bar(file: ArticleFile, zone: ZoneInfo, headline: str) -> str:
    """The state of the review in a line or two, beside its buttons."""
    review = file.review
    if review is None:
        return "Nothing is in review."
    now = review.submission
    if now.state == "approved":
        by = _names(review.signers)
        told = f"Revision {now.revision}: approved by {by}."
        if now.publish_at:
            told += f" It reaches patients {when.shown(now.publish_at, zone)} ({zone.key})."
    else:
        told = f"Revision {now.revision} in review: {len(review.signers)} of {now.needed} {_signatures(now.needed)}."
    return f"<b>{escape(told)}</b> {escape(headline)}"


def again(file: ArticleFile, number: int, headline: str) -> str:
    """That an earlier revision is looked at, to give it to patients again."""
    now = f"They get revision {file.served} now." if file.served is not None else "They get nothing of this article now."
    back = f'<a href="/desk/editor/review/{escape(file.slug)}">Back to the review</a>'
    return f"<p><b>Give patients revision {number} again?</b> {now} {escape(headline)} {back}</p>"


def why_not(*reasons: str) -> str:
    """Why the next step cannot be taken; the first reason there is."""
    reason = next(filter(None, reasons), "")
    return f"<p>{escape(reason[:1].upper() + reason[1:])}.</p>" if reason else ""


def withdrawn_means(pinned: Sequence[str]) -> str:
    """What withdrawing does."""
    told = "From the next question on no answer uses it, and its page says that it was withdrawn."
    told += " Old answers still open what they cited, marked."
    if pinned:
        rules = "rule" if len(pinned) == 1 else "rules"
        told += f" The red-flag {rules} {_names(pinned)} show its lines on their care cards, which fall back to their built-in line."
    return told


def not_withdrawn(reason: str, pinned: Sequence[str]) -> str:
    """Why whoever is signed in cannot withdraw the article, with the rules that show it."""
    if not reason:
        return ""
    return f"{reason[:1].upper()}{reason[1:]}{f' (shown by {_names(pinned)})' if pinned else ''}."


def _patients(file: ArticleFile) -> str:
    if file.withdrawn:
        return f'<p class="ed-warning"><b>Withdrawn:</b> {escape(file.withdrawn)}. Patients get nothing of it.</p>'
    if file.served is None:
        return "<p>Patients do not get this article yet.</p>"
    signed = "passed by two people" if file.signed else "not yet reviewed here"
    link = f'<a href="{escape(addresses.revision(file.slug, file.served))}" target="_blank" rel="noopener">Revision {file.served}</a>'
    return f"<p>Patients get {link}, {signed}.</p>"


def _in_review(review: InReview, zone: ZoneInfo) -> str:
    now = review.submission
    note = f'<blockquote class="ed-words">{escape(review.note)}</blockquote>' if review.note else ""
    signed = f", signed by {escape(_names(review.signers))}" if review.signers else ""
    held = f'<p class="ed-warning"><b>Held:</b> {escape(review.held)}.</p>' if review.held else ""
    return (
        f"<p><b>Revision {now.revision}</b> was handed in by <b>{escape(review.submitted_by)}</b> on {when.shown(review.submitted, zone)}. "
        f"Behind its words: {escape(_names(review.authors))}. "
        f"Signatures: {len(review.signers)} of {now.needed} needed{signed}.</p>{note}{held}"
    )


def _writing(file: ArticleFile) -> str:
    if file.draft is None:
        return ""
    link = f'<a href="{escape(addresses.writing(file.slug))}">working copy</a>'
    return f"<p>{escape(file.owner or 'Somebody')} has a {link} of it.</p>"


def _names(names: Sequence[str]) -> str:
    *most, last = names or ("nobody",)
    return f"{', '.join(most)} and {last}" if most else last


def _signatures(needed: int) -> str:
    return "signature" if needed == 1 else "signatures"
