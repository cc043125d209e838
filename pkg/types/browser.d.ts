/** The browser of a box that was made with `browser: true`. */

/** A tab, as it was when it was listed. */
export interface BrowserTab {
  id: string;
  url: string;
  title: string;
}

/** What a page shows. */
export interface BrowserContent {
  title: string;
  url: string;
  text: string;
  links?: { text: string; href: string }[];
}

/** Options of what a model does in a tab. */
export interface BrowserTaskOptions extends CallOptions {
  /** Id of the tab. */
  tab: string;
  /** What to do or to look for, in words. */
  instruction: string;
  model?: string | undefined;
}

/** Something in a page that can be acted on. */
export interface BrowserElement {
  description: string;
  selector?: string;
  url?: string;
  method?: string;
  arguments?: unknown[];
}

/** What became of `browser.act`. */
export interface BrowserActResult {
  success: boolean;
  message: string;
  actionDescription?: string;
  actions?: unknown[];
  cacheStatus?: string;
  inputTokens?: number;
  outputTokens?: number;
}

/** A film of the screen. Times are ISO 8601 texts. */
export interface BrowserRecording {
  id: string;
  status?: string;
  startedAt?: string;
  endedAt?: string;
  expiresAt?: string;
  /** What else the service tells, under its camelCase name. */
  [member: string]: unknown;
}

/** Tabs, pages and recordings. */
export interface Browser {
  /** Opens a tab and waits until the page is there. `timeout` is in milliseconds, 30,000 by default, 0 for none. */
  openTab(
    options: CallOptions & {
      url: string;
      waitUntil?: "load" | "domcontentloaded" | "networkidle" | undefined;
      timeout?: number | undefined;
    },
  ): Promise<BrowserTab>;
  /** The tabs that are open. */
  listTabs(options?: CallOptions): Promise<BrowserTab[]>;
  /** Closes a tab. */
  closeTab(tab: string, options?: CallOptions): Promise<void>;
  /** Opens another page in a tab. */
  goto(options: CallOptions & { tab: string; url: string }): Promise<BrowserContent>;
  /** The page of a tab as text. */
  content(tab: string, options?: CallOptions): Promise<BrowserContent>;
  /** The page as a PNG: its bytes, or those as base64 text. */
  screenshot(tab: string, options: CallOptions & { fullPage?: boolean | undefined; encoding: "base64" }): Promise<string>;
  /** The same as bytes. */
  screenshot(tab: string, options?: CallOptions & { fullPage?: boolean | undefined; encoding?: "bytes" | undefined }): Promise<Uint8Array>;
  /** Takes data of the shape of `schema` out of a page. */
  extract<Schema extends ResponseSchema>(options: BrowserTaskOptions & { schema: Schema }): Promise<ResponseOf<Schema>>;
  /** Finds what in a page can be acted on. */
  observe(options: BrowserTaskOptions): Promise<BrowserElement[]>;
  /** Does something in a page: what the words say, or what `observe` found. */
  act(options: Omit<BrowserTaskOptions, "instruction"> & ({ instruction: string } | { action: BrowserElement & { selector: string } })): Promise<BrowserActResult>;
  /** An address for programs that speak the Chrome DevTools Protocol. It holds a token: keep it secret. */
  connect(options?: CallOptions): Promise<string>;
  /** An address at which a person can watch. It holds a token: keep it secret. */
  screencast(options?: CallOptions & { tab?: string | undefined }): Promise<string>;
  /** Films the screen, for at most 600 seconds. */
  startRecording(options?: CallOptions & { maxDurationSeconds?: number | undefined }): Promise<BrowserRecording>;
  /** Ends the film that is being taken. */
  stopRecording(options?: CallOptions): Promise<BrowserRecording>;
  /** Films of the box, in pages: `nextCursor` asks for the next one. */
  listRecordings(
    options?: CallOptions & { limit?: number | undefined; cursor?: string | undefined },
  ): Promise<{ recordings: BrowserRecording[]; nextCursor?: string }>;
  /** One film: what is known of it, without its bytes. */
  getRecording(id: string, options?: CallOptions): Promise<BrowserRecording>;
  /** The film as it comes. */
  downloadRecording(id: string, options?: CallOptions): Promise<ReadableStream<Uint8Array>>;
  /** The film as an HLS playlist. */
  playlist(id: string, options?: CallOptions): Promise<string>;
}
