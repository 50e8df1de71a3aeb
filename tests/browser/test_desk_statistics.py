"""The page of statistics in a browser, with a month on it: readable by everybody, on a phone and on paper."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from bot.storage.migrate import migrate
from bot.web import keys
from tests.browser.chat import violations
from tests.browser.conftest import leave
from tests.browser.pictures import picture
from tests.browser.test_desk_pages import SMALL, WIDE
from tests.conftest import new_settings
from tests.unit.a_month import NOW, a_month, store
from tests.web.a_desk import Desk, running_desk

# Words of a chart that stand out over its sides.
OUTSIDE = """[...document.querySelectorAll('svg.chart')].flatMap((chart) => {
	const box = chart.getBoundingClientRect();
	return [...chart.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()])
		.filter(([, at]) => at.width && (at.left < box.left - 1 || at.right > box.right + 1)).map(([words]) => words);
})"""
# Days of the time line that lie over each other.
OVERLAPPING = """(() => {
	const boxes = [...document.querySelectorAll('.line text.axis[text-anchor]:not([x="-8"])')]
		.map((one) => one.getBoundingClientRect()).filter((box) => box.width).sort((a, b) => a.left - b.left);
	return boxes.slice(1).filter((box, place) => box.left < boxes[place].right).length;
})()"""


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    settings = new_settings(tmp_path_factory.mktemp("statistics"))
    migrate(settings.database)
    async with running_desk(settings) as desk:
        desk.clock.moment = NOW
        await store(desk.app[keys.DATABASE], a_month(before=1760))
        yield desk


async def enter(browser: Browser, desk: Desk, **options: Any) -> Page:
    context = await browser.new_context(base_url=desk.origin, **options)
    context.set_default_timeout(8_000)
    async with desk.browser("reviewer") as known:
        cookie = {"name": "foyer_desk", "value": known.cookie, "url": f"{desk.origin}/desk"}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    await page.goto("/desk/statistics")
    return page


@pytest.mark.parametrize(
    ("case", "width", "options"),
    [
        ("light", 1280, {"color_scheme": "light"}),
        ("dark", 1280, {"color_scheme": "dark"}),
        ("phone", 390, {}),
        ("narrow", 320, {}),
        ("forced colours", 1280, {"forced_colors": "active"}),
    ],
    ids=lambda part: part if isinstance(part, str) else None,
)
async def test_everybody_can_read_it(
    browser: Browser, desk: Desk, case: str, width: int, options: dict[str, Any]
) -> None:
    size = {"width": width, "height": 800}
    page = await enter(browser, desk, viewport=size, java_script_enabled=True, **options)
    for summary in await page.locator(".numbers summary").all():
        await summary.click()
    assert await violations(page, but=("color-contrast",) if case == "forced colours" else ()) == []
    assert await page.evaluate(WIDE) <= 0
    assert await page.evaluate(SMALL) == []
    assert await page.evaluate(OUTSIDE) == []
    assert await page.evaluate(OVERLAPPING) == 0
    await leave(page.context)


async def test_charts_have_a_name_and_a_description(browser: Browser, desk: Desk) -> None:
    page = await enter(browser, desk)
    chart = page.get_by_role("img", name="Chats by day")
    busiest = re.compile(r"Chats by day Largest: Nov 6: 89; Nov 18: 87; .* All numbers are in the table below\.")
    await expect(chart).to_have_accessible_name(busiest)
    await expect(page.get_by_role("img", name="Requests for a person by weekday and hour")).to_be_visible()
    await leave(page.context)


async def test_period_is_chosen_and_numbers_are_opened_without_scripts_and_by_keyboard_alone(
    browser: Browser, desk: Desk
) -> None:
    page = await enter(browser, desk, java_script_enabled=False)
    await page.get_by_role("button", name="7 days").press("Enter")
    await expect(page.locator(".lead")).to_contain_text("Nov 15 – Nov 21, compared with Nov 8 – Nov 14")
    await expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    await page.get_by_label("From").fill("2026-11-01")
    await page.get_by_role("button", name="Show").press("Enter")
    await expect(page.locator(".lead")).to_contain_text("Nov 1 – Nov 21")
    numbers = page.locator("summary", has_text="The numbers of By branch")
    await numbers.press("Enter")
    await expect(page.get_by_role("cell", name="under 5").first).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="CSV of By branch").press("Enter")
    assert (await download.value).suggested_filename == "branches-2026-11-01-2026-11-21.csv"
    await leave(page.context)


async def test_sheet_of_paper_holds_the_figures_and_nothing_to_press(browser: Browser, desk: Desk) -> None:
    page = await enter(browser, desk, viewport={"width": 720, "height": 1000}, color_scheme="dark")
    await page.emulate_media(media="print", color_scheme="dark")
    assert (
        await page.evaluate(
            "[...document.querySelectorAll('button, nav, form, summary')].filter((one) => one.checkVisibility()).length"
        )
        == 0
    )
    assert await page.evaluate(WIDE) <= 0 and await page.evaluate(OUTSIDE) == []
    ink = await page.locator("h1").evaluate("(one) => getComputedStyle(one).color")
    assert ink == "rgb(17, 17, 17)"
    pages = await page.pdf(format="Letter", print_background=True)
    assert 3 <= pages.count(b"/Type /Page\n") <= 6
    await leave(page.context)


async def test_picture_for_the_papers(browser: Browser, desk: Desk) -> None:
    page = await enter(browser, desk, viewport={"width": 1280, "height": 1180}, color_scheme="light")
    await expect(page.get_by_role("heading", name="Chats by day")).to_be_visible()
    await picture(page, "desk-statistics")
    await page.get_by_role("heading", name="When patrons write").scroll_into_view_if_needed()
    await page.evaluate("document.querySelector('#hours').scrollIntoView()")
    await picture(page, "desk-statistics-hours")
    await leave(page.context)
