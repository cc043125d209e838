"""The documentation's Python examples, as they stand in `examples/`.

They are whole programs or fragments, so each is executed by itself, with the names that it takes from its
surroundings given. What an example can't have here (somebody's repository, an agent that needs a key, the
npm registry) is replaced in its text by a stand-in, and that is printed.
"""

import asyncio
import os
from pathlib import Path

from upstash_box import Box

from agent import AGENT
from scenarios import scenario

FOLDER = Path(__file__).parent / "examples"
CLAUDE = '{"harness": Agent.CLAUDE_CODE, "model": "anthropic/claude-opus-4-6", "api_key": os.environ["ANTHROPIC_API_KEY"]}'
OF_SYNC = ["create_a_snapshot", "list_snapshots", "delete_a_snapshot", "restore_from_a_snapshot", "checkpoint"]
OF_ASYNC = ["reusable_base", "fan_out"]


def names(is_async):
    return [f"example {name}" for name in (OF_ASYNC if is_async else OF_SYNC)]


async def run(name, given=None, stand_ins=()):
    """Executes an example and gives the names that it has afterwards."""
    text = (FOLDER / f"{name}.py").read_text()
    for original, stand_in in stand_ins:
        assert original in text, f"{name}.py does not say {original}"
        print(f"{name}: {original} -> {stand_in}", flush=True)
        text = text.replace(original, stand_in)
    scope = {"AGENT": AGENT, **(given or {})}
    # None: a token goes over https only, and the repository that stands in has none.
    os.environ["GITHUB_TOKEN"] = ""
    # In a thread, because an asynchronous example starts a loop of its own.
    await asyncio.to_thread(exec, compile(text, f"{name}.py", "exec"), scope)
    return scope


def repository(name):
    return os.environ["OFFICIAL_REPOSITORY"].replace("my-org/my-repo", name)


async def with_snapshot(t):
    box = await t.box()
    box.files.write(path="/work/kept", content="kept")
    return box, box.snapshot(name="before")


def made_since(t, before):
    return [t.keep(Box.get(one.id)) for one in Box.list() if one.id not in before]


@scenario("example create_a_snapshot")
async def a_snapshot_is_printed_as_documented(t):
    box, _ = await with_snapshot(t)
    snapshot = (await run("create_a_snapshot", {"box": box}))["snapshot"]
    assert (snapshot.name, snapshot.status, snapshot.box_id) == ("after-setup", "ready", box.id)


@scenario("example list_snapshots")
async def snapshots_are_listed(t):
    box, made = await with_snapshot(t)
    snapshots = (await run("list_snapshots", {"box": box}))["snapshots"]
    assert [one.id for one in snapshots] == [made.id]


@scenario("example delete_a_snapshot")
async def a_snapshot_is_deleted(t):
    box, made = await with_snapshot(t)
    await run("delete_a_snapshot", {"box": box}, [("snap_x7f...", made.id)])
    assert box.list_snapshots() == []


@scenario("example restore_from_a_snapshot")
async def boxes_are_restored(t):
    _, made = await with_snapshot(t)
    scope = await run("restore_from_a_snapshot", {"Box": Box, "snapshot": made})
    t.keep(scope["restored"]), t.keep(scope["named"])
    assert [one.name for one in scope["files"]] == ["kept"]
    assert Box.get_by_name("restored-worker").id == scope["named"].id


@scenario("example checkpoint")
async def a_checkpoint_is_taken_before_the_agent_works(t):
    place = "github.com/my-org/my-repo"
    scope = await run("checkpoint", stand_ins=[(CLAUDE, "AGENT"), (place, repository("my-org/my-repo"))])
    box = t.keep(scope["box"])
    assert (scope["run"].status, scope["checkpoint"].name) == ("completed", "pre-refactor")
    assert "my-repo" in [one.name for one in box.files.list()]


@scenario("example reusable_base")
async def boxes_have_what_was_installed_in_their_base(t):
    before = [one.id for one in Box.list()]
    stand_ins = [
        ('create(runtime="node")', 'create(runtime="node", agent=AGENT)'),
        ("typescript eslint prettier", os.environ["OFFICIAL_PACKAGE"]),
    ]
    await run("reusable_base", {"tasks": ["one", "two"]}, stand_ins)
    sync = Plain()
    made = made_since(sync, before)
    try:
        assert len(made) == 2
        for box in made:
            assert box.exec.command("greet").result == "hello from a packed package\n"
            assert [run.type for run in box.list_runs()].count("agent") == 1
    finally:
        sync.clean()


@scenario("example fan_out")
async def three_boxes_work_from_one_state(t):
    before = [one.id for one in Box.list()]
    stand_ins = [
        ('runtime="node",', 'runtime="node", agent=AGENT,'),
        ("github.com/your-org/monorepo", repository("your-org/monorepo")),
    ]
    await run("fan_out", stand_ins=stand_ins)
    sync = Plain()
    made = made_since(sync, before)
    try:
        prompts = sorted(run.prompt for box in made for run in box.list_runs() if run.type == "agent")
        assert [prompt.split()[0] for prompt in prompts] == ["Audit", "Generate", "Profile"]
        assert all("monorepo" in [one.name for one in box.files.list()] for box in made)
    finally:
        sync.clean()


class Plain:
    """Boxes looked at by the plain client and deleted afterwards."""

    def __init__(self):
        self.made = []

    def keep(self, box):
        self.made.append(box)
        return box

    def clean(self):
        for box in self.made:
            box.delete()
