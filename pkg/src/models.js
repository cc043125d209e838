/** Names for the values that a box's agent settings take. Any other string is passed on as well. */

/** The program that answers prompts in a box. */
export const Agent = {
  ClaudeCode: "claude-code",
  Codex: "codex",
  OpenCode: "opencode",
  Cursor: "cursor",
  Custom: "custom",
};

/** Whose model key the agent uses. */
export const BoxApiKey = {
  UpstashKey: "UPSTASH_KEY",
  StoredKey: "STORED_KEY",
};

/** Models of Claude Code. */
export const ClaudeCode = {
  Fable_5: "anthropic/claude-fable-5",
  Opus_4_5: "anthropic/claude-opus-4-5",
  Opus_4_6: "anthropic/claude-opus-4-6",
  Opus_4_7: "anthropic/claude-opus-4-7",
  Opus_4_8: "anthropic/claude-opus-4-8",
  Sonnet_4: "anthropic/claude-sonnet-4",
  Sonnet_4_5: "anthropic/claude-sonnet-4-5",
  Sonnet_4_6: "anthropic/claude-sonnet-4-6",
  Sonnet_5: "anthropic/claude-sonnet-5",
  Haiku_4_5: "anthropic/claude-haiku-4-5",
};

/** Models of Cursor. */
export const CursorModel = {
  Default: "cursor/default",
  Composer_2_5: "cursor/composer-2.5",
  GPT_5_5: "cursor/gpt-5.5",
  GPT_5_4: "cursor/gpt-5.4",
  GPT_5_4_Mini: "cursor/gpt-5.4-mini",
  GPT_5_4_Nano: "cursor/gpt-5.4-nano",
  GPT_5_3_Codex: "cursor/gpt-5.3-codex",
  GPT_5_3_Codex_Spark: "cursor/gpt-5.3-codex-spark",
  GPT_5_2: "cursor/gpt-5.2",
  GPT_5_2_Codex: "cursor/gpt-5.2-codex",
  GPT_5_1: "cursor/gpt-5.1",
  GPT_5_1_Codex_Max: "cursor/gpt-5.1-codex-max",
  GPT_5_1_Codex_Mini: "cursor/gpt-5.1-codex-mini",
  GPT_5_Mini: "cursor/gpt-5-mini",
  Claude_Fable_5: "cursor/claude-fable-5",
  Claude_Opus_4_8: "cursor/claude-opus-4-8",
  Claude_Opus_4_7: "cursor/claude-opus-4-7",
  Claude_Opus_4_6: "cursor/claude-opus-4-6",
  Claude_Opus_4_5: "cursor/claude-opus-4-5",
  Claude_Sonnet_4_6: "cursor/claude-sonnet-4-6",
  Claude_Sonnet_4_5: "cursor/claude-sonnet-4-5",
  Claude_Sonnet_4: "cursor/claude-sonnet-4",
  Claude_Sonnet_5: "cursor/claude-sonnet-5",
  Claude_Haiku_4_5: "cursor/claude-haiku-4-5",
  Gemini_3_1_Pro: "cursor/gemini-3.1-pro",
  Gemini_3_Flash: "cursor/gemini-3-flash",
  Gemini_2_5_Flash: "cursor/gemini-2.5-flash",
  Grok_4_20: "cursor/grok-4-20",
  Kimi_K2_5: "cursor/kimi-k2.5",
};

/** Models of Codex. */
export const OpenAICodex = {
  GPT_5_6: "openai/gpt-5.6",
  GPT_5_6_Sol: "openai/gpt-5.6-sol",
  GPT_5_6_Terra: "openai/gpt-5.6-terra",
  GPT_5_6_Luna: "openai/gpt-5.6-luna",
  GPT_5_5: "openai/gpt-5.5",
  GPT_5_4: "openai/gpt-5.4",
  GPT_5_4_Mini: "openai/gpt-5.4-mini",
  GPT_5_3_Codex: "openai/gpt-5.3-codex",
  GPT_5_3_Codex_Spark: "openai/gpt-5.3-codex-spark",
  GPT_5_2_Codex: "openai/gpt-5.2-codex",
  GPT_5_1_Codex_Max: "openai/gpt-5.1-codex-max",
  GPT_5_1_Codex_Mini: "openai/gpt-5.1-codex-mini",
};

