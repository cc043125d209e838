"""Boxes and snapshots: making, finding, pausing, deleting."""

import time

from upstash_box import infer_default_provider

from scenarios import of_both_kinds, refuses, scenario, settle

DAY_S = 86_400


@of_both_kinds("snapshot")
async def a_snapshot_is_ready_when_it_is_answered(t, box):
    await settle(box.files.write(path="kept", content="kept"))
    snapshot = await settle(box.snapshot(name="one"))
    assert (snapshot.name, snapshot.box_id, snapshot.status) == ("one", box.id, "ready")
    assert snapshot.size_bytes > 0 and snapshot.created_at > 0


@of_both_kinds("listSnapshots")
async def snapshots_are_listed(t, box):
    assert await settle(box.list_snapshots()) == []
    made = await settle(box.snapshot(name="one"))
    assert [one.id for one in await settle(box.list_snapshots())] == [made.id]


@of_both_kinds("deleteSnapshot")
async def a_snapshot_is_deleted(t, box):
    made = await settle(box.snapshot(name="one"))
    await settle(box.delete_snapshot(made.id))
    assert await settle(box.list_snapshots()) == []


@of_both_kinds("getStatus")
async def a_new_box_is_idle(t, box):
    assert await settle(box.get_status()) == {"status": "idle"}


@of_both_kinds("delete")
async def a_deleted_box_is_gone(t, box):
    await settle(box.delete())
    assert box.id not in [one.id for one in await settle(t.Box.list())]
    # The handle let go of its connections, so another one asks.
    again = await settle(t.Box.get(box.id))
    await refuses(404, again.get_status)


@of_both_kinds("cd")
async def the_working_directory_goes_with_commands(t, box):
    await settle(box.exec.command("mkdir -p some/where"))
    await settle(box.cd("some/where"))
    run = await settle(box.exec.command("pwd"))
    assert run.result.strip() == "/workspace/home/some/where"
    await refuses(None, lambda: box.cd("nowhere"))


@of_both_kinds("cwd")
async def a_box_begins_at_home(t, box):
    assert box.cwd == "/workspace/home"


@of_both_kinds("networkPolicy")
async def a_box_may_reach_everything_unless_told(t, box):
    assert box.network_policy == {"mode": "allow-all"}


@of_both_kinds("close")
async def a_closed_handle_leaves_its_box(t, box):
    await settle((getattr(box, "aclose", None) or box.close)())
    assert (await settle(t.Box.get(box.id))).id == box.id
    t.made.remove(box)
    await settle(t.Box.delete_boxes(box_ids=box.id))


def deletes_boxes(kind):
    @scenario(f"{kind}.deleteBoxes")
    async def play(t):
        boxes = [await t.box(), await t.box()]
        await settle(getattr(t, kind).delete_boxes(box_ids=[box.id for box in boxes]))
        left = [one.id for one in await settle(t.Box.list())]
        assert not any(box.id in left for box in boxes)


def deletes_snapshots(kind):
    @scenario(f"{kind}.deleteSnapshots")
    async def play(t):
        box = await t.box()
        ids = [(await settle(box.snapshot(name=name))).id for name in "ab"]
        made = await settle(box.snapshot(name="c"))
        delete = getattr(t, kind).delete_snapshots
        assert (await settle(delete(snapshot_ids=ids)))["deleted"] == 2
        assert [one.id for one in await settle(box.list_snapshots())] == [made.id]
        assert (await settle(delete()))["deleted"] >= 1
        assert await settle(box.list_snapshots()) == []


def gets_by_name(kind):
    @scenario(f"{kind}.getByName")
    async def play(t):
        box = await t.box(name="by-its-name")
        assert (await settle(getattr(t, kind).get_by_name("by-its-name"))).id == box.id
        await refuses(404, lambda: getattr(t, kind).get_by_name("nobody"))


for kind in ("Box", "EphemeralBox"):
    deletes_boxes(kind)
    deletes_snapshots(kind)
    gets_by_name(kind)


