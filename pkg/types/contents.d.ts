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

/** How far a transfer is. */
export interface TransferProgress {
  bytes: number;
  /** Of all that there is, when that is known. */
  totalBytes?: number;
  /** 0 to 100, when the total is known. */
  percent?: number;
}

/** Options of whatever moves a snapshot. */
export interface TransferOptions extends StaticOptions {
  /** Called now and then while it goes on. */
  onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** Options of `Box.exportSnapshot`. */
export interface ExportSnapshotOptions extends TransferOptions {
  /** Id of an earlier snapshot that the receiver has: what it shares with it is left out. */
  since?: string | undefined;
}

/** What a snapshot is called once it is taken in. */
export interface ImportSnapshotOptions extends TransferOptions {
  /** In place of its own name. */
  name?: string | undefined;
  /** In place of its own labels. */
  labels?: string[] | undefined;
  /** Takes one that was made on top of another image than this service's. */
  allowOtherBase?: boolean | undefined;
}

/** A place in a registry, and who asks there. */
export interface RegistryOptions {
  /** For example `registry.example.com/team/boxes:after-setup`. */
  reference: string;
  username?: string | undefined;
  /** Used for this call and kept nowhere. */
  password?: string | undefined;
  /** Allows plain HTTP. */
  insecure?: boolean | undefined;
}

/** Options of `Box.pushSnapshot`. */
export interface PushSnapshotOptions extends TransferOptions, RegistryOptions {}

/** Options of `Box.pullSnapshot`. */
export interface PullSnapshotOptions extends ImportSnapshotOptions, RegistryOptions {}

/** Where a snapshot was put. */
export interface PushedSnapshot {
  reference: string;
  /** `sha256:…` of its manifest. */
  digest: string;
  sizeBytes: number;
  /** Bytes that were sent; the registry had the rest. */
  uploadedBytes: number;
}
