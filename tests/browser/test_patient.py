"""A patient in the chat."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Server, open_chat, say, send, sign_in

pytestmark = pytest.mark.browser
RED_FLAG = "I have crushing chest pain going down my left arm and I am sweating"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def test_a_red_flag_shows_a_card_that_dials_and_a_case_on_the_desk(
    page: Page, visitor: Callable[..., BrowserContext], server: Server
) -> None:
    """The whole promise in one: the number to call at once, and a person who can see it."""
    say(page, RED_FLAG)
    card = page.get_by_test_id("care-card")
    expect(card).to_be_visible()
    expect(card.get_by_test_id("contact").first).to_have_attribute("href", "tel:911")
    expect(card).to_contain_text("Do not wait for a reply here.")

    desk = visitor().new_page()
    sign_in(desk, server, "nora", "/desk/care")
    case = desk.locator("[data-testid=case][data-level=emergency]").first
    expect(case).to_be_visible()
    case.get_by_role("link").first.click()
    expect(desk.get_by_role("region", name="About this case")).to_contain_text("crushing")


def test_a_question_is_answered_by_a_tap_and_decides(page: Page) -> None:
    """When to call stands first, one tap is enough, and the message box stays free."""
    say(page, "my baby has a fever, what can I give?")
    asked = page.get_by_test_id("ask")
    expect(asked).to_contain_text("call now")
    expect(asked.get_by_test_id("contact")).to_have_attribute("href", "tel:911")
    asked.locator("[data-answer=older]").click()
    expect(asked.locator("fieldset")).to_have_count(2)
    expect(page.locator("#chat-input")).to_be_editable()
    asked.locator("[data-answer=yes]").last.click()
    expect(page.get_by_test_id("care-card")).to_contain_text("Call 911 now.")
    page.reload()
    again = page.get_by_test_id("ask")
    expect(again.locator("[data-answer=yes][aria-pressed=true]")).to_have_count(1)


def test_a_spanish_emergency_gets_a_spanish_card(page: Page) -> None:
    """The card speaks the language of whoever is afraid."""
    say(page, "mi papá se desmayó y no respira")
    expect(page.get_by_test_id("care-card")).to_contain_text("Llame al 911 ahora mismo.")


def test_an_answer_cites_a_passage_that_opens_highlighted_beside_the_chat(page: Page) -> None:
    """A citation that cannot be checked where it stands is decoration."""
    say(page, "what is gout?")
    answer = page.get_by_test_id("answer")
    expect(answer).to_contain_text("Not reviewed by a clinician yet")
    first = answer.get_by_test_id("citation").first
    sentence = first.evaluate("e => e.parentElement.childNodes[0].textContent.trim()")
    first.click()
    passage = page.frame_locator("[data-testid=passage]").locator("#mark")
    expect(passage).to_be_visible()
    expect(passage).to_have_text(sentence)


def test_on_a_phone_a_citation_opens_its_page_and_nothing_is_cut_off(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """Most people will read this on a phone."""
    context = visitor(**PHONE)
    page = open_chat(context, server)
    say(page, "what is gout?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#chat-submit")).to_be_visible()
    with context.expect_page() as opened:
        page.get_by_test_id("citation").first.tap()
    expect(opened.value.locator("#mark")).to_be_in_viewport()
    assert "/library/gout?revision=1" in opened.value.url


def test_a_card_fits_a_phone_with_its_number_in_sight(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """The number to call must not need scrolling."""
    page = open_chat(visitor(**PHONE), server)
    say(page, RED_FLAG)
    expect(page.get_by_test_id("contact").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_a_card_stays_at_its_head_until_the_patient_moves_on(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """A card is taller than a phone: following the chat to its end would hide what to do first behind the offer below it."""
    page = open_chat(visitor(**PHONE), server)
    say(page, RED_FLAG)
    head, form = page.get_by_test_id("care-card").get_by_text("This could be an emergency"), page.get_by_test_id("reach")
    expect(form).to_have_count(1)
    page.wait_for_timeout(1500)  # Chainlit follows the end of a turn once more when the turn is closed
    expect(head).to_be_in_viewport()
    expect(form).not_to_be_in_viewport()

    form.scroll_into_view_if_needed()
    page.mouse.move(200, 400)
    page.mouse.wheel(0, 4000)
    expect(form).to_be_in_viewport()
    page.wait_for_timeout(500)
    expect(form).to_be_in_viewport()


def test_a_reload_keeps_the_conversation(page: Page) -> None:
    """A phone that reloads the tab must not lose what was said."""
    say(page, "what is gout?")
    say(page, RED_FLAG)
    page.wait_for_url("**/thread/**")
    page.reload()
    expect(page.get_by_test_id("answer")).to_be_visible()
    expect(page.get_by_test_id("care-card")).to_be_visible()
    expect(page.get_by_text(RED_FLAG)).to_be_visible()


def test_after_a_card_answers_wait_for_the_tap_and_then_come_under_the_banner(page: Page) -> None:
    """Rule of care 2: the finding stays, the chat goes on."""
    say(page, RED_FLAG)
    say(page, "what is gout?")
    assert page.get_by_test_id("answer").count() == 0
    page.locator("[data-tap=help_coming]").last.click()
    expect(page.get_by_text("Stay on the line with the people helping")).to_be_visible()
    say(page, "what is gout?")
    expect(page.get_by_test_id("answer").get_by_test_id("banner")).to_be_visible()
    expect(page.locator("#carelight-banner a")).to_have_attribute("href", "tel:911")


def test_a_new_chat_starts_under_the_banner_of_an_open_case(page: Page, server: Server) -> None:
    """Rule of care 4: one open case a patient, across chats."""
    say(page, RED_FLAG)
    other = open_chat(page.context, server)
    expect(other.get_by_test_id("care-card")).to_be_visible()


def test_someone_else_opens_a_linked_chat(page: Page) -> None:
    """Another person's facts and findings must not mix with the account's own."""
    say(page, RED_FLAG)
    page.wait_for_url("**/thread/**")
    before = page.url
    page.locator("[data-tap=someone_else]").last.click()
    expect(page.get_by_text("This chat is about someone else")).to_be_visible()
    assert page.url != before


def test_a_set_country_changes_the_number_on_the_card(page: Page) -> None:
    """Rule of care 6: the right number."""
    page.click("#chat-settings-open-modal")
    page.locator("#region").click()
    page.get_by_role("option", name="United Kingdom").click()
    page.click("#confirm")
    expect(page.locator("#carelight-notice")).to_contain_text("999")
    say(page, RED_FLAG)
    expect(page.get_by_test_id("contact").first).to_have_attribute("href", "tel:999")


def test_another_guest_cannot_open_the_conversation(page: Page, visitor: Callable[..., BrowserContext], server: Server) -> None:
    """A thread's address is no key."""
    say(page, "what is gout?")
    page.wait_for_url("**/thread/**")
    stranger = visitor().new_page()
    stranger.goto(page.url)
    stranger.wait_for_selector("#carelight-notice")
    stranger.wait_for_timeout(1500)
    assert stranger.get_by_test_id("answer").count() == 0


