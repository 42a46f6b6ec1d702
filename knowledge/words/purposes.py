"""What each of the set words is for, as editors read it beside its key: by the beginning of the key, the longest first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purpose:
    """A group of set words, and what they are for."""

    group: str
    about: str


_CARD, _CHAT, _TEAM = "Care cards", "Replies of the assistant", "Care team and patient"
_ENTRY, _LIBRARY, _NOTICES = "Consent and page", "Answers and library", "Notices to the care team"
_PURPOSES: dict[str, tuple[str, str]] = {
    "assistant_notice": (_ENTRY, "On the consent screen and above the chat: what the assistant is."),
    "starter_notice": (_ENTRY, "On every page while the content is starter content."),
    "emergency_line": (_ENTRY, "On every page, the consent screen too: how to get help at once."),
    "emergency_line_unknown": (_ENTRY, "The same where the country is not known: it must work anywhere."),
    "welcome": (_ENTRY, "The first words of a new chat."),
    "settings_": (_ENTRY, "In the patient's settings."),
    "consent_": (_ENTRY, "Above the chat, and on the privacy page, before a patient has agreed to be answered."),
    "consent_first": (_CHAT, "In place of an answer to who has not agreed yet; the message was screened all the same."),
    "privacy_": (_ENTRY, "On the privacy page."),
    "pause_": (_ENTRY, "The switch in the settings that keeps nothing ordinary, and the line above the chat while it is on."),
    "my_data_": (_ENTRY, "On the page where patients read, download, correct and delete what is kept about them."),
    "portal_": (_ENTRY, "Where patients sign in with their account at the clinic, and out again."),
    "open_library": (_ENTRY, "Link to the library."),
    "talk_to_person": (_ENTRY, "Button, and what it says in the patient's name."),
    "leave_quickly": (_ENTRY, "Button that hides the chat at once, for shared phones."),
    "card_title_": (_CARD, "Title of the card of that level."),
    "card_lead_": (_CARD, "The first thing to do, at the head of the card."),
    "card_reason": (_CARD, "Why the card is shown: its title, and the reason where no rule but the learned layer found it."),
    "card_worse": (_CARD, "On the card of an urgent case: what to do if it gets worse."),
    "card_no_wait": (_CARD, "The last line of every card."),
    "card_meanwhile": (_CARD, "Title of the first-aid lines."),
    "card_region": (_CARD, "For which country the numbers are, and how to change it."),
    "call_label": (_CARD, "On a button that calls."),
    "text_label": (_CARD, "On a button that texts."),
    "staffing_": (_CARD, "The truth about who reads this now."),
    "case_not_stored": (_CARD, "In that line's place where the case could not be stored: nobody may be counted on."),
    "case_paused": (_CARD, "In that line's place where the patient paused remembering: nobody is told of what is less than a crisis."),
    "safeguarding": (_CARD, "The clinic's own text about violence, abuse and neglect: on such cards, and on the privacy page."),
    "first_aid_": (_CARD, "Built-in first-aid line, where the article that a rule pins is not served, or not in this language."),
    "banner_": (_CARD, "Above later replies, as long as the case is open."),
    "tap_": (_CARD, "A button of the card."),
    "tap_thanks_": (_CARD, "What is said after that button."),
    "screen_incomplete": (_CARD, "Title of the card for a message that could not be checked."),
    "held_answer": (_CARD, "In place of an answer, until the patient says that help is on the way."),
    "pinned_intro": (_CARD, "Before the first-aid lines that answer while help is waited for."),
    "question_": (_CARD, "Around a question that a red-flag rule asks."),
    "reach_": (_TEAM, "The form under a card: how the care team may reach the patient."),
    "team_": (_TEAM, "While a person of the care team writes in the chat, or nobody does yet."),
    "assistant_here": (_TEAM, "Above the chat: a program answers."),
    "person_requested": (_TEAM, "The patient asked for a person, and the case was stored."),
    "someone_else_welcome": (_TEAM, "First words of a chat about somebody else."),
    "recall_": (_TEAM, "Note in a chat that quoted an article which was corrected or withdrawn since."),
    "said_urgent": (_TEAM, "Under an answer: the patient says that it was urgent."),
    "chat_gone": (_CHAT, "The chat was deleted meanwhile."),
    "refused_": (_CHAT, "The message is about something that the assistant does not talk about."),
    "referred_": (_CHAT, "The question needs a person: who to ask."),
    "smalltalk_": (_CHAT, "Greeting, thanks, and who is asking."),
    "clarify_": (_CHAT, "The message had no words."),
    "not_covered": (_CHAT, "The library does not cover it, and what to do instead."),
    "nothing_more": (_CHAT, "The library says no more about it."),
    "abstained": (_CHAT, "Nobody can know it, and the library has nothing."),
    "help_now": (_CHAT, "After words that are no answer: if it could be serious."),
    "stopped_": (_CHAT, "While the clinic has switched answers off: in their place, and above the chat."),
    "under_age": (_CHAT, "To who says that they are younger than the clinic answers: whom to ask, child lines and library pages."),
    "too_long": (_CHAT, "The message is too long to answer."),
    "limited": (_CHAT, "Too many messages of one guest or one address in a minute; the message was screened all the same."),
    "limited_page": (_ENTRY, "On a page: too many searches, or tries of a password, from one address in a minute."),
    "crowded": (_CHAT, "No place for an answer was free in time; the message was screened all the same."),
    "error": (_CHAT, "Something failed on our side."),
    "interrupted": (_CHAT, "The last answer was cut off."),
    "looking": (_CHAT, "While an answer takes long."),
    "language_not_covered": (_CHAT, "The message is in a language that is not covered."),
    "library_other_language": (_CHAT, "A Spanish question that no article answers."),
    "library_in_english": (_CHAT, "Beside an answer whose articles are in English."),
    "answer_": (_LIBRARY, "With every answer."),
    "source": (_LIBRARY, "Under an answer and on the article's page: how far an article has been reviewed."),
    "suggestions_title": (_LIBRARY, "Title of further questions."),
    "when_to_get_help": (_LIBRARY, "Title of the part of an answer that says when to get help."),
    "quoted_rest": (_LIBRARY, "Where a drafted answer ends and quotes begin."),
    "drafted_notice": (_LIBRARY, "Beside an answer that a language model drafted."),
    "notice_": (_NOTICES, "Sent to the care team's channels; patients do not read it."),
}
GROUPS = (_CARD, _ENTRY, _CHAT, _LIBRARY, _TEAM, _NOTICES)
"""In the order of the page."""


def purpose(key: str) -> Purpose:
    """What the words under a key are for; LookupError where nobody has said that."""
    begun = max((start for start in _PURPOSES if key.startswith(start)), key=len, default="")
    if not begun:
        raise LookupError(f"nobody has said what {key} is for; add it to knowledge/words/purposes.py")
    return Purpose(*_PURPOSES[begun])
