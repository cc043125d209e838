"""The browser of a box, which this server has not: each call must say so."""

import sys

from scenarios import scenario, settle

SCHEMA = {"type": "object"}


def recording_handle(box):
    """The handle that a recording which was started would have."""
    module = sys.modules[type(box).__module__]
    name = "AsyncBrowserRecordingHandle" if type(box).__name__ == "AsyncBox" else "BrowserRecordingHandle"
    return getattr(module, name)(box, "none")


CALLS = {
    "box.browser.tab.create": lambda b: b.tab.create("https://example.com"),
    "box.browser.listTabs": lambda b: b.list_tabs(),
    "box.browser.cdpUrl": lambda b: b.cdp_url(),
    "box.browser.recordings.start": lambda b: b.recordings.start(max_duration_seconds=5),
    "box.browser.recordings.stop": lambda b: b.recordings.stop(),
    "box.browser.recordings.list": lambda b: b.recordings.list(),
    "box.browser.recordings.get": lambda b: b.recordings.get("none"),
    "box.browser.recordings.download": lambda b: b.recordings.download("none"),
    "tab.goto": lambda b: b.get_tab("none").goto("https://example.com"),
    "tab.content": lambda b: b.get_tab("none").content(),
    "tab.screenshot": lambda b: b.get_tab("none").screenshot(),
    "tab.extract": lambda b: b.get_tab("none").extract("titles", SCHEMA),
    "tab.observe": lambda b: b.get_tab("none").observe("buttons"),
    "tab.act": lambda b: b.get_tab("none").act("click"),
    "tab.liveViewUrl": lambda b: b.get_tab("none").live_view_url(),
    "tab.close": lambda b: b.get_tab("none").close(),
}


def register(name, call):
    @scenario(name)
    async def play(t):
        box = await t.box()
        await settle(call(box.browser))


for name, call in CALLS.items():
    register(name, call)


@scenario("recording.stop")
async def stops_a_recording(t):
    await settle(recording_handle(await t.box()).stop())


@scenario("box.browser.getTab")
async def addresses_a_tab_without_a_call(t):
    assert (await t.box()).browser.get_tab("one").id == "one"
