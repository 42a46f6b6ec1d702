"""What patients are asked to agree to before their first answer: the sentences, and the name of exactly that text.

The name is a hash of the sentences in every language, with what the settings put into them: who agreed to an older text is
asked again. Nothing here stops the screen (rule of care 5): what is withheld until then is the answer.
"""

import hashlib
from collections.abc import Mapping

from app.settings import Settings
from knowledge.words import Words


def kept(settings: Settings, words: Words) -> tuple[str, str]:
    """How long chats and cases are kept."""
    chats = words.say("consent_kept_chats", days=str(settings.chat_days)) if settings.chat_days else words.say("consent_kept_chats_always")
    cases = words.say("consent_kept_cases", days=str(settings.case_days)) if settings.case_days else words.say("consent_kept_cases_always")
    return chats, cases


def readers(settings: Settings, words: Words) -> tuple[str, ...]:
    """Who reads what a patient wrote; a language model, where one is set, is named."""
    return (words.say("consent_readers"), *((words.say("consent_model"),) if settings.model else ()))


def sentences(settings: Settings, words: Words) -> tuple[str, ...]:
    """The whole text of the panel, one sentence of it a line."""
    return (
        words.say("consent_what", clinic=settings.clinic),
        words.say("consent_checked"),
        *kept(settings, words),
        *readers(settings, words),
        words.say("consent_rights"),
        words.say("consent_not_yet"),
    )


def terms(settings: Settings, words: Mapping[str, Words]) -> str:
    """The name of the text to agree to now; empty where this installation asks nobody."""
    if not settings.asks_consent:
        return ""
    text = "\n".join(line for language in sorted(words) for line in sentences(settings, words[language]))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
