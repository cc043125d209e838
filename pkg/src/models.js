/** Names for the values that a box's agent settings take. Any other string is passed on as well. */

/** The program that answers prompts in a box. */
export const Agent = {
  ClaudeCode: "claude-code",
  Codex: "codex",
  OpenCode: "opencode",
  Cursor: "cursor",
  Custom: "custom",
};

/** Whose key the agent's model is used with. */
export const BoxApiKey = { UpstashKey: "UPSTASH_KEY", StoredKey: "STORED_KEY" };

/** Words that are not written with one capital letter. */
const WORDS = { gpt: "GPT", deepseek: "DeepSeek", minimax: "MiniMax" };

/** Models by name: `gpt-5.6-sol` is `GPT_5_6_Sol`, and what stands before a slash is the maker's. */
function models(prefix, values, before = "") {
  const word = (text) => WORDS[text] ?? text[0].toUpperCase() + text.slice(1);
  const name = (value) => before + value.split("/").pop().split(/[-.]/).map(word).join("_");
  return Object.fromEntries(values.split(" ").map((value) => [name(value), prefix + value]));
}

/** Models of Claude Code. */
export const ClaudeCode = /* @__PURE__ */ models(
  "anthropic/claude-",
  "fable-5 opus-4-5 opus-4-6 opus-4-7 opus-4-8 sonnet-4 sonnet-4-5 sonnet-4-6 sonnet-5 haiku-4-5",
);

/** Models of Cursor. */
export const CursorModel = /* @__PURE__ */ models(
  "cursor/",
  "default composer-2.5 gpt-5.5 gpt-5.4 gpt-5.4-mini gpt-5.4-nano gpt-5.3-codex gpt-5.3-codex-spark gpt-5.2-codex " +
    "gpt-5.1-codex-max gpt-5.1-codex-mini gpt-5.2 gpt-5.1 gpt-5-mini claude-fable-5 claude-opus-4-5 claude-opus-4-6 " +
    "claude-opus-4-7 claude-opus-4-8 claude-sonnet-4 claude-sonnet-4-5 claude-sonnet-4-6 claude-sonnet-5 claude-haiku-4-5 " +
    "gemini-3.1-pro gemini-3-flash gemini-2.5-flash grok-4-20 kimi-k2.5",
);

/** Models of Codex. */
export const OpenAICodex = /* @__PURE__ */ models(
  "openai/",
  "gpt-5.6 gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna gpt-5.5 gpt-5.4 gpt-5.4-mini gpt-5.3-codex " +
    "gpt-5.3-codex-spark gpt-5.2-codex gpt-5.1-codex-max gpt-5.1-codex-mini",
);

/** Models of OpenCode. `Zen_…` are those that OpenCode serves itself. */
export const OpenCodeModel = /* @__PURE__ */ Object.assign(
  models("opencode/", "claude-fable-5 claude-opus-4-5 claude-opus-4-6 claude-opus-4-7 claude-opus-4-8 claude-sonnet-4 " +
    "claude-sonnet-4-5 claude-sonnet-4-6 claude-sonnet-5 claude-haiku-4-5 gpt-5.5 gpt-5.4 " +
    "gpt-5.4-pro gpt-5.4-mini gpt-5.4-nano gpt-5.3-codex gpt-5.3-codex-spark gpt-5.2-codex " +
    "gpt-5.1-codex-max gpt-5.1-codex-mini gpt-4.1 o3 o4-mini"),
  models("opencode/", "gpt-5-nano big-pickle minimax-m2.7 claude-opus-4-1 claude-fable-5 claude-opus-4-5 claude-opus-4-6 " +
    "claude-opus-4-7 claude-opus-4-8 claude-sonnet-4 claude-sonnet-4-5 claude-sonnet-4-6 claude-sonnet-5 claude-haiku-4-5 " +
    "gemini-3.1-pro gemini-3-pro gemini-3-flash", "Zen_"),
);

/** Models through OpenRouter. */
export const OpenRouterModel = /* @__PURE__ */ models(
  "openrouter/",
  "anthropic/claude-fable-5 anthropic/claude-sonnet-5 anthropic/claude-sonnet-4 " +
    "anthropic/claude-opus-4-5 anthropic/claude-haiku-4-5 deepseek/deepseek-r1 google/gemini-2.5-pro " +
    "google/gemini-2.5-flash openai/gpt-5.6-sol openai/gpt-5.6-terra openai/gpt-5.6-luna " +
    "openai/gpt-4.1 openai/o3 openai/o4-mini",
);

/** Models through Vercel AI Gateway. */
export const VercelModel = /* @__PURE__ */ models(
  "vercel/",
  "anthropic/claude-fable-5 anthropic/claude-sonnet-5 anthropic/claude-opus-4.7 " +
    "anthropic/claude-sonnet-4.6 anthropic/claude-opus-4.6 anthropic/claude-haiku-4.5 " +
    "openai/gpt-5.6-sol openai/gpt-5.6-terra openai/gpt-5.6-luna openai/gpt-5.5 openai/gpt-5.5-pro " +
    "openai/gpt-5.4 openai/gpt-5.4-mini google/gemini-3.5-flash google/gemini-3.1-flash-lite " +
    "google/gemini-3.1-pro-preview xai/grok-build-0.1 xai/grok-4.3 xai/grok-4.20-reasoning",
);
