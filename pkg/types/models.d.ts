/** Names for values. Any other string is passed on as well. */

/** The program that answers prompts in a box. */
export declare const Agent: {
  readonly ClaudeCode: "claude-code";
  readonly Codex: "codex";
  readonly OpenCode: "opencode";
  readonly Cursor: "cursor";
  readonly Custom: "custom";
};
/** One of these. */
export type Agent = (typeof Agent)[keyof typeof Agent];

/** Whose key the agent's model is used with: one of Upstash, or one stored before. */
export declare const BoxApiKey: {
  readonly UpstashKey: "UPSTASH_KEY";
  readonly StoredKey: "STORED_KEY";
};
/** One of these. */
export type BoxApiKey = (typeof BoxApiKey)[keyof typeof BoxApiKey];

/** Models of Claude Code. */
export declare const ClaudeCode: {
  readonly Fable_5: "anthropic/claude-fable-5";
  readonly Opus_4_5: "anthropic/claude-opus-4-5";
  readonly Opus_4_6: "anthropic/claude-opus-4-6";
  readonly Opus_4_7: "anthropic/claude-opus-4-7";
  readonly Opus_4_8: "anthropic/claude-opus-4-8";
  readonly Sonnet_4: "anthropic/claude-sonnet-4";
  readonly Sonnet_4_5: "anthropic/claude-sonnet-4-5";
  readonly Sonnet_4_6: "anthropic/claude-sonnet-4-6";
  readonly Sonnet_5: "anthropic/claude-sonnet-5";
  readonly Haiku_4_5: "anthropic/claude-haiku-4-5";
};
/** One of these. */
export type ClaudeCode = (typeof ClaudeCode)[keyof typeof ClaudeCode];

/** Models of Cursor. */
export declare const CursorModel: {
  readonly Default: "cursor/default";
  readonly Composer_2_5: "cursor/composer-2.5";
  readonly GPT_5_5: "cursor/gpt-5.5";
  readonly GPT_5_4: "cursor/gpt-5.4";
  readonly GPT_5_4_Mini: "cursor/gpt-5.4-mini";
  readonly GPT_5_4_Nano: "cursor/gpt-5.4-nano";
  readonly GPT_5_3_Codex: "cursor/gpt-5.3-codex";
  readonly GPT_5_3_Codex_Spark: "cursor/gpt-5.3-codex-spark";
  readonly GPT_5_2: "cursor/gpt-5.2";
  readonly GPT_5_2_Codex: "cursor/gpt-5.2-codex";
  readonly GPT_5_1: "cursor/gpt-5.1";
  readonly GPT_5_1_Codex_Max: "cursor/gpt-5.1-codex-max";
  readonly GPT_5_1_Codex_Mini: "cursor/gpt-5.1-codex-mini";
  readonly GPT_5_Mini: "cursor/gpt-5-mini";
  readonly Claude_Fable_5: "cursor/claude-fable-5";
  readonly Claude_Opus_4_8: "cursor/claude-opus-4-8";
  readonly Claude_Opus_4_7: "cursor/claude-opus-4-7";
  readonly Claude_Opus_4_6: "cursor/claude-opus-4-6";
  readonly Claude_Opus_4_5: "cursor/claude-opus-4-5";
  readonly Claude_Sonnet_4_6: "cursor/claude-sonnet-4-6";
  readonly Claude_Sonnet_4_5: "cursor/claude-sonnet-4-5";
  readonly Claude_Sonnet_4: "cursor/claude-sonnet-4";
  readonly Claude_Sonnet_5: "cursor/claude-sonnet-5";
  readonly Claude_Haiku_4_5: "cursor/claude-haiku-4-5";
  readonly Gemini_3_1_Pro: "cursor/gemini-3.1-pro";
  readonly Gemini_3_Flash: "cursor/gemini-3-flash";
  readonly Gemini_2_5_Flash: "cursor/gemini-2.5-flash";
  readonly Grok_4_20: "cursor/grok-4-20";
  readonly Kimi_K2_5: "cursor/kimi-k2.5";
};
/** One of these. */
export type CursorModel = (typeof CursorModel)[keyof typeof CursorModel];