/** Models of OpenCode. */
export const OpenCodeModel = {
  Claude_Fable_5: "opencode/claude-fable-5",
  Claude_Opus_4_5: "opencode/claude-opus-4-5",
  Claude_Opus_4_6: "opencode/claude-opus-4-6",
  Claude_Opus_4_7: "opencode/claude-opus-4-7",
  Claude_Opus_4_8: "opencode/claude-opus-4-8",
  Claude_Sonnet_4: "opencode/claude-sonnet-4",
  Claude_Sonnet_4_5: "opencode/claude-sonnet-4-5",
  Claude_Sonnet_4_6: "opencode/claude-sonnet-4-6",
  Claude_Sonnet_5: "opencode/claude-sonnet-5",
  Claude_Haiku_4_5: "opencode/claude-haiku-4-5",
  GPT_5_5: "opencode/gpt-5.5",
  GPT_5_4: "opencode/gpt-5.4",
  GPT_5_4_Pro: "opencode/gpt-5.4-pro",
  GPT_5_4_Mini: "opencode/gpt-5.4-mini",
  GPT_5_4_Nano: "opencode/gpt-5.4-nano",
  GPT_5_3_Codex: "opencode/gpt-5.3-codex",
  GPT_5_3_Codex_Spark: "opencode/gpt-5.3-codex-spark",
  GPT_5_2_Codex: "opencode/gpt-5.2-codex",
  GPT_5_1_Codex_Max: "opencode/gpt-5.1-codex-max",
  GPT_5_1_Codex_Mini: "opencode/gpt-5.1-codex-mini",
  GPT_4_1: "opencode/gpt-4.1",
  O3: "opencode/o3",
  O4_Mini: "opencode/o4-mini",
  Zen_GPT_5_Nano: "opencode/gpt-5-nano",
  Zen_Big_Pickle: "opencode/big-pickle",
  Zen_MiniMax_M2_7: "opencode/minimax-m2.7",
  Zen_Claude_Fable_5: "opencode/claude-fable-5",
  Zen_Claude_Sonnet_4_6: "opencode/claude-sonnet-4-6",
  Zen_Claude_Sonnet_4_5: "opencode/claude-sonnet-4-5",
  Zen_Claude_Sonnet_4: "opencode/claude-sonnet-4",
  Zen_Claude_Sonnet_5: "opencode/claude-sonnet-5",
  Zen_Claude_Haiku_4_5: "opencode/claude-haiku-4-5",
  Zen_Claude_Opus_4_8: "opencode/claude-opus-4-8",
  Zen_Claude_Opus_4_7: "opencode/claude-opus-4-7",
  Zen_Claude_Opus_4_6: "opencode/claude-opus-4-6",
  Zen_Claude_Opus_4_5: "opencode/claude-opus-4-5",
  Zen_Claude_Opus_4_1: "opencode/claude-opus-4-1",
  Zen_Gemini_3_1_Pro: "opencode/gemini-3.1-pro",
  Zen_Gemini_3_Pro: "opencode/gemini-3-pro",
  Zen_Gemini_3_Flash: "opencode/gemini-3-flash",
};

/** Models through OpenRouter. */
export const OpenRouterModel = {
  Claude_Fable_5: "openrouter/anthropic/claude-fable-5",
  Claude_Sonnet_5: "openrouter/anthropic/claude-sonnet-5",
  Claude_Sonnet_4: "openrouter/anthropic/claude-sonnet-4",
  Claude_Opus_4_5: "openrouter/anthropic/claude-opus-4-5",
  Claude_Haiku_4_5: "openrouter/anthropic/claude-haiku-4-5",
  DeepSeek_R1: "openrouter/deepseek/deepseek-r1",
  Gemini_2_5_Pro: "openrouter/google/gemini-2.5-pro",
  Gemini_2_5_Flash: "openrouter/google/gemini-2.5-flash",
  GPT_5_6_Sol: "openrouter/openai/gpt-5.6-sol",
  GPT_5_6_Terra: "openrouter/openai/gpt-5.6-terra",
  GPT_5_6_Luna: "openrouter/openai/gpt-5.6-luna",
  GPT_4_1: "openrouter/openai/gpt-4.1",
  O3: "openrouter/openai/o3",
  O4_Mini: "openrouter/openai/o4-mini",
};

/** Models through Vercel AI Gateway. */
export const VercelModel = {
  Claude_Fable_5: "vercel/anthropic/claude-fable-5",
  Claude_Sonnet_5: "vercel/anthropic/claude-sonnet-5",
  Claude_Opus_4_7: "vercel/anthropic/claude-opus-4.7",
  Claude_Sonnet_4_6: "vercel/anthropic/claude-sonnet-4.6",
  Claude_Opus_4_6: "vercel/anthropic/claude-opus-4.6",
  Claude_Haiku_4_5: "vercel/anthropic/claude-haiku-4.5",
  GPT_5_6_Sol: "vercel/openai/gpt-5.6-sol",
  GPT_5_6_Terra: "vercel/openai/gpt-5.6-terra",
  GPT_5_6_Luna: "vercel/openai/gpt-5.6-luna",
  GPT_5_5: "vercel/openai/gpt-5.5",
  GPT_5_5_Pro: "vercel/openai/gpt-5.5-pro",
  GPT_5_4: "vercel/openai/gpt-5.4",
  GPT_5_4_Mini: "vercel/openai/gpt-5.4-mini",
  Gemini_3_5_Flash: "vercel/google/gemini-3.5-flash",
  Gemini_3_1_Flash_Lite: "vercel/google/gemini-3.1-flash-lite",
  Gemini_3_1_Pro_Preview: "vercel/google/gemini-3.1-pro-preview",
  Grok_Build_0_1: "vercel/xai/grok-build-0.1",
  Grok_4_3: "vercel/xai/grok-4.3",
  Grok_4_20_Reasoning: "vercel/xai/grok-4.20-reasoning",
};
