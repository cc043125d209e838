/** For programs that answer prompts inside a box: the process of a custom harness. */

/** Reads the arguments that a box gives, runs the handler, and prints what it says as `box-sse-v1`. */
export async function runCustomHarness(handler, options = {}) {
  const { process } = globalThis;
  const { argv = process.argv.slice(2), write = (text) => process.stdout.write(text) } = options;
  const after = (...names) => {
    const at = argv.findIndex((word, index) => names.includes(word) && index + 1 < argv.length);
    return at < 0 ? undefined : argv[at + 1];
  };
  const sessionId = after("--session");
  const say = speaker(write);
  try {
    const result = await handler(
      {
        prompt: after("-p", "--prompt") ?? "",
        model: after("--model") ?? "custom",
        sessionId,
        stream: argv.includes("--stream"),
        args: argv,
      },
      say,
    );
    if (typeof result == "string") say.done({ output: result, sessionId });
    else if (result) say.done(result);
  } catch (thrown) {
    say.error(thrown, { sessionId });
    throw thrown;
  }
}

function speaker(write) {
  const emit = (event, data) => void write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const usage = ({ inputTokens = 0, outputTokens = 0, cachedInputTokens = 0, totalCostUsd = 0, sessionId = "" } = {}) => ({
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cached_input_tokens: cachedInputTokens,
    total_cost_usd: totalCostUsd,
    session_id: sessionId,
  });
  return {
    emit,
    text: (text) => emit("text", { text }),
    reasoning: (text) => emit("thinking", { text }),
    tool: ({ toolCallId, name, input = {} }) => emit("tool", { toolCallId, name, input }),
    toolResult: (result) => emit("tool_result", result),
    done: (result) => emit("done", { output: result.output, ...usage(result) }),
    error: (error, facts) => emit("error", { error: String(error?.message ?? error), ...usage(facts) }),
  };
}
