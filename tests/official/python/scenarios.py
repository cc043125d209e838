"""The table of scenarios, and the little that makes one text play both clients."""

import inspect

SCENARIOS = {}


def scenario(*names):
    """Registers a scenario for methods by the names that the table of results gives them."""

    def register(play):
        for name in names:
            SCENARIOS[name] = play
        return play

    return register


def of_both_kinds(name):
    """Registers a scenario that takes a box, for boxes and for ephemeral ones."""

    def register(play):
        async def with_box(t):
            await play(t, await t.box())

        async def with_ephemeral(t):
            await play(t, await t.ephemeral())

        SCENARIOS[f"box.{name}"] = with_box
        SCENARIOS[f"ephemeral.{name}"] = with_ephemeral
        return play

    return register


async def settle(value):
    """The value of a call: the asynchronous client gives a promise of it, the other one the value."""
    return await value if inspect.isawaitable(value) else value


async def each(stream):
    """The chunks of a stream of either client."""
    if hasattr(stream, "__aiter__"):
        async for chunk in stream:
            yield chunk
    else:
        for chunk in stream:
            yield chunk


async def refuses(status, call):
    """The error of a call that must be refused with that status; `None` stands for the client's own."""
    from upstash_box import BoxError

    try:
        await settle(call())
    except BoxError as error:
        assert error.status_code == status, f"{error.status_code}: {error}"
        return error
    raise AssertionError("it was not refused")


async def until(what, holds, attempts=500):
    """Waits until `holds()` is true."""
    import asyncio

    for _ in range(attempts):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"waited in vain: {what}")
