/** Git. */

/** Options of `git.clone`. */
export interface GitCloneOptions extends CallOptions {
  /** An address; without a scheme, `https://` is put before it. */
  repo: string;
  /** Branch or tag to check out. */
  branch?: string | undefined;
  /** How many commits of history to fetch. */
  depth?: number | undefined;
  /** A token for this clone only. */
  token?: string | undefined;
  /** Where it lands; by default a directory named after the repository, in `box.cwd`. */
  folder?: string | undefined;
}

/** Version control in a box. */
export interface Git {
  /** Clones a repository. */
  clone(options: GitCloneOptions): Promise<{ path?: string; output?: string }>;
}
