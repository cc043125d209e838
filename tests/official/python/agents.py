"""Runs of an agent: whole, streamed, to a webhook, cancelled, structured."""

import asyncio
import os

import httpx
from pydantic import BaseModel
from upstash_box import BoxError, CustomHarnessDone, run_custom_harness

from agent import AGENT
from scenarios import each, refuses, scenario, settle, until


class Answer(BaseModel):
    answer: int


@scenario("box.agent.run")
async def a_run_gives_the_answer_its_cost_and_what_was_used(t):
    box = await t.box(agent=AGENT)
    used = []
    run = await settle(
        box.agent.run(
            prompt="All done",
            files=[{"data": "AP8=", "media_type": "image/png", "filename": "a.png"}],
            on_tool_use=lambda tool: used.append(tool["name"]),
            on_tool_result=lambda result: used.append(result["output"]),
        )
    )
    assert (run.status, run.result) == ("completed", "All done by small-model")
    assert (run.cost.input_tokens, run.cost.output_tokens, run.cost.total_usd) == (7, 5, 0.25)
    assert used == ["note", "noted"]
    structured = await settle(box.agent.run(prompt="Some JSON", response_schema=Answer))
    assert structured.result == Answer(answer=42)
    stored = (await settle(box.list_runs()))[0]
    assert (stored.id, stored.type, stored.status) == (structured.id, "agent", "completed")
    plain = await t.box()
    await refuses(None, lambda: plain.agent.run(prompt="Hello"))
    await tells_a_webhook(box)


async def tells_a_webhook(box):
    url = f"{os.environ['OFFICIAL_HOOKS']}/{box.id}"
    run = await settle(box.agent.run(prompt="Tell", webhook={"url": url, "headers": {"x-from": "scenario"}}))

    async def got():
        return (await asyncio.to_thread(httpx.get, url)).json()

    await until("the webhook is told", got)
    [told] = await got()
    assert told["headers"]["x-from"] == "scenario"
    body = told["body"]
    assert (body["status"], body["run_id"], body["output"]) == ("completed", run.id, "Tell by small-model")


@scenario("box.agent.stream")
async def a_stream_shows_what_the_agent_does(t):
    box = await t.box(agent=AGENT)
    stream = await settle(box.agent.stream(prompt="Look"))
    types = [chunk.type async for chunk in each(stream)]
    expected = ["start", "reasoning", "text-delta", "tool-call", "tool-result", "finish"]
    assert [one for one in types if one != "stats"] == expected
    assert (stream.status, stream.result) == ("completed", "Look by small-model")


@scenario("run.cancel")
async def a_run_is_cancelled(t):
    box = await t.box(agent=AGENT)
    stream = await settle(box.agent.stream(prompt="Please wait"))
    try:
        async for chunk in each(stream):
            if chunk.type == "text-delta":
                await settle(stream.cancel())
    except BoxError:
        pass  # the client's way to end a stream that is cancelled
    assert stream.status == "cancelled"

    async def is_over():
        return (await settle(box.list_runs()))[0].status == "cancelled"

    await until("the run is over", is_over)


@scenario("run_custom_harness")
async def what_the_helper_prints_is_what_the_server_reads(t):
    written = []

    async def harness(context, emit):
        emit.text(context.prompt)
        return CustomHarnessDone(output="said", input_tokens=1)

    await run_custom_harness(harness, argv=["-p", "Hello", "--model", "m", "--stream"], write=written.append)
    said = {"command": "sh", "args": ["-c", "cat /workspace/home/said"]}
    box = await t.box(agent={"harness": "custom", "custom_harness": said})
    await settle(box.files.write(path="said", content="".join(written)))
    assert (await settle(box.agent.run(prompt="Hello"))).result == "said"
