/** The WebAssembly module itself, for programs that require it; what it gives depends on the bundler. */
declare const box: WebAssembly.Module;
export = box;
