"""The live desk against scripted answers: every state, every key, alerts, drafts, and that axe finds nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.chat import eventually, violations
from tests.browser.conftest import leave
from tests.browser.desk import Desk
from tests.browser.scripted_desk import ORIGIN, ScriptedDesk

Enter = Callable[..., Awaitable[Desk]]
Reach = Callable[[Desk, ScriptedDesk], Awaitable[None]]

# Counts what is heard and shown; `looking` says whether the window is in front.
SENSES = """
window.tones = [];
window.shown = [];
window.asked = 0;
window.looking = true;
Document.prototype.hasFocus = () => window.looking;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.tones.push(Math.round(this.frequency.value));
  return start.apply(this, when);
};
window.Notification = class {
  static permission = 'default';
  static async requestPermission() {
    window.asked++;
    return (window.Notification.permission = 'granted');
  }
  constructor(title, options) { window.shown.push([title, options.body]); window.last = this; }
  close() {}
};
window.saidAll = [];
new MutationObserver((changes) => {
  for (const { addedNodes, target } of changes)
    if (target.id === 'announcer') for (const node of addedNodes) window.saidAll.push(node.textContent);
}).observe(document, { subtree: true, childList: true });
"""


@pytest.fixture
def script() -> ScriptedDesk:
    """The server's side of the desk."""
    return ScriptedDesk()


@pytest.fixture
async def enter(browser: Browser, script: ScriptedDesk) -> AsyncIterator[Enter]:
    """Return `await enter(path, **context options)`: the desk of Ana; at the end no script may have failed."""
    contexts = []
    broken: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: broken.append(f"script error: {error}"))
        page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)

    async def make(path: str = "/desk", **options: Any) -> Desk:
        options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"} | options
        context = await browser.new_context(**options)
        context.set_default_timeout(8_000)
        contexts.append(context)
        context.on("page", watch)
        page = await context.new_page()
        await page.add_init_script(SENSES)
        await script.install(page)
        desk = Desk(page, ORIGIN)
        await desk.open(path)
        return desk

    yield make
    for context in contexts:
        await leave(context)
    assert broken == []


def said(desk: Desk) -> Awaitable[list[str]]:
    """Return what the announcer was given."""
    return desk.page.evaluate("window.saidAll")


# The lists.


async def test_an_empty_queue_is_calm(enter: Enter, script: ScriptedDesk) -> None:
    desk = await enter()
    await expect(desk.title).to_have_text("No one is waiting.")
    await expect(desk.talk).to_contain_text("You are available.")
    await expect(desk.talk).to_contain_text("The desk is open until 8 PM.")
    script.state["me"]["status"] = "away"
    script.push()
    await expect(desk.talk).to_contain_text("You are away. Patrons are told no librarian is free.")


async def test_a_waiting_chat_says_where_in_what_language_and_why(enter: Enter, script: ScriptedDesk) -> None:
    desk = await enter()
    script.talk("waiting", "web-1", "renewal failed twice")
    script.push()
    button = desk.row("waiting").locator(".open")
    await expect(button).to_have_accessible_name("Waiting 0:12 · Main Library · English “renewal failed twice”")
    await expect(desk.row("waiting").locator("time")).to_have_text("0:14")
    assert await said(desk) == ["New chat waiting: Main Library, English."]


