"""Live sessions: a command with open streams, a terminal, signals."""

from scenarios import of_both_kinds, scenario, settle, until


@of_both_kinds("exec.session")
async def a_command_has_open_streams(t, box):
    out, err = [], []
    session = await settle(
        box.exec.session(
            cmd='cat; echo "$GREETING" >&2; exit 5',
            env=["GREETING=hello"],
            on_stdout=out.append,
            on_stderr=err.append,
        )
    )
    await settle(session.write("one\n"))
    await settle(session.end_stdin())
    assert await settle(session.wait()) == 5
    assert (b"".join(out), b"".join(err)) == (b"one\n", b"hello\n")


@scenario("session.write", "session.endStdin", "session.wait")
async def a_session_is_written_to_and_ends_with_its_input(t):
    out = []
    session = await settle((await t.box()).exec.session(argv=["cat"], on_stdout=out.append))
    await settle(session.write("text\n"))
    await settle(session.write(b"\x00\xff"))
    await settle(session.end_stdin())
    assert await settle(session.wait()) == 0
    assert b"".join(out) == b"text\n\x00\xff"


@scenario("session.resize")
async def a_terminal_has_the_size_that_it_is_given(t):
    out = []
    session = await settle(
        (await t.box()).exec.session(
            argv=["sh", "-c", "stty size; read _; stty size"], tty=True, rows=10, cols=20, on_stdout=out.append
        )
    )

    async def says(text):
        async def said():
            return text in b"".join(out)

        await until(f"the terminal says {text}", said)

    await says(b"10 20")
    await settle(session.resize(30, 40))
    await settle(session.write("\n"))
    await says(b"30 40")
    assert await settle(session.wait()) == 0


@scenario("session.kill")
async def a_signal_reaches_the_command(t):
    out = []
    session = await settle(
        (await t.box()).exec.session(
            argv=["sh", "-c", 'trap "echo caught; exit 7" USR1; echo ready; while :; do sleep 0.1; done'],
            on_stdout=out.append,
        )
    )

    async def is_ready():
        return b"ready" in b"".join(out)

    await until("the trap is set", is_ready)
    await settle(session.kill("SIGUSR1"))
    assert await settle(session.wait()) == 7


@scenario("session.terminate")
async def a_command_that_will_not_end_is_ended(t):
    session = await settle((await t.box()).exec.session(argv=["sleep", "1000"]))
    await settle(session.terminate(grace_ms=100))
    assert await settle(session.wait()) != 0


@scenario("session.close")
async def closing_a_session_ends_its_command(t):
    box = await t.box()
    session = await settle(box.exec.session(argv=["sleep", "12345"]))
    await settle(session.close())

    async def is_gone():
        run = await settle(box.exec.command("pgrep -f 'sleep 1234[5]' || true"))
        return run.result == ""

    await until("the command is gone", is_gone)
