/** Many files at once: into a box, and out of it. */

import { blobOf } from "./content.js";
import { failure, invalid } from "./error.js";
import { given, progressed } from "./given.js";
import { local } from "./local.js";
import { boxOf, callOn } from "./part.js";

/** How many files one request may carry. */
const AT_ONCE = 10;

export async function upload(part, files, { onProgress, ...options } = {}) {
  const name = "box.files.upload";
  const list = typeof files?.[Symbol.iterator] == "function" ? [...files] : [files];
  // What is sent and what there is of it, in bytes of content.
  let done = 0;
  let total = 0;
  if (onProgress) for (const file of list) total += await given(name, lengthOf(file));
  for (let at = 0; at < list.length; at += AT_ONCE) {
    let form = new FormData();
    let length = 0;
    for (const file of list.slice(at, at + AT_ONCE)) {
      const destination = file?.destination ?? (file?.webkitRelativePath || file?.name);
      const isNamed = typeof destination == "string" && destination;
      const found = isNamed && blobOf(file.path ? read(file.path) : (file.content ?? file));
      const content = await given(`${name}: the content of \`${isNamed}\``, found);
      if (!content) throw invalid(`${name}: a file must have \`destination\` and \`content\` or \`path\`.`);
      length += content.size;
      form.append("paths", destination[0] == "/" ? destination : `${boxOf(part).cwd}/${destination}`);
      form.append("files", content, destination);
    }
    let contentType, thrown;
    const told = (bytes) => {
      try {
        progressed(name, onProgress, bytes, total);
      } catch (error) {
        throw (thrown = error);
      }
    };
    // Browsers send no streams over plain HTTP: there each request is a step.
    if (onProgress && globalThis.process?.versions) {
      const whole = new Response(form);
      // Bun forgets it once the body is taken.
      contentType = whole.headers.get("content-type");
      let sent = 0;
      const transform = (chunk, to) => {
        // The form is a little longer than what it holds, and its end is told once the service has it.
        if ((sent += chunk.length) < length) told(done + sent);
        to.enqueue(chunk);
      };
      form = whole.body.pipeThrough(new TransformStream({ transform }));
    }
    await callOn(part, name, options, { form, contentType }).catch((error) => {
      throw thrown ?? error;
    });
    told((done += length));
  }
}

/** How many bytes a file has; NaN when only reading it tells. */
async function lengthOf(file) {
  if (file?.path) return (await local("fs", "box.files.upload").promises.stat(file.path)).size;
  const content = file?.content ?? file;
  return content?.getReader ? NaN : (await blobOf(content))?.size;
}

const read = (path) => local("fs", "box.files.upload").promises.readFile(path);

/** Every entry below a directory, each directory before what is in it. */
export async function* walk(part, path, options, above = "") {
  for (const entry of await callOn(part, "box.files.list", options, { path })) {
    // Names come from the box, which nobody has to trust.
    if (/[/\\\0]|^\.{0,2}$/.test(entry.name)) {
      throw failure("invalid_response", `box.files.walk: a file is called \`${entry.name}\`.`);
    }
    const relativePath = above + entry.name;
    yield { ...entry, relativePath };
    if (entry.isDir) yield* walk(part, entry.path, options, `${relativePath}/`);
  }
}

/** Writes a directory's files, or one file, to the local disk and gives the paths of what was written. */
export const download = (part, options) => given("box.files.download", written(part, options));

async function written(part, { folder, to, ...options } = {}) {
  const { promises: fs } = local("fs", "box.files.download");
  const { join } = local("path");
  const { cwd } = boxOf(part);
  const from = folder ?? cwd;
  to ??= from == "/workspace/home" ? "workspace" : /(?!\.\.?\/*$)[^/]+(?=\/*$)/.exec(from)?.[0] ?? "root";
  const paths = [];
  if (folder && (await part.stat(folder, { ...options, follow: true })).type == "file") {
    await fs.writeFile(to, await part.stream(folder, options));
    return [to];
  }
  await fs.mkdir(to, { recursive: true });
  for await (const { path, isDir, relativePath } of walk(part, folder, options)) {
    const target = join(to, relativePath);
    if (isDir) await fs.mkdir(target, { recursive: true });
    else {
      const content = await part.stream(path, options).catch((error) => passOver(part, path, options, error));
      if (!content) continue;
      await fs.writeFile(target, content);
      paths.push(target);
    }
  }
  return paths;
}

/** Throws the failure to read a file. Links that lead to none, pipes and sockets have no content to fail with. */
async function passOver(part, path, options, failure) {
  const stat = (follow) => part.stat(path, { ...options, follow });
  let { type } = await stat(false).catch(() => ({ type: "file" }));
  if (type == "symlink") ({ type } = await stat(true).catch(({ status }) => ({ type: status < 500 ? "" : "file" })));
  if (type == "file") throw failure;
}
