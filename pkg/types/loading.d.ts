/** Loading. */

/**
 * Loads the WebAssembly before the first call does, or from a place of your own: a module, its bytes,
 * or a response or an address that gives them. No program needs it.
 */
export declare function init(
  source?: WebAssembly.Module | BufferSource | Response | URL | string | Promise<WebAssembly.Module | BufferSource | Response>,
): Promise<void>;
