"""`upstash-box`, as PyPI has it, against a box-server: one scenario for each of its methods.

Prints a JSON line for each result. `sync` plays `Box`, `async` plays `AsyncBox`. The server and the key
are in the environment, where the client looks for them itself.
"""

import asyncio
import inspect
import json
import os
import sys
import tempfile
import traceback

import upstash_box

import agents, boxes, browser, examples, exec_session, git, settings, work  # noqa: E401, F401
from scenarios import SCENARIOS, settle
from surface import surface

ENDS_WITHIN_S = 60


class Play:
    """What a scenario is given: the classes of one client, and boxes that are deleted afterwards."""

    def __init__(self, is_async):
        prefix = "Async" if is_async else ""
        self.is_async = is_async
        self.Box = getattr(upstash_box, f"{prefix}Box")
        self.EphemeralBox = getattr(upstash_box, f"{prefix}EphemeralBox")
        self.made = []

    async def box(self, **config):
        return self.keep(await settle(self.Box.create(**config)))

    async def ephemeral(self, **config):
        return self.keep(await settle(self.EphemeralBox.create(**config)))

    def keep(self, box):
        self.made.append(box)
        return box

    async def clean(self):
        for box in self.made:
            try:
                await settle(box.delete())
            except upstash_box.BoxError:
                pass  # the scenario deleted it
            close = getattr(box, "aclose", None) or box.close
            await settle(close())


def show(method, error=None):
    result = {"method": method}
    if error is not None:
        text = str(error)
        if isinstance(error, AssertionError) and not text:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            text = f"{os.path.basename(frame.filename)}:{frame.lineno} {frame.line}"
        result |= {"error": text, "status": getattr(error, "status_code", None)}
    print(json.dumps(result), flush=True)


async def names_of(is_async):
    t = Play(is_async)
    try:
        box, ephemeral = await t.box(), await t.ephemeral()
        handles = {"box": box, "ephemeral": ephemeral, "run": await settle(box.exec.command("true"))}
        handles["stream"] = await settle(box.exec.stream("true"))
        handles["session"] = await settle(box.exec.session(cmd="true"))
        handles["tab"] = box.browser.get_tab("none")
        handles["recording"] = browser.recording_handle(box)
        functions = [name for name, one in vars(upstash_box).items() if inspect.isfunction(one)]
        # A stream is a run, and is played as what it adds to one.
        names = [name for name in surface(handles) if not name.startswith("stream.") or name == "stream.close"]
        await settle(handles["session"].close())
        return names + functions
    finally:
        await t.clean()


async def report(method, is_async):
    play = SCENARIOS.get(method)
    if play is None:
        return show(method, "no scenario plays this method")
    t = Play(is_async)
    try:
        await asyncio.wait_for(play(t), ENDS_WITHIN_S)
        show(method)
    except Exception as error:
        show(method, error)
    finally:
        await t.clean()


async def main(is_async):
    names = await names_of(is_async)
    names += examples.names(is_async)
    for name in names:
        await report(name, is_async)
    for name in SCENARIOS.keys() - set(names) - set(examples.names(not is_async)):
        show(name, "the client has no such method")


with tempfile.TemporaryDirectory(prefix="official-") as folder:
    os.chdir(folder)
    asyncio.run(main(sys.argv[1] == "async"))
    os.chdir("/")
