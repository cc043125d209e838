/**
 * The one place that says where the package lies.
 *
 * With a bundler this file would not exist and every module would say `from "upstash-box-wasm"`. A bare
 * name needs an import map in the browser, an import map must be inline, and this page has no inline
 * script so that it runs under `script-src 'self' 'wasm-unsafe-eval'`.
 */
export * from "./node_modules/upstash-box-wasm/dist/index.js";
