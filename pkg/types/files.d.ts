/** Files. */

/** One entry of a directory. */
export interface FileEntry {
  name: string;
  /** Absolute path in the box. */
  path: string;
  /** The same in base64, when it is not text and `path` only resembles it. */
  pathBase64?: string;
  /** Length in bytes. */
  size: number;
  isDir: boolean;
  /** When its content last changed, as an ISO 8601 text. */
  modTime: string;
}

/** An entry somewhere below a directory. */
export interface WalkedEntry extends FileEntry {
  /** Its path from the directory where the walk began, with slashes between names. */
  relativePath: string;
}

/** What is at a path. */
export interface FileStat {
  type: "file" | "directory" | "symlink" | "other";
  /** Length in bytes. */
  size: number;
  /** When its content last changed, as an ISO 8601 text. */
  modTime: string;
  inode: number;
  /** Equal for as long as the file is the same and unchanged; says nothing else. */
  version: string;
}

/** Content in any of its forms. */
export type FileContent = string | ArrayBuffer | ArrayBufferView | Blob | ReadableStream<Uint8Array>;

/** A file to upload. */
export type UploadFile =
  /** Goes to its name, or to its path below the directory that was chosen. */
  | File
  | {
      /** Where it goes, relative to `box.cwd` or absolute. */
      destination: string;
      content: FileContent;
    }
  | {
      destination: string;
      /** Of a file on this machine, in Node, Bun and Deno. */
      path: string;
    };

/** A part of a file. Without a `length` it is the whole. */
export interface FileRange {
  /** How many bytes, at most 8 MiB. */
  length?: number | undefined;
  /** The first of them, counted from 0. */
  offset?: number | undefined;
}

/** Reads, writes and lists files. Relative paths begin at `box.cwd`. */
export interface Files {
  /** The content of a file, or a part of it, as bytes. */
  read(path: string, options: CallOptions & FileRange & { encoding: "bytes" }): Promise<Uint8Array>;
  /** The content as text, or its bytes as base64 text. */
  read(path: string, options?: CallOptions & FileRange & { encoding?: "base64" | undefined }): Promise<string>;

  /** The content of a file of any size, as it comes. */
  stream(path: string, options?: CallOptions): Promise<ReadableStream<Uint8Array>>;

  /** Writes a file whole. Missing directories are made. */
  write(options: WriteFileOptions): Promise<void>;

  /** The entries of a directory, one level, by default of `box.cwd`. */
  list(path?: string, options?: CallOptions): Promise<FileEntry[]>;

  /**
   * Every entry below a directory, each directory before what is in it.
   *
   * @example
   * ```ts
   * for await (const { path, relativePath, isDir } of box.files.walk("src")) {
   *   if (!isDir) console.log(relativePath, (await box.files.read(path)).length);
   * }
   * ```
   */
  walk(path?: string, options?: CallOptions): AsyncGenerator<WalkedEntry, void, undefined>;

  /** What is at a path. Of a symbolic link it tells the link itself, unless `follow`. */
  stat(path: string, options?: CallOptions & { follow?: boolean | undefined }): Promise<FileStat>;

  /** Makes a directory; with `parents` those above it, too, and then one that exists is fine. */
  mkdir(path: string, options?: CallOptions & { parents?: boolean | undefined }): Promise<void>;

  /** Renames or moves. */
  rename(from: string, to: string, options?: CallOptions): Promise<void>;

  /** Removes a file, or with `recursive` a directory and all that is in it. */
  remove(path: string, options?: CallOptions & { recursive?: boolean | undefined }): Promise<void>;

  /**
   * Uploads files, each at most 100 MB: from memory, from what a user chose in a browser, or from this
   * machine's disk.
   *
   * @example
   * ```ts
   * await box.files.upload([{ destination: "data/a.txt", content: "hello" }]);
   * ```
   */
  upload(files: UploadFile | Iterable<UploadFile>, options?: UploadOptions): Promise<void>;

  /**
   * Writes all files below a directory to this machine's disk, in Node, Bun and Deno, and gives the
   * paths of what was written. Links count as the files that they lead to; links to directories or to
   * nothing, pipes and sockets are left out. Elsewhere `walk` and `stream`, or `tar`, do the same without a disk.
   */
  download(options?: DownloadOptions): Promise<string[]>;

  /** A directory, by default `box.cwd`, as a tar archive, where the service packs: `box-server` does. */
  tar(folder?: string, options?: CallOptions): Promise<ReadableStream<Uint8Array>>;
}

/** Options of what sends files. */
export interface UploadOptions extends CallOptions {
  /**
   * Called as the content goes out: piece by piece in Node, Bun and Deno, after each ten files where the
   * runtime sends no streams, as in browsers. The last one comes when the service has it all. The total
   * is not known when a file is a stream.
   */
  onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** Options of `files.download`. */
export interface DownloadOptions extends CallOptions {
  /** The directory, or the one file, in the box; by default `box.cwd`. */
  folder?: string | undefined;
  /** Where it goes; by default to the same name here, `workspace` for the workspace. */
  to?: string | undefined;
}

/** Options of `files.write`. */
export interface WriteFileOptions extends UploadOptions {
  path: string;
  /** Text, or bytes in any of their forms. */
  content: FileContent;
  /** Says that a text is base64 of the bytes to write. */
  encoding?: "base64" | undefined;
}
