"""Commands, code, files and schedules, of boxes of both kinds, and what is known of a run."""

import os
from datetime import datetime
from pathlib import Path

from agent import AGENT
from scenarios import each, of_both_kinds, refuses, scenario, settle

YEARLY = "0 0 1 1 *"


async def output(box, command):
    return (await settle(box.exec.command(command))).result


async def collected(stream):
    chunks = [chunk async for chunk in each(stream)]
    text = "".join(chunk.data for chunk in chunks if chunk.type == "output")
    assert chunks[-1].type == "exit" and stream.exit_code == chunks[-1].exit_code
    return text, stream.exit_code


@of_both_kinds("exec.command")
async def a_command_has_both_outputs_and_a_code(t, box):
    run = await settle(box.exec.command("echo out; echo err >&2"))
    assert (run.status, run.exit_code, run.stdout, run.stderr) == ("completed", 0, "out\n", "err\n")
    run = await settle(box.exec.command("echo no >&2; exit 3"))
    assert (run.status, run.exit_code, run.result) == ("failed", 3, "no\n")


@of_both_kinds("exec.code")
async def code_runs(t, box):
    run = await settle(box.exec.code(code="console.log(6 * 7)", lang="js"))
    assert (run.result, run.exit_code) == ("42\n", 0)
    code = 'import sys\nprint("x" * 3)\nsys.exit(2)'
    run = await settle(box.exec.code(code=code, lang="python", timeout=30_000))
    assert (run.stdout, run.exit_code) == ("xxx\n", 2)


@of_both_kinds("exec.stream")
async def a_stream_ends_with_the_code(t, box):
    text, code = await collected(await settle(box.exec.stream("echo one; echo two >&2; exit 4")))
    assert (sorted(text.split()), code) == (["one", "two"], 4)


@of_both_kinds("exec.streamCode")
async def code_is_streamed(t, box):
    text, code = await collected(await settle(box.exec.stream_code(code='print("snake")', lang="python")))
    assert (text.strip(), code) == ("snake", 0)


@of_both_kinds("files.write")
async def files_are_written(t, box):
    await settle(box.files.write(path="data/config.json", content='{"a": "é"}'))
    assert await output(box, "cat data/config.json") == '{"a": "é"}'
    await settle(box.files.write(path="bytes", content="AP8=", encoding="base64"))
    assert (await output(box, "od -An -tx1 bytes")).strip() == "00 ff"


@of_both_kinds("files.read")
async def files_are_read_whole_or_in_part(t, box):
    await output(box, "printf 'te\\303\\251xt' > a; printf '\\000\\377' > b")
    assert await settle(box.files.read("a")) == "teéxt"
    assert await settle(box.files.read("/workspace/home/b", encoding="base64")) == "AP8="
    assert await settle(box.files.read("a", offset=1, length=3)) == "eé"
    await refuses(404, lambda: box.files.read("none"))


@of_both_kinds("files.list")
async def a_folder_is_listed(t, box):
    assert await settle(box.files.list("/tmp")) == []
    await output(box, "mkdir -p d/e; printf 12345 > d/f")
    entries = sorted(await settle(box.files.list("d")), key=lambda entry: entry.name)
    assert [(one.name, one.path, one.is_dir) for one in entries] == [
        ("e", "/workspace/home/d/e", True),
        ("f", "/workspace/home/d/f", False),
    ]
    assert entries[1].size == 5


@of_both_kinds("files.stat")
async def metadata_is_told(t, box):
    await output(box, "printf 12345 > f; ln -s f link")
    stat = await settle(box.files.stat("f"))
    assert (stat.type, stat.size) == ("file", 5)
    assert (await settle(box.files.stat("link"))).type == "symlink"
    assert (await settle(box.files.stat("link", follow=True))).version == stat.version
    await refuses(404, lambda: box.files.stat("none"))


@of_both_kinds("files.mkdir")
async def a_folder_is_made(t, box):
    await settle(box.files.mkdir("a/b/c", parents=True))
    assert (await settle(box.files.stat("a/b/c"))).type == "directory"


@of_both_kinds("files.rename")
async def a_file_is_renamed(t, box):
    await output(box, "echo x > old")
    await settle(box.files.rename("old", "new"))
    assert await output(box, "cat new; ls") == "x\nnew\n"


@of_both_kinds("files.remove")
async def a_folder_is_removed_only_when_that_is_meant(t, box):
    await output(box, "mkdir -p d/e")
    await refuses(400, lambda: box.files.remove("d"))
    await settle(box.files.remove("d", recursive=True))
    assert await settle(box.files.list()) == []


@of_both_kinds("files.upload")
async def files_are_uploaded_each_to_its_place(t, box):
    Path("local-a").write_text("first")
    Path("local-b").write_bytes(b"\x00\xff")
    files = [
        {"path": "local-a", "destination": "up/a.txt"},
        {"path": "local-b", "destination": "/workspace/home/b.bin"},
    ]
    await settle(box.files.upload(files))
    assert await output(box, "cat up/a.txt; od -An -tx1 b.bin") == "first 00 ff\n"


