"""The widget as a patron meets it: what can be seen, said and pressed."""

from __future__ import annotations

import asyncio
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# An animation that is cancelled (its element went) is settled as well: its promise is refused, and that is no failure.
SETTLE = """() => Promise.allSettled((document.querySelector('library-chat')?.shadowRoot.getAnimations() ?? [])
  .filter((animation) => animation.effect.getTiming().iterations < 2)
  .map((animation) => animation.finished)).then(() => null)"""

# Notes every text that a live region is given. Installed before the page's own scripts.
LISTEN = """
window.heard = [];
const watch = (root) => new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    const live = change.target.closest?.('[role=log],[role=status]');
    if (live && node.textContent) window.heard.push([live.getAttribute('role'), node.textContent]);
  }
}).observe(root, {subtree: true, childList: true});
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const root = attach.call(this, options);
  watch(root);
  return root;
};
"""


class Chat:
    """One page with one widget."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.host = page.locator("library-chat")
        self.launcher = page.locator("#launch")
        self.panel = page.locator("#win")
        self.box = page.get_by_role("textbox", name="Your message")
        self.log = page.locator("#list")
        self.bar = page.locator("#bar")
        self.patron = page.locator("#list .patron .b")
        self.answers = page.locator("#list .bot")

    async def open(self) -> None:
        """Open the panel by its button and wait for the welcome."""
        await self.launcher.click()
        await expect(self.answers.first).to_be_visible()

    async def ask(self, question: str) -> None:
        """Type a question and send it."""
        await self.box.fill(question)
        await self.box.press("Enter")

    async def answer(self, question: str) -> str:
        """Ask, and return the text of the next answer."""
        before = await self.answers.count()
        await self.ask(question)
        await expect(self.answers.nth(before)).to_be_visible()
        return await self.answers.nth(before).inner_text()

    async def menu(self, entry: str) -> None:
        """Open the menu and choose an entry."""
        await self.page.get_by_role("button", name="Chat menu").click()
        await self.page.locator("#menu").get_by_text(entry).click()

    async def asked(self) -> list[str]:
        """Return what the patron has said, in the order shown."""
        return await self.patron.all_inner_texts()

    async def heard(self, role: str = "log") -> list[str]:
        """Return what a screen reader was given so far by the region of that role (with LISTEN installed)."""
        said: list[list[str]] = await self.page.evaluate("window.heard")
        return [text for region, text in said if region == role]

    async def stored(self) -> list[str]:
        """Return the keys that this site keeps on the device for the chat."""
        return await self.page.evaluate(
            "Object.keys(localStorage).filter((key) => key.startsWith('foyer:') && !key.endsWith(':'))"
        )

    async def sideways(self) -> int:
        """Return by how many CSS pixels anything can be scrolled sideways."""
        return await self.page.evaluate(
            """() => {
              const log = document.querySelector('library-chat')?.shadowRoot.getElementById('log');
              const pages = [document.documentElement, log].filter(Boolean);
              return Math.max(...pages.map((el) => el.scrollWidth - el.clientWidth));
            }"""
        )


async def eventually(page: Page, expression: str) -> None:
    """Wait until a JavaScript expression is true, without the eval that a strict CSP forbids to playwright."""
    for _ in range(200):
        if await page.evaluate(expression):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"never became true: {expression}")


async def violations(page: Page, *, but: tuple[str, ...] = ()) -> list[str]:
    """Return what axe finds on the whole page, shadow roots included, leaving out the rules named in `but`."""
    options = {
        "runOnly": {"type": "tag", "values": RULES},
        "rules": {rule: {"enabled": False} for rule in but},
        "resultTypes": ["violations"],
    }
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    await page.evaluate(SETTLE)  # what is still fading in has no contrast yet
    found: Any = await page.evaluate("(options) => axe.run(options)", options)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