/** Models of Codex. */
export declare const OpenAICodex: {
  readonly GPT_5_6: "openai/gpt-5.6";
  readonly GPT_5_6_Sol: "openai/gpt-5.6-sol";
  readonly GPT_5_6_Terra: "openai/gpt-5.6-terra";
  readonly GPT_5_6_Luna: "openai/gpt-5.6-luna";
  readonly GPT_5_5: "openai/gpt-5.5";
  readonly GPT_5_4: "openai/gpt-5.4";
  readonly GPT_5_4_Mini: "openai/gpt-5.4-mini";
  readonly GPT_5_3_Codex: "openai/gpt-5.3-codex";
  readonly GPT_5_3_Codex_Spark: "openai/gpt-5.3-codex-spark";
  readonly GPT_5_2_Codex: "openai/gpt-5.2-codex";
  readonly GPT_5_1_Codex_Max: "openai/gpt-5.1-codex-max";
  readonly GPT_5_1_Codex_Mini: "openai/gpt-5.1-codex-mini";
};
/** One of these. */
export type OpenAICodex = (typeof OpenAICodex)[keyof typeof OpenAICodex];

/** Models of OpenCode. */
export declare const OpenCodeModel: {
  readonly Claude_Fable_5: "opencode/claude-fable-5";
  readonly Claude_Opus_4_5: "opencode/claude-opus-4-5";
  readonly Claude_Opus_4_6: "opencode/claude-opus-4-6";
  readonly Claude_Opus_4_7: "opencode/claude-opus-4-7";
  readonly Claude_Opus_4_8: "opencode/claude-opus-4-8";
  readonly Claude_Sonnet_4: "opencode/claude-sonnet-4";
  readonly Claude_Sonnet_4_5: "opencode/claude-sonnet-4-5";
  readonly Claude_Sonnet_4_6: "opencode/claude-sonnet-4-6";
  readonly Claude_Sonnet_5: "opencode/claude-sonnet-5";
  readonly Claude_Haiku_4_5: "opencode/claude-haiku-4-5";
  readonly GPT_5_5: "opencode/gpt-5.5";
  readonly GPT_5_4: "opencode/gpt-5.4";
  readonly GPT_5_4_Pro: "opencode/gpt-5.4-pro";
  readonly GPT_5_4_Mini: "opencode/gpt-5.4-mini";
  readonly GPT_5_4_Nano: "opencode/gpt-5.4-nano";
  readonly GPT_5_3_Codex: "opencode/gpt-5.3-codex";
  readonly GPT_5_3_Codex_Spark: "opencode/gpt-5.3-codex-spark";
  readonly GPT_5_2_Codex: "opencode/gpt-5.2-codex";
  readonly GPT_5_1_Codex_Max: "opencode/gpt-5.1-codex-max";
  readonly GPT_5_1_Codex_Mini: "opencode/gpt-5.1-codex-mini";
  readonly GPT_4_1: "opencode/gpt-4.1";
  readonly O3: "opencode/o3";
  readonly O4_Mini: "opencode/o4-mini";
  readonly Zen_GPT_5_Nano: "opencode/gpt-5-nano";
  readonly Zen_Big_Pickle: "opencode/big-pickle";
  readonly Zen_MiniMax_M2_7: "opencode/minimax-m2.7";
  readonly Zen_Claude_Fable_5: "opencode/claude-fable-5";
  readonly Zen_Claude_Sonnet_4_6: "opencode/claude-sonnet-4-6";
  readonly Zen_Claude_Sonnet_4_5: "opencode/claude-sonnet-4-5";
  readonly Zen_Claude_Sonnet_4: "opencode/claude-sonnet-4";
  readonly Zen_Claude_Sonnet_5: "opencode/claude-sonnet-5";
  readonly Zen_Claude_Haiku_4_5: "opencode/claude-haiku-4-5";
  readonly Zen_Claude_Opus_4_8: "opencode/claude-opus-4-8";
  readonly Zen_Claude_Opus_4_7: "opencode/claude-opus-4-7";
  readonly Zen_Claude_Opus_4_6: "opencode/claude-opus-4-6";
  readonly Zen_Claude_Opus_4_5: "opencode/claude-opus-4-5";
  readonly Zen_Claude_Opus_4_1: "opencode/claude-opus-4-1";
  readonly Zen_Gemini_3_1_Pro: "opencode/gemini-3.1-pro";
  readonly Zen_Gemini_3_Pro: "opencode/gemini-3-pro";
  readonly Zen_Gemini_3_Flash: "opencode/gemini-3-flash";
};
/** One of these. */
export type OpenCodeModel = (typeof OpenCodeModel)[keyof typeof OpenCodeModel];