async def test_urgent_chats_come_first_then_who_has_waited_longest(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("waiting", "web-1", "short", waited=5)
    script.talk("waiting", "web-2", "long", waited=90)
    script.talk("waiting", "web-3", "distress", waited=1, urgent=True, reason="safety")
    desk = await enter()
    assert await desk.waiting() == ["“distress”", "“long”", "“short”"]
    await expect(desk.row("waiting", 0)).to_contain_text("May be in distress")
    await expect(desk.row("waiting", 1).locator(".late")).to_be_visible()
    await expect(desk.row("waiting", 2).locator(".late")).to_be_hidden()


async def test_a_row_that_somebody_took_stays_grey_where_it_was(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("waiting", "web-1", "first", waited=50)
    script.talk("waiting", "web-2", "second", waited=5)
    desk = await enter()
    second = desk.page.locator('#waiting [data-chat="web-2"]')
    before = await second.bounding_box()
    script.move("web-1", "others", staff="Sam")
    gone = desk.page.locator("#waiting .gone")
    await expect(gone).to_contain_text("Sam took this chat.")
    await expect(gone.get_by_role("button", name="Claim")).to_be_disabled()
    after = await second.bounding_box()
    assert before and after and before["y"] == after["y"]
    await expect(gone).to_have_count(0, timeout=12_000)


async def test_my_chats_mark_what_is_unread_until_it_is_opened(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("mine", "web-1", "one")
    script.talk("mine", "web-2", "two")
    desk = await enter()
    await expect(desk.page).to_have_title("(2) Desk · Alder Falls Public Library")
    await desk.choose("mine", 0)
    await expect(desk.page).to_have_title("(1) Desk · Alder Falls Public Library")
    await expect(desk.row("mine", 0)).not_to_contain_text("New message")
    await expect(desk.row("mine", 1)).to_contain_text("New message")
    await expect(desk.row("mine", 1)).to_contain_text("“two”")


async def test_colleagues_are_folded_with_what_they_do(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("others", "web-4", "lost card")
    desk = await enter()
    await expect(desk.page.locator("#others")).to_be_hidden()
    await desk.lists.get_by_role("button", name="With colleagues").click()
    await expect(desk.page.locator("#others-list")).to_contain_text("Sam · Main Library · English")
    await expect(desk.page.locator("#people")).to_contain_text("Ana (you) available")
    await desk.choose("others-list")
    await expect(desk.talk).to_contain_text("Sam has this chat. You can read it and add a note.")
    await expect(desk.box).to_be_hidden()


# Claim.


async def test_claiming_puts_the_cursor_into_the_reply(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("waiting", "web-1")
    desk = await enter()
    await desk.claim()
    await expect(desk.box).to_be_focused()
    await expect(desk.row("mine")).to_be_visible()
    await expect(desk.talk).to_contain_text("Ana joined the chat.")


async def test_the_loser_of_a_claim_is_told_who_won(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("waiting", "web-1")
    script.refuse["claim"] = (409, "taken", "Sam took this chat 1 second ago.")
    desk = await enter()
    await desk.claim()
    await expect(desk.page.locator("#waiting .gone")).to_contain_text("Sam took this chat 1 second ago.")
    await expect(desk.toast).to_have_text("Sam took this chat 1 second ago.")
    assert "Sam took this chat 1 second ago." in await said(desk)


async def test_over_the_limit_the_desk_asks(enter: Enter, script: ScriptedDesk) -> None:
    for number in range(4):
        script.talk("mine", f"web-{number}")
    script.talk("waiting", "web-9")
    script.refuse["claim"] = (409, "over_limit", "You have 4 chats.")
    desk = await enter()
    await desk.claim()
    await expect(desk.dialog).to_contain_text("You have 4 chats, your limit is 3. Take this one anyway?")
    del script.refuse["claim"]
    await desk.dialog.get_by_role("button", name="Take it").click()
    assert await script.action("claim", 2) == ("web-9", {"over": True})
    await expect(desk.box).to_be_focused()


# The conversation.


async def mine(enter: Enter, script: ScriptedDesk, **options: Any) -> Desk:
    """A desk with one chat of mine open."""
    script.talk("mine", "web-1", "Can I renew?")
    desk = await enter("/desk#web-1", **options)
    await expect(desk.bubbles).to_have_count(2)
    return desk


async def test_a_chat_is_talked_both_ways(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await desk.reply("Which card\ndo you have?")
    await script.action("messages")
    script.say("web-1", "patron", "The <b>blue</b> one")
    await expect(desk.bubbles).to_have_count(4)
    assert (await desk.messages())[1:] == ["Can I renew?", "Which card\ndo you have?", "The <b>blue</b> one"]
    assert "Patron: The <b>blue</b> one" in await said(desk)
    assert not any("Which card" in text for text in await said(desk))


async def test_focus_stays_where_it_is_when_something_arrives(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await desk.write("half a sen")
    script.say("web-1", "patron", "hello?")
    script.talk("waiting", "web-2")
    script.talk("offered", "web-3")
    script.push()
    await expect(desk.row("offered")).to_be_visible()
    await expect(desk.bubbles).to_have_count(3)
    await desk.page.keyboard.type("tence")
    await expect(desk.box).to_have_value("half a sentence")


async def test_typing_is_told_both_ways(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await desk.write("Let me look at that for you")
    assert script.typed == ["web-1"]
    script.frame("web-1", typing={"from": "patron", "until": "2026-11-21T19:10:00Z"})
    await expect(desk.talk).to_contain_text("Patron is typing…")
    script.say("web-1", "patron", "done")
    await expect(desk.talk).not_to_contain_text("Patron is typing…")


async def test_a_reply_that_is_refused_can_be_tried_again_or_removed(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    script.refuse["messages"] = (409, "not_yours", "Sam has this chat.")
    await desk.reply("One")
    await desk.reply("Two")
    failed = desk.talk.locator(".m.failed")
    await expect(failed).to_have_count(2)
    await expect(failed.first).to_contain_text("Not sent. Sam has this chat.")
    del script.refuse["messages"]
    await failed.first.get_by_role("button", name="Try again").click()
    await failed.last.get_by_role("button", name="Remove").click()
    await expect(desk.bubbles).to_have_count(3)
    assert (await desk.messages())[-1] == "One"


async def test_drafts_are_kept_for_each_chat_and_over_a_reload(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("mine", "web-2", "Other")
    desk = await mine(enter, script)
    await desk.box.fill("for the first")
    await desk.page.locator('#mine [data-chat="web-2"] .open').click()
    await expect(desk.box).to_have_value("")
    await desk.box.fill("for the second")
    await desk.page.reload()
    await desk.connected()
    await expect(desk.box).to_have_value("for the second")
    await desk.page.locator('#mine [data-chat="web-1"] .open').click()
    await expect(desk.box).to_have_value("for the first")


async def test_drafts_of_another_person_are_not_shown(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await desk.box.fill("what Ana wrote")
    script.state["me"].update(id=2, shown_as="Lee")
    await desk.page.reload()
    await desk.connected()
    await expect(desk.box).to_be_visible()
    await expect(desk.box).to_have_value("")


async def test_the_words_of_patrons_are_not_kept_on_the_computer(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await desk.reply("Yes")
    await expect(desk.bubbles).to_have_count(3)
    kept = await desk.page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    assert "renew" not in kept


async def test_notes_have_their_own_label_and_are_not_sent(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await desk.note("Fine was waived")
    await expect(desk.talk.locator(".m.note")).to_contain_text("Note, not sent · Ana")
    await expect(desk.about).to_contain_text("Fine was waived")
    assert [action for action, _, _ in script.did if action == "messages"] == []
    await expect(desk.box).to_be_focused()


async def test_the_suggestion_is_folded_and_one_press_puts_it_into_the_reply(
    enter: Enter, script: ScriptedDesk
) -> None:
    desk = await mine(enter, script)
    script.contexts["web-1"]["suggestion"] = {"seq": 2, "text": "You can renew twice."}
    script.say("web-1", "system", {"type": "divider", "text": "…"})
    folded = desk.talk.locator(".suggestion details")
    await expect(folded).to_contain_text("Assistant suggests: You can renew twice.")
    assert not await folded.evaluate("(el) => el.open")
    await desk.box.fill("Hello!")
    await desk.talk.get_by_role("button", name="Use it").click()
    await expect(desk.box).to_have_value("Hello!\nYou can renew twice.")
    await expect(desk.box).to_be_focused()


@pytest.mark.parametrize(
    ("typed", "keys", "text"),
    [
        ("/pho", ["Enter"], "You can call Main Library at 315-555-0140."),
        ("Good day.\n/hel", ["Enter"], "Good day.\nHello, I am Ana at Alder Falls Public Library."),
        ("/", ["ArrowDown", "ArrowDown", "ArrowUp", "Tab"], "The hours are on our website."),
        ("and/or", [], "and/or"),
        ("/hours", ["Escape"], "/hours"),
    ],
)
async def test_saved_replies_open_with_a_slash_at_the_start_of_a_line(
    enter: Enter, script: ScriptedDesk, typed: str, keys: list[str], text: str
) -> None:
    desk = await mine(enter, script)
    listbox = desk.page.get_by_role("listbox", name="Saved replies")
    first, *rest = typed.split("\n")
    await desk.write(first)
    for line in rest:
        await desk.box.press("Shift+Enter")
        await desk.box.press_sequentially(line)
    await expect(listbox).to_be_visible(visible=bool(keys))
    for key in keys:
        await desk.box.press(key)
    await expect(listbox).to_be_hidden()
    await expect(desk.box).to_have_value(text)
    assert [action for action, _, _ in script.did if action == "messages"] == []


async def test_saved_replies_in_the_patrons_language_come_first(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("mine", "web-1", "Hola", lang="es", language="Spanish")
    desk = await enter("/desk#web-1")
    await desk.write("/hel")
    option = desk.page.get_by_role("option").first
    await expect(option).to_contain_text("Hola, soy Ana.")
    await expect(option).to_have_attribute("aria-selected", "true")
    assert await desk.box.get_attribute("aria-activedescendant") == await option.get_attribute("id")


# Passing on and ending.


async def test_a_transfer_needs_a_person_and_a_note_and_can_be_recalled(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await desk.act("Transfer")
    await expect(desk.dialog.get_by_label("Sam")).to_be_disabled()
    await desk.dialog.get_by_role("button", name="Transfer").click()
    assert script.did == []
    await desk.dialog.get_by_label("Lee").check()
    await desk.dialog.get_by_label("What should they know?").fill("Knows cards")
    await desk.dialog.get_by_role("button", name="Transfer").click()
    assert await script.action("transfer") == ("web-1", {"to": 2, "note": "Knows cards"})
    await expect(desk.talk.locator(".notices")).to_contain_text("Waiting for Lee to accept… (0:5")
    await desk.talk.get_by_role("button", name="Cancel").click()
    await script.action("transfer-cancel")
    await expect(desk.talk.locator(".notices")).not_to_contain_text("Waiting for Lee")


async def test_a_transfer_that_nobody_took_is_told(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await desk.transfer("Lee", "Knows cards")
    await expect(desk.talk.locator(".notices")).to_contain_text("Waiting for Lee")
    script.state["mine"][0]["transfer"] = None
    script.push()
    await expect(desk.toast).to_have_text("Lee did not take the chat. You still have it.")


async def test_an_offered_chat_is_accepted(enter: Enter, script: ScriptedDesk) -> None:
    desk = await enter()
    script.talk("offered", "web-5", "I need the reference desk")
    script.push()
    await expect(desk.row("offered")).to_contain_text("Lee passes you a chat")
    await expect(desk.row("offered")).to_contain_text("Knows the card system better")
    assert "Lee passes you a chat: Knows the card system better" in await said(desk)
    await desk.accept()
    await script.action("transfer-accept")
    await expect(desk.box).to_be_focused()


async def test_an_offered_chat_is_declined(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("offered", "web-5")
    desk = await enter()
    await desk.decline()
    await script.action("transfer-decline")
    await expect(desk.page.locator("#offered-group")).to_be_hidden()


@pytest.mark.parametrize(
    ("press", "action", "body"),
    [
        (Desk.release, "release", {}),
        (Desk.give_back, "give-back", {}),
        (lambda desk: desk.end("Referred"), "end", {"outcome": "referred", "tags": ["cards"]}),
    ],
    ids=["release", "give back", "end"],
)
async def test_a_chat_leaves_my_desk(
    enter: Enter, script: ScriptedDesk, press: Callable[[Desk], Awaitable[None]], action: str, body: dict[str, Any]
) -> None:
    desk = await mine(enter, script)
    script.contexts["web-1"]["tags"] = ["cards"]
    await desk.page.reload()
    await expect(desk.about).to_contain_text("cards")
    await press(desk)
    assert await script.action(action) == ("web-1", body)
    await expect(desk.page.locator("#mine .item")).to_have_count(0)
    await expect(desk.box).to_have_count(0)


async def test_tags_are_added_and_removed(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await desk.about.get_by_label("Add a tag").fill("Printing")
    await desk.page.keyboard.press("Enter")
    assert await script.action("tags") == ("web-1", {"tags": ["printing"]})
    await desk.about.get_by_role("button", name="Remove tag printing").click()
    assert await script.action("tags", 2) == ("web-1", {"tags": []})


async def test_the_context_tells_what_is_known(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("mine", "web-1", "Can I renew?")
    script.contexts["web-1"].update(
        turns={
            "2": {
                "topic": "Renew a loan",
                "intent": "renew",
                "confidence": 0.934,
                "entities": [["branch", "eastside"]],
                "ranking": [["Renew a loan", 0.934], ["Fines", 0.04]],
                "state": "done",
            }
        },
        guide={"title": "Account is blocked", "step": 3, "of": 6},
        ratings={"0": "partly", "1": "down"},
        comment="Slow",
    )
    desk = await enter("/desk#web-1")
    for words in (
        "library.example/visit",
        "Main Library",
        "English",
        "Asked for a person",
        "“Can I renew?”",
        "Renew a loan",
        "93 %",
        "branch: eastside",
        "Other guesses",
        "Reached step 3 of 6",
        "Helped in part",
        "0 good, 1 bad",
        "Slow",
    ):
        await expect(desk.about).to_contain_text(words)
    await expect(desk.about.get_by_role("link", name="Open the transcript")).to_have_attribute(
        "href", "/desk/chats/web-1"
    )


# The patron's presence.


async def test_a_patron_who_is_away_is_shown_in_words(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await expect(desk.talk).to_contain_text("Patron is here")
    script.state["mine"][0]["patron"] = "away"
    script.push()
    await expect(desk.talk).to_contain_text("Patron is reconnecting…")
    await desk.page.evaluate("Date.now = ((now) => () => now() + 61e3)(Date.now)")
    await expect(desk.talk).to_contain_text("The patron has left. You can add a note, or create a follow-up.")
    await desk.talk.get_by_role("button", name="Create a follow-up").click()
    await expect(desk.dialog.get_by_label("Follow-up")).to_be_checked()


async def test_an_ended_chat_takes_notes_only(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    script.contexts["web-1"]["mode"] = "ended"
    script.frame("web-1", state={"mode": "ended", "queue": None, "staff": None, "paused": None})
    await expect(desk.talk).to_contain_text("This chat has ended.")
    await expect(desk.box).to_be_hidden()
    await desk.talk.get_by_role("button", name="Add a note").click()
    await expect(desk.talk.get_by_label("Note, not sent")).to_be_focused()


# The own status and connection.


async def test_the_last_person_is_asked_before_going_away(enter: Enter, script: ScriptedDesk) -> None:
    script.state["me"]["alone"] = True
    desk = await enter()
    away = desk.page.locator("#own").get_by_role("button", name="Away")
    await away.click()
    await expect(desk.dialog).to_contain_text("You are the last person on the desk. Go away anyway?")
    await desk.page.keyboard.press("Escape")
    await expect(away).to_be_focused()
    assert script.did == []
    await desk.status("Away")
    assert script.did == [("status", "", {"status": "away"})]


async def test_a_lost_connection_is_shown_and_drafts_can_still_be_written(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await script.cut()
    bar = desk.page.locator("#lost")
    await expect(bar).to_have_text("Not connected. New chats will not reach you. Retrying…")
    await expect(desk.page.locator("#link-text")).to_have_text("Not connected")
    await desk.reply("Sent while nobody could hear it")
    await desk.box.fill("a draft")
    await expect(desk.bubbles.last).to_contain_text("Sending…")
    script.down = False
    script.say("web-1", "patron", "missed meanwhile")
    await expect(desk.bubbles).to_have_count(4, timeout=20_000)
    await desk.connected()
    await expect(bar).to_be_hidden()
    await expect(desk.box).to_have_value("a draft")
    assert "Connected again." in await said(desk)


async def test_what_was_missed_is_there_before_connected_is_said(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await script.cut()
    await expect(desk.page.locator("#link-text")).to_have_text("Not connected")
    await desk.page.evaluate(
        """() => new MutationObserver(() => {
          if (document.getElementById('link-text').textContent === 'Connected')
            window.then ??= document.querySelectorAll('#talk .m').length;
        }).observe(document.getElementById('link-text'), { childList: true, characterData: true, subtree: true })"""
    )
    script.down = False
    script.say("web-1", "patron", "missed meanwhile")
    await desk.page.evaluate("window.dispatchEvent(new Event('online'))")
    await desk.connected()
    assert await desk.page.evaluate("window.then") == 3


async def test_an_unsent_reply_goes_out_after_a_reload(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("mine", "web-2", "Other")
    desk = await mine(enter, script)
    script.refuse["messages"] = (0, "", "")
    await desk.reply("Kept")
    await script.action("messages")
    await desk.page.locator('#mine [data-chat="web-2"] .open').click()
    del script.refuse["messages"]
    await desk.page.reload()
    await desk.connected()
    await expect(desk.page.locator('#mine [data-chat="web-1"]')).to_contain_text("You: Kept")
    assert [message["blocks"][0]["text"] for message in script.messages["web-1"]][2:] == ["Kept"]


async def test_who_is_signed_out_is_led_to_the_door(enter: Enter, script: ScriptedDesk) -> None:
    desk = await enter()
    script.signed_out = True
    await script.cut()
    script.down = False
    await desk.page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(desk.page.locator("#lost")).to_contain_text("You are signed out.")
    await expect(desk.page.locator("#lost a")).to_have_attribute("href", "/desk/sign-in?next=/desk")


# Alerts.


async def ready(desk: Desk) -> None:
    """Press a key that does nothing: browsers play sound only after one."""
    await desk.page.keyboard.press("Shift")
    await eventually(desk.page, "window.tones.length === 0")


@pytest.mark.parametrize(
    ("status", "waited", "tones"),
    [("available", 0.0, 3), ("busy", 0.0, 0), ("busy", 31.0, 3), ("away", 90.0, 0)],
)
async def test_a_new_chat_rings_for_those_who_can_take_it(
    enter: Enter, script: ScriptedDesk, status: str, waited: float, tones: int
) -> None:
    script.state["me"]["status"] = status
    desk = await enter()
    await ready(desk)
    script.talk("waiting", "web-1", waited=waited)
    script.push()
    await expect(desk.page).to_have_title("(1) Desk · Alder Falls Public Library")
    await eventually(desk.page, f"window.tones.length === {tones}")


async def test_it_rings_again_after_30_60_and_120_seconds_and_every_minute_until_claimed(
    enter: Enter, script: ScriptedDesk
) -> None:
    script.state["me"]["preferences"] = {"alerts": True, "alert_words": True}
    desk = await enter()
    await ready(desk)
    await desk.page.evaluate("window.looking = false; Notification.permission = 'granted'")
    talk = script.talk("waiting", "web-1", "renewal failed twice", waited=0.0)
    for number, waited in enumerate([0.0, 31.0, 61.0, 121.0, 181.0], start=1):
        talk["waited"] = waited
        script.push()
        await eventually(desk.page, f"window.shown.length === {number}")
    assert await desk.page.evaluate("window.tones.length") == 15
    assert await desk.page.evaluate("window.shown") == [
        ["New chat: Main Library, English", "renewal failed twice"],
        ["Still waiting: Main Library, English", "renewal failed twice"],
        *[["Waiting over a minute: Main Library, English", "renewal failed twice"]] * 3,
    ]
    script.move("web-1", "others", staff="Sam")
    await expect(desk.page).to_have_title("Desk · Alder Falls Public Library")


async def test_alerts_do_not_show_the_patrons_words_unless_wanted(enter: Enter, script: ScriptedDesk) -> None:
    script.state["me"]["preferences"] = {"alerts": True}
    desk = await enter()
    await desk.page.evaluate("window.looking = false; Notification.permission = 'granted'")
    script.talk("waiting", "web-1", "secret")
    script.push()
    await eventually(desk.page, "window.shown.length === 1")
    assert await desk.page.evaluate("window.shown") == [["New chat: Main Library, English", ""]]
    await desk.page.evaluate("window.last.onclick()")
    await expect(desk.title).to_have_text("Main Library · English")


async def test_another_sound_tells_of_a_message_when_nobody_looks(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    await ready(desk)
    script.say("web-1", "patron", "seen")
    script.push()
    await expect(desk.row("mine")).to_contain_text("seen")
    await desk.page.evaluate("window.looking = false")
    script.say("web-1", "patron", "unseen")
    script.push()
    await eventually(desk.page, "window.tones.length === 2")
    await expect(desk.page).to_have_title("(1) Desk · Alder Falls Public Library")
    await desk.page.evaluate("window.looking = true; window.dispatchEvent(new Event('focus'))")
    await expect(desk.page).to_have_title("Desk · Alder Falls Public Library")


async def test_desktop_alerts_are_asked_for_only_when_switched_on(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("waiting", "web-1")
    desk = await enter()
    await desk.claim()
    assert await desk.page.evaluate("window.asked") == 0
    button = desk.page.locator("#alerts-button")
    await button.click()
    await desk.dialog.get_by_label("Desktop alerts", exact=True).check()
    await script.action("preferences")
    assert await desk.page.evaluate("window.asked") == 1
    assert script.did[-1] == ("preferences", "", {"alerts": True})
    await desk.dialog.get_by_role("button", name="Done").click()
    await expect(button).to_be_focused()


async def test_a_muted_desk_makes_no_sound(enter: Enter, script: ScriptedDesk) -> None:
    desk = await enter()
    await desk.press("m")
    assert await script.action("preferences") == ("", {"sound": False})
    await expect(desk.page.locator("#alerts-button")).to_have_text("Alerts muted")
    script.talk("waiting", "web-1")
    script.push()
    await expect(desk.page).to_have_title("(1) Desk · Alder Falls Public Library")
    assert await desk.page.evaluate("window.tones") == []


# Keys.


async def test_j_and_k_walk_through_the_lists_and_o_opens(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("waiting", "web-1")
    script.talk("mine", "web-2")
    desk = await enter()
    await desk.press("j")
    await expect(desk.row("waiting").locator(".open")).to_be_focused()
    await desk.press("j")
    await expect(desk.row("mine").locator(".open")).to_be_focused()
    await desk.press("k", "o")
    await expect(desk.talk).to_contain_text("This patron waits for a person.")
    await desk.press("c")
    assert await script.action("claim") == ("web-1", {})


async def test_c_claims_who_has_waited_longest(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("waiting", "web-1", waited=3)
    script.talk("waiting", "web-2", waited=30)
    desk = await enter()
    await desk.press("c")
    assert await script.action("claim") == ("web-2", {})


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        ("t", "Transfer this chat"),
        ("u", "Release this chat?"),
        ("b", "Give this chat back to the assistant?"),
        ("e", "End this chat"),
        ("?", "Keys"),
    ],
)
async def test_a_key_opens_its_dialog_and_escape_gives_the_focus_back(
    enter: Enter, script: ScriptedDesk, key: str, seen: str
) -> None:
    desk = await mine(enter, script)
    await desk.page.locator("#mine .open").focus()
    await desk.press(key)
    await expect(desk.dialog.locator("h2")).to_have_text(seen)
    await desk.page.keyboard.press("Escape")
    await expect(desk.dialog).to_have_count(0)
    await expect(desk.page.locator("#mine .open")).to_be_focused()


async def test_keys_of_the_composer(enter: Enter, script: ScriptedDesk) -> None:
    desk = await mine(enter, script)
    script.contexts["web-1"]["suggestion"] = {"seq": 2, "text": "You can renew twice."}
    await desk.page.reload()
    await expect(desk.talk.get_by_role("button", name="Use it")).to_be_visible()
    await desk.box.press("Escape")
    await expect(desk.page.get_by_role("region", name="Conversation")).to_be_focused()
    await desk.press("n")
    await expect(desk.talk.get_by_label("Note, not sent")).to_be_focused()
    await desk.box.press("Escape")
    await desk.press("r")
    await expect(desk.talk.get_by_label("Reply to the patron")).to_be_focused()
    await desk.box.press("Escape")
    await desk.press("i")
    await expect(desk.box).to_have_value("You can renew twice.")
    await desk.box.fill("")
    await desk.press("/")
    await expect(desk.page.get_by_role("listbox")).to_be_visible()


async def test_single_keys_do_nothing_in_text_fields_or_when_switched_off(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("waiting", "web-2")
    desk = await mine(enter, script)
    await desk.write("cute bee")
    await expect(desk.box).to_have_value("cute bee")
    script.state["me"]["preferences"] = {"single_keys": False}
    script.push()
    await desk.press("c", "?", "e", "a", "m")
    await expect(desk.dialog).to_have_count(0)
    assert script.did == []


async def test_ctrl_enter_sends_for_those_who_want_it(enter: Enter, script: ScriptedDesk) -> None:
    script.state["me"]["preferences"] = {"ctrl_enter": True}
    desk = await mine(enter, script)
    await desk.box.fill("One")
    await desk.box.press("Enter")
    await desk.box.press_sequentially("Two")
    assert script.did == []
    await desk.box.press("Control+Enter")
    assert (await script.action("messages"))[1]["text"] == "One\nTwo"


async def test_a_changes_the_status_and_g_goes_to_pages(enter: Enter, script: ScriptedDesk) -> None:
    desk = await enter()
    await desk.press("a")
    await script.action("status")
    assert script.did == [("status", "", {"status": "away"})]
    await desk.press("a")
    await script.action("status", 2)
    async with desk.page.expect_request("**/desk/inbox"):
        await desk.press("g", "i")


# Small screens and access.


async def test_on_a_small_screen_one_column_is_shown_with_a_way_back(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("mine", "web-1")
    desk = await enter(viewport={"width": 390, "height": 844})
    await desk.choose("mine")
    await expect(desk.box).to_be_focused()
    await expect(desk.lists).to_be_hidden()
    await desk.talk.get_by_role("button", name="Actions").click()
    await expect(desk.talk.get_by_role("button", name="End chat")).to_be_visible()
    await desk.talk.get_by_role("button", name="Details").click()
    await expect(desk.about).to_contain_text("library.example/visit")
    await desk.page.keyboard.press("Escape")
    await expect(desk.talk.get_by_role("button", name="Details")).to_be_focused()
    await desk.talk.get_by_role("button", name="Back").click()
    await expect(desk.row("mine").locator(".open")).to_be_focused()
    await expect(desk.talk).to_be_hidden()


async def full(desk: Desk, script: ScriptedDesk) -> None:
    script.contexts["web-1"].update(
        suggestion={"seq": 2, "text": "You can renew twice. " * 8},
        notes=[{"id": 1, "after_seq": 2, "name": "Lee", "at": "2026-11-21T19:09:00Z", "text": "Waived. " * 10}],
        turns={"2": {"topic": "Renew", "confidence": 0.4, "entities": [], "ranking": [["Renew", 0.4], ["Fines", 0.3]]}},
        guide={"title": "Blocked", "step": 1, "of": 4},
        tags=["renewal"],
        ratings={"0": "no"},
    )
    script.talk("waiting", "web-2", "W" * 300, waited=70, urgent=True, reason="safety")
    script.talk("offered", "web-3")
    script.talk("others", "web-4")
    script.say("web-1", "staff", "Hello", name="Ana")
    script.say("web-1", "patron", "W" * 900)
    script.push()
    await expect(desk.row("offered")).to_be_attached()


async def empty(desk: Desk, script: ScriptedDesk) -> None:
    await desk.page.evaluate("location.hash = ''")
    script.move("web-1", None)
    await desk.page.goto("about:blank")
    await desk.open()


async def writing_a_note(desk: Desk, script: ScriptedDesk) -> None:
    await desk.press("n")
    await desk.box.fill("W" * 200)


async def choosing_a_reply(desk: Desk, script: ScriptedDesk) -> None:
    await desk.write("/")
    await expect(desk.page.get_by_role("option").first).to_be_visible()


async def disconnected(desk: Desk, script: ScriptedDesk) -> None:
    await script.cut()
    await expect(desk.page.locator("#lost")).to_be_visible()


async def details(desk: Desk, script: ScriptedDesk) -> None:
    await desk.press("d")
    await expect(desk.about).to_be_visible()


def pressing(key: str) -> Reach:
    """Return what reaches the dialog of a key."""

    async def reach(desk: Desk, script: ScriptedDesk) -> None:
        await desk.press(key)
        await expect(desk.dialog).to_be_visible()

    return reach


# One page for each width at which the desk is laid out anew; the looks of a width are put on one after the other.
WIDTHS: dict[str, tuple[tuple[int, int], dict[str, dict[str, Any]]]] = {
    "three columns": (
        (1280, 800),
        {
            "light": {"color_scheme": "light"},
            "dark": {"color_scheme": "dark"},
            "forced colours": {"color_scheme": "light", "forced_colors": "active"},
        },
    ),
    "drawer": ((1024, 768), {"light": {"color_scheme": "light"}}),
    "one column": ((320, 568), {"light": {"color_scheme": "light"}, "400 %": {"color_scheme": "light"}}),
}
STATES: dict[str, Reach] = {
    "full": full,
    "empty": empty,
    "note": writing_a_note,
    "replies": choosing_a_reply,
    "disconnected": disconnected,
    "transfer": pressing("t"),
    "end": pressing("e"),
    "keys": pressing("?"),
    "details": details,
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", STATES)
async def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    enter: Enter, script: ScriptedDesk, state: str, width: str
) -> None:
    (wide, high), looks = WIDTHS[width]
    desk = await mine(enter, script, viewport={"width": wide, "height": high})
    await STATES[state](desk, script)
    for look, media in looks.items():
        await desk.page.emulate_media(**media)
        if look == "400 %":
            await desk.page.set_viewport_size({"width": 320, "height": 256})
        # In forced colours the system paints the text, and axe reads the colour that the style asked for.
        but = ("color-contrast",) if "forced_colors" in media else ()
        assert await violations(desk.page, but=but) == [], look
        assert await desk.sideways() == 0, look


async def test_reduced_motion_is_respected(enter: Enter, script: ScriptedDesk) -> None:
    script.talk("waiting", "web-1")
    desk = await enter(reduced_motion="reduce")
    assert await desk.page.evaluate("document.getAnimations().length") == 0
