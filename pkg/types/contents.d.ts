/** What snapshots hold. */

/** One entry that differs between two file trees. */
export interface SnapshotChange {
  /** Absolute path in the box; bytes that are no text are replaced. */
  path: string;
  /** The path's bytes as base64 text; only when they are no text. */
  pathBase64?: string;
  /** `modified`: both have it, with other content, kind, mode or owner. */
  kind: "added" | "modified" | "removed";
  /** Whether it is a directory, in the later tree unless it is gone there. */
  isDir: boolean;
  /** Bytes in the earlier tree, when it is a file there. */
  sizeBefore?: number;
  /** Bytes in the later tree, when it is a file there. */
  sizeAfter?: number;
}

/** Reads and lists files of a snapshot. Relative paths begin at /workspace/home. */
export interface SnapshotFiles {
  /** The content of a file as bytes. */
  read(path: string, options: CallOptions & { encoding: "bytes" }): Promise<Uint8Array>;
  /** The content of a file as text, or its bytes as base64 text. */
  read(path: string, options?: CallOptions & { encoding?: "base64" | undefined }): Promise<string>;

  /** The entries of a directory, one level, by default of /workspace/home. */
  list(path?: string, options?: CallOptions): Promise<FileEntry[]>;
}

/** What `Box.verifySnapshot` found. */
export interface SnapshotVerification {
  /** `sha256:…` of all that the snapshot holds on top of its image. */
  digest: string;
  /** How many entries that are not directories. */
  files: number;
  /** How many bytes in files. */
  bytes: number;
  /** `recorded`: this is the first verification, which later ones are compared with. */
  status: "recorded" | "unchanged" | "changed";
}
