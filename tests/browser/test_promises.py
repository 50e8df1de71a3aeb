"""What the widget promises to the page that hosts it, and to people without a mouse, a screen or a wide window."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bot.web.static import FOLDERS as STATIC
from tests.browser.chat import LISTEN, Chat, eventually, violations
from tests.browser.conftest import Visit
from tests.browser.scripted import Script

(FOLDER,) = STATIC["w"]

HOSTILE = """
* { letter-spacing: 3px !important; color: red !important; background: yellow !important; opacity: 0.5 !important;
    font: italic 30px serif !important; text-transform: uppercase !important; display: inline-block !important;
    float: left !important; transform: rotate(3deg) !important; box-sizing: content-box !important;
    padding: 9px !important; visibility: visible !important }
html { font-size: 10px; writing-mode: vertical-rl }
button { background: red !important }
svg { display: none !important }
"""

STYLES = """() => {
  const names = ['color', 'backgroundColor', 'fontSize', 'fontFamily', 'letterSpacing', 'textTransform', 'display',
    'float', 'opacity', 'transform', 'boxSizing', 'paddingTop', 'width', 'height', 'writingMode', 'lineHeight'];
  const all = document.querySelector('library-chat').shadowRoot.querySelectorAll('#launch, #win, #win *');
  return [...all].map((el) => {
    const style = getComputedStyle(el);
    return el.localName + '#' + el.id + ' ' + names.map((name) => style[name]).join(' | ');
  });
}"""

DRESSED = "document.querySelector('library-chat').shadowRoot.adoptedStyleSheets.length === 2"  # people.js is here
PARKED = {"type": "choices", "prompt": "Which one?", "choices": [{"label": "Main", "payload": "2.0"}]}


@pytest.mark.parametrize("path", ["/", "/chat", "/ask?lang=es", "/you-asked", "/you-asked?lang=es&code=K-AAAAA-A"])
@pytest.mark.parametrize("look", ["light", "dark", "forced"])
async def test_pages_are_accessible_in_every_look(visit: Visit, path: str, look: str) -> None:
    media = {"forced_colors": "active"} if look == "forced" else {"color_scheme": look}
    chat = await visit(path, **media)
    await expect(chat.page.get_by_role("heading", level=1)).to_be_visible()
    # Forced colours are the reader's own; Chromium tells axe the page's (-webkit-text-fill-color) instead.
    but = ("color-contrast",) if look == "forced" else ()
    assert await violations(chat.page, but=but) == []
    await chat.page.set_viewport_size({"width": 320, "height": 640})
    assert await chat.sideways() <= 0
    assert await violations(chat.page, but=but) == []


@pytest.mark.parametrize("path", ["/", "/chat"])
async def test_pages_lead_to_a_person_without_scripts(visit: Visit, path: str) -> None:
    chat = await visit(path, java_script_enabled=False)
    await chat.page.locator("noscript a, nav a[href='/ask']").first.click()
    await expect(chat.page.get_by_role("link", name="@").first).to_be_visible()


async def test_widget_works_under_a_strict_policy_and_asks_nobody_else(visit: Visit, gateway: Any) -> None:
    # The fixture fails the test for a CSP violation or a request to another origin.
    async def prepare(page: Page) -> None:
        await page.route("**/host", Script().host(gateway.url))

    chat = await visit("/host", prepare=prepare)
    await chat.open()
    await chat.answer("is eastside open sunday?")
    await chat.menu("Make wider")
    await chat.menu("Español")
    await expect(chat.page.get_by_role("textbox", name="Su mensaje")).to_be_visible()


async def test_closed_widget_asks_the_server_nothing(visit: Visit, gateway: Any) -> None:
    asked: list[str] = []

    async def prepare(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))
        await page.route("**/host", Script().host(gateway.url))

    chat = await visit("/host", prepare=prepare)
    await expect(chat.launcher).to_be_visible()
    await chat.page.wait_for_load_state("networkidle")
    assert {url.rsplit("/", 1)[1] for url in asked} == {"host", "embed.js", "widget.js"}


async def test_hostile_style_of_the_page_changes_nothing(visit: Visit, gateway: Any) -> None:
    seen = []
    for style in ("p { margin: 0 }", HOSTILE):
        chat, script = await _scripted(visit, gateway, style=style)
        await chat.open()
        script.say({"type": "text", "text": "Hello **there**\n\n- one\n- two"}, PARKED)
        await expect(chat.answers).to_have_count(2)
        await eventually(chat.page, DRESSED)
        seen.append(await chat.page.evaluate(STYLES))
    differing = [(plain, hostile) for plain, hostile in zip(*seen, strict=True) if plain != hostile]
    assert differing == []


async def test_hostile_words_are_only_words(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway)
    await chat.open()
    nasty = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
    script_link = "javascript:window.hit=1"
    links = f"[press]({script_link}) [run](data:text/html,hi) [go](http://evil.example/) **{nasty}**"
    card = {"title": nasty, "lines": [nasty], "badge": nasty, "links": [{"label": "open", "url": script_link}]}
    script.say(
        {"type": "text", "text": f"{nasty} {links}"},
        {"type": "notice", "kind": nasty, "text": nasty},
        {"type": "cards", "cards": [card]},
        {"type": "table", "caption": nasty, "head": [nasty], "rows": [[nasty]]},
        {"type": "choices", "choices": "not a list"},
        {"type": "constructor"},
        {"type": "text", "text": "W" * 2000},
    )
    await chat.ask(nasty)
    await expect(chat.patron).to_have_text([nasty])
    await expect(chat.answers.last).to_contain_text("W" * 2000)
    assert await chat.log.locator("img, script, a").count() == 0
    assert await chat.page.evaluate("window.hit") is None
    assert await chat.sideways() <= 0
    await chat.page.set_viewport_size({"width": 320, "height": 256})
    assert await chat.sideways() <= 0


async def test_links_open_where_they_should(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway)
    await chat.open()
    script.say(
        {
            "type": "text",
            "text": f"[Far](https://example.org/x) [Near]({gateway.url}/ask) mailto:a@example.org tel:+1-315-555-0140 https://example.org/(y).",
        }
    )
    far, near, mail, phone, bare = [chat.answers.last.get_by_role("link").nth(number) for number in range(5)]
    await expect(far).to_have_accessible_name("Far (opens in a new tab)")
    await expect(far).to_have_attribute("target", "_blank")
    await expect(near).to_have_accessible_name("Near")
    assert await near.get_attribute("target") is None
    await expect(mail).to_have_text("a@example.org")
    await expect(phone).to_have_attribute("href", "tel:+1-315-555-0140")
    await expect(bare).to_have_attribute("href", "https://example.org/(y")


async def test_one_announcement_per_turn_and_none_for_what_a_reload_brings_back(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway, listen=True)
    await chat.open()
    await eventually(chat.page, "window.heard.length === 1")
    await chat.ask("is eastside open sunday?")
    await script.took(1)
    script.say({"type": "text", "text": "**Yes.** See [hours](https://example.org)."})
    script.say({"type": "text", "text": "From 1 to 5 PM."}, PARKED)
    await eventually(chat.page, "window.heard.filter(([role]) => role === 'log').length === 2")
    await expect(chat.page.get_by_role("log").locator("p")).to_have_count(0)
    script.say({"type": "text", "text": "Another turn."})
    await eventually(chat.page, "window.heard.filter(([role]) => role === 'log').length === 3")
    assert (await chat.heard())[1:] == [
        "Assistant: Yes. See hours. From 1 to 5 PM., Which one?, Main",
        "Assistant: Another turn.",
    ]
    await chat.page.reload()
    await chat.launcher.click()
    await expect(chat.answers).to_have_count(4)
    await chat.page.clock.fast_forward(3_000)
    assert await chat.heard() == []


async def test_typing_and_connection_are_told_once_and_calmly(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway, listen=True)
    await chat.open()
    await chat.ask("is eastside open sunday?")
    await eventually(chat.page, "window.heard.some(([role]) => role === 'status')")
    script.down = True
    await script.sockets[0].close(code=1012)
    await expect(chat.bar).to_contain_text("Reconnecting")
    assert await chat.heard("status") == ["Assistant is typing…"]
    await chat.page.clock.fast_forward(10_000)
    await eventually(chat.page, "window.heard.filter(([role]) => role === 'status').length === 2")
    assert (await chat.heard("status"))[1:] == ["Reconnecting…"]


async def test_everything_can_be_done_by_keyboard_alone(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway)
    keys = chat.page.keyboard
    names = []

    async def focused() -> str:
        found: str = await chat.page.evaluate(
            """() => {
              const el = document.activeElement.shadowRoot?.activeElement ?? document.activeElement;
              return el.getAttribute('aria-label') || el.labels?.[0]?.textContent || el.textContent;
            }"""
        )
        return found

    await keys.press("Tab")  # the page's own link
    await keys.press("Tab")
    assert await focused() == "Ask the library"
    await keys.press("Enter")
    await expect(chat.box).to_be_focused()
    await keys.type("first line")
    await keys.press("Shift+Enter")
    await keys.type("second line")
    await keys.press("Enter")
    await script.took(1)
    await expect(chat.patron).to_have_text(["first line\nsecond line"])
    script.say({"type": "text", "text": "See [hours](https://example.org)."}, PARKED)
    await expect(chat.answers).to_have_count(2)
    await expect(chat.box).to_be_focused()  # an answer never takes the focus
    await expect(chat.page.get_by_role("button", name="Not helpful")).to_be_visible()
    for _ in range(8):
        await keys.press("Shift+Tab")
        names.append(await focused())
    assert names[:4] == ["Not helpful", "Helpful", "Main", "hours (opens in a new tab)"]
    assert names[4:] == ["Conversation", "Close chat", "Chat menu", "a link"]
    await keys.press("Tab")
    await keys.press("Enter")  # opens the menu
    assert await focused() == "Call 315-555-0140"
    await keys.press("ArrowDown")
    assert await focused() == "E-mail ask@alderfalls.example"
    await keys.press("Escape")
    assert await focused() == "Chat menu"
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Tab")
    assert await focused() == "Main"
    await keys.press("Enter")
    await expect(chat.patron).to_have_count(2)
    await expect(chat.box).to_be_focused()
    await keys.press("Tab")
    assert await focused() == "Send"
    await keys.press("Tab")  # and out of the panel
    assert await chat.page.evaluate("document.activeElement.localName") != "library-chat"
    await chat.box.focus()
    await keys.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()


async def test_page_with_shortcuts_of_its_own_does_not_hear_the_patron_typing(visit: Visit, gateway: Any) -> None:
    chat, _ = await _scripted(visit, gateway)
    await chat.page.evaluate("window.keys = []; document.addEventListener('keydown', (event) => keys.push(event.key))")
    await chat.open()
    await chat.box.press_sequentially("help")
    assert await chat.page.evaluate("keys") == []


async def test_button_can_be_hidden_and_brought_back_by_the_page(visit: Visit, gateway: Any) -> None:
    chat, _ = await _scripted(visit, gateway)
    await chat.open()
    await chat.menu("Hide this button")
    await expect(chat.launcher).to_be_hidden()
    await chat.page.evaluate("document.querySelector('library-chat').open()")
    await expect(chat.panel).to_be_visible()


async def test_small_screen_is_a_modal_page_whose_text_box_is_in_sight(visit: Visit, gateway: Any) -> None:
    chat, _ = await _scripted(visit, gateway, viewport={"width": 320, "height": 256})
    await chat.open()
    await expect(chat.page.get_by_role("dialog")).to_have_attribute("aria-modal", "true")
    assert await chat.page.evaluate("document.querySelector('main').inert") is True
    box = await chat.box.bounding_box()
    assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 256
    assert await chat.sideways() <= 0
    await chat.page.keyboard.press("Escape")
    assert await chat.page.evaluate("document.querySelector('main').inert") is False


async def test_right_to_left_page_and_message_do_not_overflow(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway, attributes='dir="rtl"')
    await chat.open()
    script.say({"type": "text", "text": "المكتبة مفتوحة يوم الأحد.\n\n- من الواحدة\n- إلى الخامسة"}, lang="ar")
    await expect(chat.answers.last).to_have_attribute("dir", "rtl")
    await expect(chat.answers.last).to_have_attribute("lang", "ar")
    await chat.page.evaluate("document.querySelector('library-chat').shadowRoot.getElementById('root').dir = 'rtl'")
    for width in (1280, 320):
        await chat.page.set_viewport_size({"width": width, "height": 640})
        assert await chat.sideways() <= 0
        panel = await chat.panel.bounding_box()
        assert panel is not None and panel["x"] >= 0 and panel["x"] + panel["width"] <= width


async def test_reduced_motion_moves_nothing(visit: Visit, gateway: Any) -> None:
    chat, _ = await _scripted(visit, gateway, reduced_motion="reduce")
    await chat.open()
    await chat.ask("is eastside open sunday?")
    await expect(chat.panel).to_contain_text("Assistant is typing…")
    moving = (
        "document.getAnimations().length + document.querySelector('library-chat').shadowRoot.getAnimations().length"
    )
    assert await chat.page.evaluate(moving) == 0


async def test_answers_spaced_out_by_the_reader_are_not_cut_off(visit: Visit, gateway: Any) -> None:
    chat, script = await _scripted(visit, gateway)
    await chat.open()
    script.say(
        PARKED, {"type": "table", "caption": "Week", "head": ["Day", "Hours"], "rows": [["Wednesday", "10 AM – 6 PM"]]}
    )
    await expect(chat.answers).to_have_count(2)
    await chat.page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
          sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}');
          document.querySelector('library-chat').shadowRoot.adoptedStyleSheets.push(sheet); }"""
    )
    assert await chat.sideways() <= 0
    cut = """() => {
      const all = document.querySelector('library-chat').shadowRoot.querySelectorAll('#log :is(p, td, button), #title');
      return [...all].filter((el) => el.scrollWidth > el.clientWidth + 1).map((el) => el.textContent);
    }"""
    assert await chat.page.evaluate(cut) == []


