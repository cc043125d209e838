/** What the package exports. Nothing else is public. */

export { Box, EphemeralBox } from "./box.js";
export { BoxError } from "./error.js";
export { runCustomHarness } from "./harness.js";
export {
  Agent,
  BoxApiKey,
  ClaudeCode,
  CursorModel,
  OpenAICodex,
  OpenCodeModel,
  OpenRouterModel,
  VercelModel,
} from "./models.js";
export { init } from "./load.js";
