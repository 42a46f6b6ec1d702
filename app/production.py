"""Why a server may not start in production mode: every gap, in words that say what to do."""

from collections.abc import Iterator, Sequence

from app.content.texts import PROMPT
from app.records.sign_offs import NEEDED
from app.wiring import Application
from knowledge import words

_NAMED = 10
"""Unsigned articles that are named; the rest are counted."""


def gaps(app: Application) -> list[str]:
    """What keeps the server from starting; nothing in demo mode, which says on every page what it is."""
    return [] if app.settings.mode == "demo" else missing(app)


def missing(app: Application) -> list[str]:
    """What is missing before patients may be served for real, in whichever mode it runs now."""
    chosen = app.settings
    signed = len(app.sign_offs.names(app.rules_fingerprint))
    checks = (
        (signed < NEEDED, f"the red-flag rules in force are signed by {signed} of {NEEDED} people; see /desk/rules"),
        (app.classifier is None, "the learned red-flag classifier cannot be used; see the log, and restore guardrails/model"),
        (chosen.region not in app.regions, "CARELIGHT_REGION is not set to a country with checked emergency numbers"),
        (not chosen.origin.startswith("https://"), "CARELIGHT_ORIGIN is not set to the public https address"),
        (
            chosen.origin.startswith("https://") and not chosen.trusted_proxies.strip(),
            "CARELIGHT_ORIGIN is https and no proxy is trusted (CARELIGHT_TRUSTED_PROXIES): "
            "every patient would seem to come from the proxy",
        ),
        (
            any(issuer.startswith("http:") for issuer in (chosen.patient_oidc_issuer, chosen.staff_oidc_issuer)),
            "an issuer of clinic accounts is not https (CARELIGHT_PATIENT_OIDC_ISSUER, CARELIGHT_STAFF_OIDC_ISSUER): "
            "whoever is on the way could sign in as anybody",
        ),
        (
            not app.staff.team("administrator"),
            "nobody administers it; use `carelight staff add LOGIN --role administrator`",
        ),
        (
            _called(app) and not app.channels.all(),
            "the settings say that somebody is on call (CARELIGHT_STAFFING), but no notification channel is set",
        ),
        (
            _as_shipped(app, "safeguarding"),
            "the safeguarding text is the one that ships; write the clinic's own under `safeguarding`, see /desk/editor/texts",
        ),
        (
            chosen.asks_consent and not chosen.contact,
            "CARELIGHT_CONTACT does not say how patients reach the clinic about their data",
        ),
        (bool(app.demo.count()), "made-up patients are in the records; remove them with `carelight demo care --clear`"),
        (bool(app.demo_desk.count()), "made-up articles are on the editor desk; remove them with `carelight demo editor --clear`"),
    )
    return [*_content(app), *(words for missing, words in checks if missing)]


def _content(app: Application) -> Iterator[str]:
    """What patients would get, or miss, because two people have not passed it."""
    unsigned, served = app.library.unsigned(), app.library.snapshot().revisions
    if unsigned:
        names = _names(unsigned)
        yield f"{len(unsigned)} articles are not signed by two people, and patients would not get them: {names}; see /desk/editor"
    if not set(served) - set(unsigned):
        yield "no article is signed: every question would be answered with 'not covered'"
    sent = {PROMPT} if not app.settings.model else set()
    for title in app.texts.now.unsigned(sent):
        yield f"{title}: starter content that two people have not signed; see /desk/editor/texts"
    yield from app.texts.now.stand_ins


def _as_shipped(app: Application, key: str) -> bool:
    """Whether some language still says under a key what it ships with."""
    return any(said.entries[key] == words.load(language).entries[key] for language, said in app.texts.now.words.items())


def _names(slugs: Sequence[str]) -> str:
    more = len(slugs) - _NAMED
    return ", ".join(slugs[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _called(app: Application) -> bool:
    """Whether the clinic says that somebody is called when nobody is at the desk."""
    return app.settings.staffing != "unattended" or bool(app.rota.spans)
