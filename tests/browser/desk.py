"""The live desk as staff meet it: what can be seen, claimed, said and pressed."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect


class Desk:
    """One page with the live desk."""

    def __init__(self, page: Page, url: str = "") -> None:
        self.page = page
        self.url = url
        self.lists = page.locator("#lists")
        self.talk = page.locator("#talk")
        self.about = page.locator("#about")
        self.box = page.locator("#reply")
        self.bubbles = page.locator("#talk .log li.m")
        self.announced = page.locator("#announcer")
        self.toast = page.locator("#toast p")
        self.dialog = page.locator("dialog[open]")
        self.title = page.locator("#talk-title")

    async def sign_in(self, name: str, password: str) -> None:
        """Sign in by the form and wait for the connected desk."""
        await self.page.goto(f"{self.url}/desk")
        await self.page.locator("input[name=name]").fill(name)
        await self.page.locator("input[name=password]").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()
        await self.connected()

    async def open(self, path: str = "/desk") -> None:
        """Go to the desk and wait until it is connected."""
        await self.page.goto(f"{self.url}{path}")
        await self.connected()

    async def connected(self) -> None:
        """Wait until the desk says that it is connected."""
        await expect(self.page.locator("#link-text")).to_have_text("Connected", timeout=15_000)

    def row(self, kind: str, number: int = 0) -> Locator:
        """Return a row of the list `waiting`, `offered`, `mine` or `others-list` that is not greyed out."""
        return self.page.locator(f"#{kind} .item:not(.gone)").nth(number)

    async def waiting(self) -> list[str]:
        """Return the words of the patrons who wait, in the order shown."""
        return await self.page.locator("#waiting .item:not(.gone) .words").all_inner_texts()

    async def claim(self, number: int = 0) -> None:
        """Claim a waiting chat by its button."""
        await self.row("waiting", number).get_by_role("button", name="Claim").click()

    async def choose(self, kind: str, number: int = 0) -> None:
        """Open a chat of a list."""
        await self.row(kind, number).locator(".open").click()

    async def write(self, text: str) -> None:
        """Type into the composer, key by key, without sending."""
        await self.box.click()
        await self.box.press_sequentially(text)

    async def reply(self, text: str) -> None:
        """Send a reply to the patron of the open chat."""
        await self.talk.get_by_role("button", name="Reply", exact=True).click()
        await self.box.fill(text)
        await self.box.press("Enter")

    async def note(self, text: str) -> None:
        """Write an internal note."""
        await self.talk.get_by_role("button", name="Note", exact=True).click()
        await self.box.fill(text)
        await self.box.press("Enter")
        await expect(self.talk.locator(".m.note").last).to_contain_text(text)

    async def messages(self) -> list[str]:
        """Return what is said in the open chat, notes and notices too, in the order shown."""
        return await self.bubbles.locator(".b").all_inner_texts()

    async def transfer(self, to: str, note: str) -> None:
        """Offer the open chat to a colleague."""
        await self.act("Transfer")
        await self.dialog.get_by_label(to).check()
        await self.dialog.get_by_label("What should they know?").fill(note)
        await self.dialog.get_by_role("button", name="Transfer").click()

    async def accept(self) -> None:
        """Accept the chat that is offered."""
        await self.row("offered").get_by_role("button", name="Accept").click()

    async def decline(self) -> None:
        """Decline the chat that is offered."""
        await self.row("offered").get_by_role("button", name="Decline").click()

    async def release(self) -> None:
        """Put the open chat back into the queue."""
        await self.act("Release")
        await self.dialog.get_by_role("button", name="Release").click()

    async def give_back(self) -> None:
        """Give the open chat back to the assistant."""
        await self.act("Give to assistant")
        await self.dialog.get_by_role("button", name="Give back").click()

    async def end(self, outcome: str = "Answered") -> None:
        """End the open chat with an outcome."""
        await self.act("End chat")
        await self.dialog.get_by_label(outcome).check()
        await self.dialog.get_by_role("button", name="End chat").click()

    async def act(self, name: str) -> None:
        """Press one of the buttons above the chat; on a small screen they are behind "Actions"."""
        more = self.talk.get_by_role("button", name="Actions")
        if await more.is_visible():
            await more.click()
        await self.talk.locator("#talk-acts").get_by_role("button", name=name).click()

    async def status(self, name: str) -> None:
        """Set the own status: Available, Busy or Away; a last-person warning is answered with yes."""
        await self.page.locator("#own").get_by_role("button", name=name).click()
        shown = self.page.locator(f'#own [aria-pressed="true"]:has-text("{name}"), dialog[open]')
        await expect(shown.first).to_be_visible()
        if await self.dialog.count():
            await self.dialog.locator("button[type=submit]").click()
        await expect(self.page.locator('#own [aria-pressed="true"]')).to_have_text(name)

    async def press(self, *keys: str) -> None:
        """Press keys while no text field has the focus."""
        await self.page.evaluate("document.activeElement.matches('textarea,input') && document.activeElement.blur()")
        for key in keys:
            await self.page.keyboard.press(key)

    async def sideways(self) -> int:
        """Return by how many CSS pixels the page, a list or the chat can be scrolled sideways."""
        return await self.page.evaluate(
            """() => Math.max(...[...document.querySelectorAll('html, .scroller, .log, .about, .sheet')]
              .filter((el) => el.checkVisibility()).map((el) => el.scrollWidth - el.clientWidth))"""
        )
