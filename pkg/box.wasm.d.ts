/**
 * The WebAssembly module itself, for those who load it their own way.
 * What an import of it gives depends on the bundler: a module, a URL, or bytes. `init` takes each.
 */
declare const box: WebAssembly.Module;
export default box;
