"""The code that carries a chat: from the window of the website to a phone, and from there into the window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.chat import eventually, violations
from tests.browser.conftest import Visit
from tests.browser.people import People, answered, files_alone, scripted
from tests.browser.scripted import Script

PLACES = [
    {"channel": "sms", "name": "SMS", "address": "+13155550100", "link": "sms:+13155550100?&body=7K3M-9QXZ"},
    {
        "channel": "whatsapp",
        "name": "WhatsApp",
        "address": "+13155550101",
        "link": "https://wa.me/13155550101?text=7K3M-9QXZ",
    },
    {"channel": "messenger", "name": "Messenger", "address": ""},
]
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"color_scheme": "light", "forced_colors": "active"},
    "320 px": {"color_scheme": "light", "forced_colors": "none"},
}


@pytest.fixture(scope="session")
async def gateway() -> AsyncIterator[SimpleNamespace]:
    """The widget's files alone."""
    async with files_alone() as files:
        yield files


async def menu_of(chat: People) -> list[str]:
    await chat.page.get_by_role("button", name="Chat menu").click()
    await expect(chat.page.get_by_role("button", name="End chat")).to_be_visible()
    return await chat.page.locator("#menu button").all_inner_texts()


async def given(chat: People, script: Script) -> None:
    script.places = PLACES
    await answered(chat, script)
    await chat.menu("Continue on my phone")
    await expect(chat.page.locator("#carry .big")).to_have_text("7K3M-9QXZ")


async def asked_for(chat: People, script: Script) -> None:
    script.places = PLACES
    await answered(chat, script)
    await chat.menu("I have a code")
    await expect(chat.page.get_by_label("Code", exact=True)).to_be_focused()


def dialog(chat: People) -> Locator:
    return chat.page.get_by_role("dialog", name="Continue on my phone")


async def test_menu_offers_it_only_where_there_are_places(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await answered(chat, script)
    assert {"Continue on my phone", "I have a code"} & set(await menu_of(chat)) == set()


async def test_code_is_shown_with_the_places_and_their_links(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway, listen=True)
    await given(chat, script)
    await expect(dialog(chat)).to_be_focused()
    await expect(dialog(chat)).to_contain_text("within 10 minutes")
    links = dialog(chat).get_by_role("link")
    assert [await one.get_attribute("href") for one in await links.all()] == [place["link"] for place in PLACES[:2]]
    assert await links.all_text_contents() == ["SMS: +13155550100", "WhatsApp: +13155550101 (opens in a new tab)"]
    await expect(dialog(chat)).to_contain_text("Messenger. Write to Alder Falls Public Library there.")
    await eventually(chat.page, "window.heard.some(([, text]) => text.includes('7 K 3 M - 9 Q X Z'))")


async def test_code_is_copied(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await given(chat, script)
    await dialog(chat).get_by_role("button", name="Copy the code").click()
    await expect(dialog(chat).get_by_role("button", name="The code is copied.")).to_be_visible()
    assert await chat.page.evaluate("navigator.clipboard.readText()") == "7K3M-9QXZ"


async def test_dialog_holds_the_keyboard_and_gives_it_back(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await given(chat, script)
    await expect(chat.box).to_be_visible()
    assert await chat.page.evaluate("document.querySelector('library-chat').shadowRoot.getElementById('form').inert")
    names = []
    for _ in range(4):
        await chat.page.keyboard.press("Tab")
        names.append(
            await chat.page.evaluate("document.querySelector('library-chat').shadowRoot.activeElement.textContent")
        )
    assert names[0] == "Copy the code" and names[-1] == "Back to the chat"
    await chat.page.keyboard.press("Escape")
    await expect(dialog(chat)).to_have_count(0)
    await expect(chat.page.get_by_role("button", name="Chat menu")).to_be_focused()
    await chat.ask("still here?")
    await script.took(2)


async def test_refusal_is_told_in_the_dialog(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    script.places = PLACES
    await answered(chat, script)
    script.refuse = 404
    await chat.menu("Continue on my phone")
    await expect(dialog(chat).get_by_role("alert")).to_have_text("refused")
    await dialog(chat).get_by_role("button", name="Back to the chat").click()
    await expect(dialog(chat)).to_have_count(0)


async def test_talk_is_brought_into_the_window_by_its_code(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await asked_for(chat, script)
    field = chat.page.get_by_label("Code", exact=True)
    go = chat.page.get_by_role("button", name="Go on here")
    await go.click()
    await expect(chat.page.get_by_role("alert")).to_have_text("Please fill in: Code.")
    await field.fill("0000-0000")
    await field.press("Enter")
    await expect(chat.page.get_by_role("alert")).to_have_text("Not valid.")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    script.codes["7K3M-9QXZ"] = [
        {
            "seq": seq,
            "at": "2026-11-21T15:00:00.000Z",
            "from": sender,
            "lang": "en",
            "blocks": [{"type": "text", "text": text}],
        }
        for seq, (sender, text) in enumerate(
            [
                ("patron", "From the telephone"),
                ("bot", "An answer to the telephone"),
                ("bot", "Another one"),
                ("system", "This chat goes on here."),
            ],
            1,
        )
    ]
    await field.fill("7K3M-9QXZ")
    await go.click()
    await expect(chat.log.locator("li.m")).to_have_count(4)
    assert await chat.asked() == ["From the telephone"]
    assert await chat.answers.locator(".b").all_inner_texts() == ["An answer to the telephone", "Another one"]
    await expect(chat.box).to_be_focused()
    await chat.ask("And now?")
    await script.took(2)
    await chat.page.reload()
    await chat.open()
    assert (await chat.asked())[0] == "From the telephone"


@pytest.mark.parametrize("reach", [given, asked_for], ids=lambda reach: reach.__name__)
async def test_dialogs_are_accessible_in_every_look(visit: Visit, gateway: Any, reach: Any) -> None:
    chat, script = await scripted(visit, gateway)
    await reach(chat, script)
    sideways = "(() => { const el = document.querySelector('library-chat').shadowRoot.getElementById('carry');"
    for look, media in LOOKS.items():
        await chat.page.emulate_media(**media)
        if look == "320 px":
            await chat.page.set_viewport_size({"width": 320, "height": 256})
            assert await chat.page.evaluate(sideways + "return el.scrollWidth - el.clientWidth; })()") <= 0
        assert await violations(chat.page) == [], look


async def test_spanish_patron_reads_spanish(visit: Visit, gateway: Any) -> None:
    chat, script = await scripted(visit, gateway, tag='data-lang="es"')
    script.places = PLACES
    await chat.launcher.click()
    await expect(chat.answers.first).to_be_visible()
    await chat.page.get_by_role("button", name="Menú del chat").click()
    await chat.page.locator("#menu").get_by_text("Seguir en mi teléfono").click()
    spanish = chat.page.get_by_role("dialog", name="Seguir en mi teléfono")
    await expect(spanish).to_contain_text("en los próximos 10 minutos")
    await expect(spanish.get_by_role("button", name="Volver al chat")).to_be_visible()