def test_leave_quickly_empties_the_page_and_forgets_the_guest(page: Page) -> None:
    """Rule of care 11: someone may be looking over the shoulder."""
    say(page, "what is gout?")
    page.locator("#carelight-leave").click()
    page.wait_for_url("about:blank")
    assert not [c for c in page.context.cookies() if c["name"] in ("carelight_guest", "access_token")]


def test_nothing_is_loaded_from_another_host(visitor: Callable[..., BrowserContext], server: Server) -> None:
    """A health question is nobody else's business."""
    context = visitor()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = open_chat(context, server)
    say(page, "what is gout?")
    page.goto(f"{server.url}/library")
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:", "about:"))] == []


def test_history_titles_say_nothing_of_what_was_asked(page: Page) -> None:
    """On a shared phone the list of chats must not tell."""
    say(page, "what is gout?")
    page.locator("#header #sidebar-trigger-button").click()
    page.wait_for_selector("[id^=thread-]")
    titles = page.locator("[id^=thread-]").all_inner_texts()
    assert titles
    assert not any("gout" in title.lower() for title in titles)


def test_a_reply_sent_while_the_phone_was_offline_appears_on_reconnect(page: Page) -> None:
    """Chainlit replays nothing by itself: without our resync the answer would be lost to sight."""
    say(page, "what is gout?")
    send(page, "what foods make it worse?")
    page.context.set_offline(True)
    page.wait_for_timeout(2500)
    page.context.set_offline(False)
    expect(page.get_by_test_id("answer")).to_have_count(2, timeout=30_000)


def test_the_card_comes_without_a_reply_before_it(page: Page) -> None:
    """Urgency never waits; how long it takes is `python -m benchmarks.care`, for a busy machine must not fail a build."""
    say(page, "hello")
    before = page.get_by_test_id("answer").count()
    send(page, RED_FLAG)
    page.get_by_test_id("care-card").wait_for()
    assert page.get_by_test_id("answer").count() == before
