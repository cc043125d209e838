/** Options that every call takes. */

/** How a call may be ended from outside. */
export interface CallOptions {
  /** Ends the call, which then rejects with code `aborted`. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds after which the call rejects with code `timeout`. By default 300,000 for calls that
   * wait until what they make is ready; others wait for as long as the runtime keeps a connection on
   * which nothing comes: Node without end, other runtimes for minutes. What is silent for longer there
   * is for `exec.start` and `box.getRun`. `files.upload`, `download` and `walk`, `agent.run` with `maxRetries`
   * and `Box.fork` may send several requests: each has this time.
   */
  timeoutMs?: number | undefined;
}

/** Where the service is and who asks. It belongs to the handle that is made with it, never to a global. */
export interface ConnectionOptions {
  /** The API key; by default the environment's `UPSTASH_BOX_API_KEY`. */
  apiKey?: string | undefined;
  /**
   * Address of the service; by default the environment's `UPSTASH_BOX_BASE_URL`, or else the hosted
   * service at `https://us-east-1.box.upstash.com`. Redirects are not followed, and it has no user or password.
   */
  baseUrl?: string | undefined;
}

/** For calls that make something. */
export interface IdempotencyOptions {
  /**
   * A text of your own, in ASCII, that names this call. With it the call may be sent again after a network error,
   * because the service makes the thing only once. Use it with services that honour `Idempotency-Key`.
   */
  idempotencyKey?: string | undefined;
}
