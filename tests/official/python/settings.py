"""What of a box can be changed: labels, skills, network, model, init command, public URLs."""

import asyncio
import base64
from urllib.parse import urlsplit

import httpx

from agent import AGENT
from scenarios import scenario, settle, until
from work import output

# The skill's repository lies in the box, where its git looks when it is asked for GitHub.
HUB = (
    "mkdir -p hub/own/repo/skills/one && cd hub/own/repo && echo first > skills/one/SKILL.md && git init -q -b main && "
    "git add . && git commit -qm x && git config --global url.file:///workspace/home/hub/.insteadOf https://github.com/"
)
SERVER = "(setsid python3 -m http.server --bind 0.0.0.0 8080 > /dev/null 2>&1 < /dev/null &)"


@scenario("box.labels.add")
async def a_label_is_added(t):
    box = await t.box(labels=["a"])
    assert await settle(box.labels.add("b:1")) == ["a", "b:1"]
    assert len(await settle(t.Box.list(label="b:1"))) == 1


@scenario("box.labels.remove")
async def a_label_is_removed(t):
    box = await t.box(labels=["a", "b:1"])
    assert await settle(box.labels.remove("b:1")) == ["a"]


@scenario("box.labels.list")
async def labels_are_listed(t):
    assert await settle((await t.box()).labels.list()) == []
    assert await settle((await t.box(labels=["a"])).labels.list()) == ["a"]


@scenario("box.skills.add", "box.skills.remove", "box.skills.list")
async def skills_come_and_go(t):
    box = await t.box()
    assert await settle(box.skills.list()) == []
    await output(box, HUB)
    await settle(box.skills.add("own/repo/one"))
    assert await settle(box.skills.list()) == ["own/repo/one"]
    assert await output(box, "cat ~/.claude/skills/one/SKILL.md") == "first\n"
    await settle(box.skills.remove("own/repo/one"))
    assert await settle(box.skills.list()) == []


@scenario("box.updateNetworkPolicy")
async def the_network_policy_is_changed(t):
    box = await t.box()
    policy = {"mode": "custom", "allowed_domains": ["a.test"], "denied_cidrs": ["192.0.2.0/24"]}
    await settle(box.update_network_policy(policy))
    assert (await settle(t.Box.get(box.id))).network_policy["mode"] == "custom"
    await settle(box.update_network_policy({"mode": "deny-all"}))
    assert (await settle(t.Box.get(box.id))).network_policy == {"mode": "deny-all"}


@scenario("box.configureModel")
async def the_next_run_has_the_new_model(t):
    box = await t.box(agent=AGENT)
    await settle(box.configure_model("large-model"))
    assert (await settle(box.agent.run(prompt="Done"))).result == "Done by large-model"


@scenario("box.configureCustomHarness")
async def the_next_run_has_the_new_harness(t):
    box = await t.box(agent=AGENT)
    script = "printf 'event: done\\ndata: {\"output\":\"another\"}\\n\\n'"
    await settle(box.configure_custom_harness({"command": "sh", "args": ["-c", script]}))
    assert (await settle(box.agent.run(prompt="Done"))).result == "another"


@scenario("box.modelConfig")
async def the_model_is_told(t):
    config = (await t.box(agent=AGENT)).model_config
    assert (config["harness"], config["model"]) == ("custom", "small-model")


@scenario("box.getInitCommand", "box.setInitCommand", "box.deleteInitCommand")
async def the_init_command_is_set_run_and_removed(t):
    box = await t.box(init_command="touch started")
    assert await settle(box.get_init_command()) == "touch started"

    async def has_run():
        return any(file.name == "started" for file in await settle(box.files.list()))

    await until("the init command ran", has_run)
    await settle(box.set_init_command("true"))
    assert await settle(box.get_init_command()) == "true"
    await settle(box.delete_init_command())
    assert await settle(box.get_init_command()) == ""


async def ask(url, **headers):
    """Names under `localhost` need not be known to the resolver, so the address is asked by number."""
    parts = urlsplit(url)
    client = httpx.Client(trust_env=False)
    with client:
        headers["host"] = parts.netloc
        return await asyncio.to_thread(client.get, f"http://127.0.0.1:{parts.port}/page", headers=headers)


@scenario("box.getPublicUrl")
async def a_port_of_the_box_is_reached_from_outside(t):
    box = await t.box()
    await settle(box.files.write(path="page", content="served"))
    await output(box, SERVER)
    made = await settle(box.get_public_url(8080))

    async def answers():
        return (await ask(made.url)).text == "served"

    await until("the server in the box answers", answers)
    made = await settle(box.get_public_url(8080, bearer_token=True))
    assert (await ask(made.url)).status_code == 401
    assert (await ask(made.url, authorization=f"Bearer {made.token}")).text == "served"
    made = await settle(box.get_public_url(8080, basic_auth=True))
    basic = base64.b64encode(f"{made.username}:{made.password}".encode()).decode()
    assert (await ask(made.url, authorization=f"Basic {basic}")).text == "served"


@scenario("box.listPublicUrls", "box.deletePublicUrl")
async def public_urls_are_listed_and_deleted(t):
    box = await t.box()
    [empty] = (await settle(box.list_public_urls())).values()
    assert empty == []
    await settle(box.get_public_url(3000))
    [[one]] = (await settle(box.list_public_urls())).values()
    assert (one.id, one.port, one.basic_auth, one.bearer_token) == (f"{box.id}-3000", 3000, False, False)
    await settle(box.delete_public_url(3000))
    [empty] = (await settle(box.list_public_urls())).values()
    assert empty == []
