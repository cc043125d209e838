"""Git in a box, and the git host's pull requests and issues."""

import os

from scenarios import refuses, scenario, settle
from work import output

REPOSITORY = (
    "git init -q --bare origin.git && git clone -q origin.git repo 2>/dev/null && cd repo && git checkout -q -b main && "
    "echo one > file && git add . && git commit -qm first && git push -q origin main"
)


async def with_repository(t, **git):
    """A box with a repository of one commit and a bare one behind it; the working directory is in it."""
    box = await t.box(git=git)
    run = await settle(box.exec.command(REPOSITORY))
    assert run.exit_code == 0, run.stderr
    await settle(box.cd("repo"))
    return box


@scenario("box.git.clone")
async def a_repository_is_cloned(t):
    box = await t.box()
    await settle(box.git.clone(repo=os.environ["OFFICIAL_REPOSITORY"]))
    assert await settle(box.files.read("my-repo/README.md")) == "# my-repo\n"
    await settle(box.git.clone(repo=os.environ["OFFICIAL_REPOSITORY"], branch="main", folder="elsewhere"))
    assert await settle(box.files.read("elsewhere/README.md")) == "# my-repo\n"
    await refuses(400, lambda: box.git.clone(repo=os.environ["OFFICIAL_REPOSITORY"], branch="none"))


@scenario("box.git.status")
async def the_status_is_told(t):
    box = await with_repository(t)
    assert await settle(box.git.status()) == ""
    await settle(box.files.write(path="new", content="x"))
    assert await settle(box.git.status()) == "?? new\n"


@scenario("box.git.diff")
async def the_diff_is_told(t):
    box = await with_repository(t)
    await settle(box.files.write(path="file", content="two\n"))
    assert "\n-one\n+two\n" in await settle(box.git.diff())


@scenario("box.git.commit")
async def changes_are_committed(t):
    box = await with_repository(t)
    await settle(box.files.write(path="file", content="two\n"))
    made = await settle(box.git.commit(message='say "two"', author_name="Ada", author_email="a@example.com"))
    assert made.message == 'say "two"'
    assert await output(box, "git log -1 --format='%H %an %ae'") == f"{made.sha} Ada a@example.com\n"


@scenario("box.git.updateConfig")
async def the_identity_is_changed(t):
    box = await with_repository(t)
    config = await settle(box.git.update_config(user_name="Bob"))
    assert (config.git_user_name, config.git_user_email) == ("Bob", "box@upstash.com")
    assert (await output(box, "git var GIT_AUTHOR_IDENT")).startswith("Bob <")


@scenario("box.git.push")
async def commits_are_pushed(t):
    box = await with_repository(t)
    await settle(box.files.write(path="file", content="two\n"))
    await settle(box.git.commit(message="second"))
    await settle(box.git.push(branch="main"))
    assert await output(box, "git -C ../origin.git log -1 --format=%s main") == "second\n"
    await settle(box.git.push())
    assert await output(box, f"git -C ../origin.git log -1 --format=%s {box.id}") == "second\n"


@scenario("box.git.createPr")
async def a_pull_request_is_made(t):
    box = await with_repository(t, token="ghp_stand-in")
    await output(box, "git checkout -q -b side; git remote set-url origin https://git.test/o/r.git")
    made = await settle(box.git.create_pr(title="Add it", body="Because."))
    assert (made.url, made.number, made.base) == ("https://git.test/o/r/pull/7", 7, "main")


@scenario("box.git.createIssue")
async def an_issue_is_made(t):
    box = await with_repository(t, token="ghp_stand-in")
    await output(box, "git remote set-url origin https://git.test/o/r.git")
    made = await settle(box.git.create_issue(title="It hurts"))
    assert (made.url, made.number) == ("https://git.test/o/r/issues/8", 8)


@scenario("box.git.exec")
async def any_git_command_is_a_result(t):
    box = await with_repository(t)
    run = await settle(box.git.exec(args=["log", "--format=%s"]))
    assert (run.output, run.exit_code) == ("first\n", 0)
    await settle(box.cd("/workspace/home"))
    assert (await settle(box.git.exec(args=["log"]))).exit_code == 128


@scenario("box.git.checkout")
async def a_branch_is_switched_to(t):
    box = await with_repository(t)
    await settle(box.git.checkout(branch="new/one"))
    assert await output(box, "git branch --show-current") == "new/one\n"
