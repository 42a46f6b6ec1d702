"""Why a server may not start in production mode: every gap, in words that say what to do."""

from app.records.sign_offs import NEEDED
from app.wiring import Application


def gaps(app: Application) -> list[str]:
    """What is missing before patients may be served for real; empty in demo mode, which says on every page what it is."""
    chosen = app.settings
    if chosen.mode == "demo":
        return []
    unsigned = sum(revision.article.clinical_review is None for revision in app.library.snapshot().revisions.values())
    signed = len(app.sign_offs.names(app.rules_fingerprint))
    checks = (
        (bool(unsigned), f"{unsigned} served articles have no clinical review; have clinicians review and sign them"),
        (signed < NEEDED, f"the red-flag rules in force are signed by {signed} of {NEEDED} people; see /desk/rules"),
        (app.classifier is None, "the learned red-flag classifier cannot be used; see the log, and restore guardrails/model"),
        (True, "care cards and set words are starter content that no clinician has signed"),
        (chosen.region not in app.regions, "CARELIGHT_REGION is not set to a country with checked emergency numbers"),
        (not chosen.origin.startswith("https://"), "CARELIGHT_ORIGIN is not set to the public https address"),
        (True, "staff sign in without a second factor"),
        (
            _called(app) and not app.channels.all(),
            "the settings say that somebody is on call (CARELIGHT_STAFFING), but no notification channel is set",
        ),
        (True, "messages are not yet encrypted at rest"),
    )
    return [words for missing, words in checks if missing]


def _called(app: Application) -> bool:
    """Whether the clinic says that somebody is called when nobody is at the desk."""
    return app.settings.staffing != "unattended" or bool(app.rota.spans)