@of_both_kinds("files.download")
async def a_folder_is_downloaded(t, box):
    await output(box, "mkdir -p down; printf '\\000\\377' > down/bytes")
    os.makedirs("down", exist_ok=True)
    await settle(box.files.download(folder="down"))
    assert Path("down/bytes").read_bytes() == b"\x00\xff"


async def scheduled(box):
    return await settle(box.schedule.exec(cron=YEARLY, command=["true"]))


@of_both_kinds("schedule.exec")
async def a_command_is_scheduled(t, box):
    made = await settle(
        box.schedule.exec(
            cron=YEARLY, command=["echo", "hi"], webhook_url="http://127.0.0.1:9/hook", webhook_headers={"a": "b"}
        )
    )
    assert (made.type, made.status, made.cron, made.command) == ("exec", "active", YEARLY, ["echo", "hi"])
    assert await settle(box.schedule.list()) == [made]


async def schedules_a_prompt(box):
    made = await settle(box.schedule.agent(cron="@daily", prompt="Look", model="m", timeout=1000))
    assert (made.type, made.prompt, made.model, made.timeout) == ("prompt", "Look", "m", 1000)


@scenario("box.schedule.agent")
async def a_prompt_is_scheduled(t):
    await schedules_a_prompt(await t.box(agent=AGENT))


@scenario("ephemeral.schedule.agent")
async def a_prompt_needs_an_agent(t):
    await schedules_a_prompt(await t.ephemeral())


@of_both_kinds("schedule.list")
async def schedules_are_listed(t, box):
    assert await settle(box.schedule.list()) == []
    made = await scheduled(box)
    assert [one.id for one in await settle(box.schedule.list())] == [made.id]


@of_both_kinds("schedule.get")
async def a_schedule_is_found(t, box):
    made = await scheduled(box)
    assert await settle(box.schedule.get(made.id)) == made
    await refuses(404, lambda: box.schedule.get("none"))


@of_both_kinds("schedule.update")
async def a_schedule_is_changed_in_part(t, box):
    made = await scheduled(box)
    changed = await settle(box.schedule.update(made.id, cron="@daily", webhook_url="", options=None))
    assert (changed.cron, changed.command, changed.id) == ("@daily", ["true"], made.id)


@of_both_kinds("schedule.pause")
async def a_schedule_is_paused(t, box):
    made = await scheduled(box)
    await settle(box.schedule.pause(made.id))
    assert (await settle(box.schedule.get(made.id))).status == "paused"


@of_both_kinds("schedule.resume")
async def a_schedule_is_resumed(t, box):
    made = await scheduled(box)
    await settle(box.schedule.pause(made.id))
    await settle(box.schedule.resume(made.id))
    assert (await settle(box.schedule.get(made.id))).status == "active"


@of_both_kinds("schedule.delete")
async def a_schedule_is_deleted(t, box):
    made = await scheduled(box)
    await settle(box.schedule.delete(made.id))
    assert await settle(box.schedule.list()) == []


@scenario("run.id", "run.status", "run.result", "run.exitCode", "run.stdout", "run.stderr", "run.cost")
async def a_run_tells_how_it_went(t):
    run = await settle((await t.box()).exec.command("echo a; echo b >&2"))
    assert run.id and (run.status, run.result, run.exit_code) == ("completed", "a\n", 0)
    assert (run.stdout, run.stderr, run.cost.input_tokens) == ("a\n", "b\n", 0)


@scenario("run.logs")
async def a_run_shows_its_part_of_the_log(t):
    logs = await settle((await settle((await t.box()).exec.command("true"))).logs())
    assert logs and all(line.message for line in logs)
    for line in logs:
        datetime.fromisoformat(line.timestamp.replace("Z", "+00:00"))


@scenario("stream.close")
async def a_stream_may_be_left_early(t):
    box = await t.box()
    stream = await settle(box.exec.stream("echo begun; exec sleep 12345"))
    async for _ in each(stream):
        break
    await settle((getattr(stream, "aclose", None) or stream.close)())
    assert stream.status == "detached"


@scenario("box.logs")
async def the_log_is_paged(t):
    box = await t.box()
    await output(box, "true")
    assert len(await settle(box.logs(limit=10))) > 0
    assert len(await settle(box.logs(offset=0, limit=1))) == 1


@scenario("box.listRuns")
async def runs_are_kept(t):
    box = await t.box()
    assert await settle(box.list_runs()) == []
    await output(box, "echo warmup")
    [run] = await settle(box.list_runs())
    assert (run.type, run.status, run.prompt, run.box_id) == ("shell", "completed", "sh -c echo warmup", box.id)
