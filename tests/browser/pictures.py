"""Takes the README's pictures from a running installation: `python -m tests.browser.pictures http://localhost:8080`."""

from __future__ import annotations

import asyncio
import os
import sys

from playwright.async_api import Page, async_playwright

from bot.settings import ROOT
from tests.browser.conftest import ARGUMENTS, browser_path

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
QUESTIONS = ("is eastside open sunday?", "any storytimes for toddlers next week")


async def picture(page: Page, name: str) -> None:
    """Take a picture for the papers as it stands in a test, when PICTURES is set: `PICTURES=1 pytest tests/browser`."""
    if os.environ.get("PICTURES"):
        await page.wait_for_timeout(600)
        await page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")


async def main(url: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        for name, (width, height) in SIZES.items():
            page = await browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1)
            await page.goto(url)
            await page.get_by_role("button", name="Ask the library").click()
            for number, question in enumerate(QUESTIONS):
                await page.get_by_role("textbox", name="Your message").fill(question)
                await page.keyboard.press("Enter")
                await page.locator("library-chat #log .bot").nth(number + 1).wait_for()
            await page.wait_for_timeout(600)
            await page.screenshot(path=ROOT / "docs" / "images" / f"chat-{name}.png")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