def test_widget_is_within_its_budget() -> None:
    limits = {"widget.js": 12 * 1024, "people.js": 7 * 1024, "carry.js": 3 * 1024, "embed.js": 1_000} | {
        f"lang/{path.name}": 2 * 1024 for path in (FOLDER / "lang").glob("*")
    }
    sizes = {name: len(gzip.compress((FOLDER / name).read_bytes(), 9)) for name in limits}
    assert {name: size for name, size in sizes.items() if size > limits[name]} == {}


def test_every_language_has_every_sentence() -> None:
    english = {}
    for name in ("widget.js", "people.js", "carry.js"):
        table = (FOLDER / name).read_text().split("const EN = {")[1].split("};")[0]
        words = re.findall(r"""(\w+): (?:"([^"]*)"|'([^']*)')""", table)
        assert not english.keys() & {key for key, _, _ in words}
        english |= {key: double or single for key, double, single in words}
    for path in (FOLDER / "lang").glob("*.json"):
        language = json.loads(path.read_text())
        assert {key: _places(text) for key, text in language.items()} == {
            key: _places(text) for key, text in english.items()
        }


def _places(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))


async def _scripted(
    visit: Visit, gateway: Any, *, style: str = "", attributes: str = "", listen: bool = False, **options: Any
) -> tuple[Chat, Script]:
    script = Script()

    async def prepare(page: Page) -> None:
        await page.clock.install()
        if listen:
            await page.add_init_script(LISTEN)
        await page.route("**/host", script.host(gateway.url, style=style, attributes=attributes))
        await script.install(page)

    return await visit("/host", prepare=prepare, **options), script
