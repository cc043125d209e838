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

/** Reads, writes and lists files. Relative paths begin at `box.cwd`. */
export interface Files {
  /** The content of a file as bytes. */
  read(path: string, options: CallOptions & { encoding: "bytes" }): Promise<Uint8Array>;
  /** The content of a file as text, or its bytes as base64 text. */
  read(path: string, options?: CallOptions & { encoding?: "base64" | undefined }): Promise<string>;

  /** Writes a file whole. Missing directories are made. */
  write(options: WriteFileOptions): Promise<void>;

  /** The entries of a directory, one level, by default of `box.cwd`. */
  list(path?: string, options?: CallOptions): Promise<FileEntry[]>;
}

/** Options of `files.write`. */
export interface WriteFileOptions extends CallOptions {
  path: string;
  /** Text, or bytes in any of their forms. */
  content: string | ArrayBuffer | ArrayBufferView | Blob;
  /** Says that a text is base64 of the bytes to write. */
  encoding?: "base64" | undefined;
}
