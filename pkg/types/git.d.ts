/** Git. */

/** Options of every call of `git`. */
export interface GitOptions extends CallOptions {
  /** The repository, relative to `box.cwd` or absolute; by default `box.cwd`. */
  folder?: string | undefined;
}

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

/** Options of `git.commit`. */
export interface GitCommitOptions extends GitOptions {
  message: string;
  /** In place of the box's git identity. */
  authorName?: string | undefined;
  authorEmail?: string | undefined;
}

/** A commit that was made. */
export interface GitCommit {
  sha: string;
  message: string;
}

/** What a git command gave. */
export interface GitExecResult {
  output: string;
  /** 128 when there is no repository. */
  exitCode?: number;
  error?: string;
}

/** The identity that commits of a box carry. */
export interface GitConfig {
  gitUserName: string;
  gitUserEmail: string;
}

/** Options of `git.createIssue`. */
export interface GitIssueOptions extends GitOptions {
  title: string;
  body?: string | undefined;
  /** Paths of files in the box to attach. */
  attach?: string[] | undefined;
}

/** Options of `git.createPR`. The branch has to be pushed before. */
export interface GitPROptions extends GitIssueOptions {
  /** The branch to merge into; by default the repository's own. */
  base?: string | undefined;
}

/** An issue that was opened. */
export interface GitIssue {
  url: string;
  number: number;
  title: string;
  /** What did not work although it was opened. */
  warning?: string;
}

/** A pull request that was opened. */
export interface PullRequest extends GitIssue {
  base: string;
}

/** Version control in a box. */
export interface Git {
  /** Clones a repository. */
  clone(options: GitCloneOptions): Promise<{ path?: string; output?: string }>;
  /** The changes that are not committed, as a patch. */
  diff(options?: GitOptions): Promise<string>;
  /** What changed, a line each, as `git status --porcelain` says it. Outside a repository it rejects. */
  status(options?: GitOptions): Promise<string>;
  /** Commits every change. */
  commit(options: GitCommitOptions): Promise<GitCommit>;
  /** Pushes; without `branch` the service chooses the name of the branch. */
  push(options?: GitOptions & { branch?: string | undefined }): Promise<void>;
  /** Switches to a branch, and makes it when there is none. */
  checkout(options: GitOptions & { branch: string }): Promise<void>;
  /** Runs any git command; `args` are without the leading `git`. */
  exec(options: GitOptions & { args: string[] }): Promise<GitExecResult>;
  /** Changes the identity of later commits, and gives it as it is then. */
  updateConfig(options: CallOptions & { userName?: string | undefined; userEmail?: string | undefined }): Promise<GitConfig>;
  /** Opens a pull request of the branch that is checked out. */
  createPR(options: GitPROptions): Promise<PullRequest>;
  /** Opens an issue. */
  createIssue(options: GitIssueOptions): Promise<GitIssue>;
}