@scenario("Box.create")
async def a_box_has_what_was_asked_for(t):
    box = await t.box(
        name="a-name",
        labels=["x", "y"],
        size="medium",
        runtime="node",
        env={"GREETING": "hello"},
        network_policy={"mode": "custom", "allowed_domains": ["example.com"]},
        git={"user_name": "Ada", "user_email": "ada@example.com"},
        init_command="true",
    )
    assert (box.size, box.keep_alive, box.network_policy["mode"]) == ("medium", False, "custom")
    run = await settle(box.exec.command("echo $GREETING $GIT_AUTHOR_NAME"))
    assert run.result == "hello Ada\n"
    await refuses(400, lambda: t.Box.create(env={"PATH": "/x"}))


@scenario("Box.get")
async def a_box_is_found_by_its_id(t):
    box = await settle(t.Box.get((await t.box()).id))
    assert (await settle(box.exec.command("echo $HOME"))).result == "/home/boxuser\n"


@scenario("Box.list")
async def boxes_are_listed_by_label(t):
    box = await t.box(labels=["listed"])
    await t.box()
    assert [one.id for one in await settle(t.Box.list(label="listed"))] == [box.id]
    assert len(await settle(t.Box.list())) >= 2


@scenario("Box.fromSnapshot")
async def a_box_is_restored_as_it_was(t):
    box = await t.box()
    await settle(box.files.write(path="kept", content="as it was"))
    made = await settle(box.snapshot(name="one"))
    restored = t.keep(await settle(t.Box.from_snapshot(made.id, name="restored-worker")))
    assert await settle(restored.files.read("kept")) == "as it was"
    await refuses(404, lambda: t.Box.from_snapshot("snap_none"))


@scenario("Box.setEnv", "Box.listEnv", "Box.deleteEnv")
async def a_variable_of_the_account_reaches_new_boxes_and_is_never_shown(t):
    await settle(t.Box.set_env("OFFICIAL_ONE", "a secret value"))
    box = await t.box()
    assert (await settle(box.exec.command("echo $OFFICIAL_ONE"))).result == "a secret value\n"
    shown = await settle(t.Box.list_env())
    assert shown["OFFICIAL_ONE"] != "a secret value"
    await settle(t.Box.delete_env("OFFICIAL_ONE"))
    assert "OFFICIAL_ONE" not in await settle(t.Box.list_env())


@scenario("Box.setAllEnv")
async def what_is_left_out_is_gone(t):
    await settle(t.Box.set_env("OFFICIAL_OLD", "x"))
    await settle(t.Box.set_all_env({"OFFICIAL_NEW": "y"}))
    assert list(await settle(t.Box.list_env())) == ["OFFICIAL_NEW"]
    await settle(t.Box.set_all_env({}))


@scenario("box.pause")
async def a_paused_box_wakes_when_it_is_used(t):
    box = await t.box()
    await settle(box.pause())
    assert await settle(box.get_status()) == {"status": "paused"}
    assert (await settle(box.exec.command("echo awake"))).result == "awake\n"


@scenario("box.resume")
async def a_paused_box_is_resumed(t):
    box = await t.box()
    await settle(box.pause())
    await settle(box.resume())
    assert await settle(box.get_status()) == {"status": "idle"}


@scenario("EphemeralBox.create")
async def an_ephemeral_box_is_ready_and_knows_its_end(t):
    box = await t.ephemeral(ttl=3600, env={"A": "b"}, labels=["e"])
    assert abs(box.expires_at - time.time() - 3600) < 600
    assert (await settle(box.exec.command("echo $A"))).result == "b\n"


@scenario("EphemeralBox.fromSnapshot")
async def an_ephemeral_box_is_restored(t):
    box = await t.ephemeral()
    await settle(box.files.write(path="kept", content="kept"))
    made = await settle(box.snapshot(name="one"))
    restored = t.keep(await settle(t.EphemeralBox.from_snapshot(made.id, ttl=DAY_S)))
    assert await settle(restored.files.read("kept")) == "kept"
    assert restored.expires_at > time.time()


@scenario("infer_default_provider")
async def the_harness_follows_from_the_model(t):
    assert infer_default_provider("anthropic/claude-opus-4-6") == "claude-code"