/** Models through OpenRouter. */
export declare const OpenRouterModel: {
  readonly Claude_Fable_5: "openrouter/anthropic/claude-fable-5";
  readonly Claude_Sonnet_5: "openrouter/anthropic/claude-sonnet-5";
  readonly Claude_Sonnet_4: "openrouter/anthropic/claude-sonnet-4";
  readonly Claude_Opus_4_5: "openrouter/anthropic/claude-opus-4-5";
  readonly Claude_Haiku_4_5: "openrouter/anthropic/claude-haiku-4-5";
  readonly DeepSeek_R1: "openrouter/deepseek/deepseek-r1";
  readonly Gemini_2_5_Pro: "openrouter/google/gemini-2.5-pro";
  readonly Gemini_2_5_Flash: "openrouter/google/gemini-2.5-flash";
  readonly GPT_5_6_Sol: "openrouter/openai/gpt-5.6-sol";
  readonly GPT_5_6_Terra: "openrouter/openai/gpt-5.6-terra";
  readonly GPT_5_6_Luna: "openrouter/openai/gpt-5.6-luna";
  readonly GPT_4_1: "openrouter/openai/gpt-4.1";
  readonly O3: "openrouter/openai/o3";
  readonly O4_Mini: "openrouter/openai/o4-mini";
};
/** One of these. */
export type OpenRouterModel = (typeof OpenRouterModel)[keyof typeof OpenRouterModel];

/** Models through Vercel AI Gateway. */
export declare const VercelModel: {
  readonly Claude_Fable_5: "vercel/anthropic/claude-fable-5";
  readonly Claude_Sonnet_5: "vercel/anthropic/claude-sonnet-5";
  readonly Claude_Opus_4_7: "vercel/anthropic/claude-opus-4.7";
  readonly Claude_Sonnet_4_6: "vercel/anthropic/claude-sonnet-4.6";
  readonly Claude_Opus_4_6: "vercel/anthropic/claude-opus-4.6";
  readonly Claude_Haiku_4_5: "vercel/anthropic/claude-haiku-4.5";
  readonly GPT_5_6_Sol: "vercel/openai/gpt-5.6-sol";
  readonly GPT_5_6_Terra: "vercel/openai/gpt-5.6-terra";
  readonly GPT_5_6_Luna: "vercel/openai/gpt-5.6-luna";
  readonly GPT_5_5: "vercel/openai/gpt-5.5";
  readonly GPT_5_5_Pro: "vercel/openai/gpt-5.5-pro";
  readonly GPT_5_4: "vercel/openai/gpt-5.4";
  readonly GPT_5_4_Mini: "vercel/openai/gpt-5.4-mini";
  readonly Gemini_3_5_Flash: "vercel/google/gemini-3.5-flash";
  readonly Gemini_3_1_Flash_Lite: "vercel/google/gemini-3.1-flash-lite";
  readonly Gemini_3_1_Pro_Preview: "vercel/google/gemini-3.1-pro-preview";
  readonly Grok_Build_0_1: "vercel/xai/grok-build-0.1";
  readonly Grok_4_3: "vercel/xai/grok-4.3";
  readonly Grok_4_20_Reasoning: "vercel/xai/grok-4.20-reasoning";
};
/** One of these. */
export type VercelModel = (typeof VercelModel)[keyof typeof VercelModel];
