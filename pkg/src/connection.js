/** A service and a key: every call of a handle goes through its own connection. */

import { Client } from "../generated/upstash_box_wasm.js";
import { Call } from "./call.js";
import { init } from "./load.js";
import { camel } from "./shape.js";

/** How long a call that waits until what it makes is ready may take, when the user does not say. */
const DEFAULT_WAIT_MS = 300_000;
const WAITS = new Set(["Box.create", "Box.fromSnapshot", "box.snapshot", "Box.getSnapshot:ready"]);

export class Connection {
  #baseUrl;
  #apiKey;
  #client;

  constructor(baseUrl, apiKey) {
    const env = globalThis.process?.env;
    this.#baseUrl = baseUrl ?? env?.UPSTASH_BOX_BASE_URL;
    this.#apiKey = apiKey ?? env?.UPSTASH_BOX_API_KEY;
  }

  /** Does one call of the table in `src/requests`. What the user gave travels with what the method sets. */
  async call(name, args, options) {
    const call = new Call(options ?? undefined, WAITS.has(name) ? DEFAULT_WAIT_MS : undefined);
    try {
      return camel(await (await this.client()).call(call, name, { ...split(options).args, ...args })) ?? undefined;
    } catch (thrown) {
      throw call.error(thrown);
    } finally {
      call.close();
    }
  }

  /** Starts a call that answers with a stream. It ends with the stream. */
  async open(name, args, options) {
    // No deadline, but a signal: leaving the stream ends the request.
    const call = new Call(options ?? undefined, Infinity);
    try {
      return { call, stream: await (await this.client()).call(call, name, { ...split(options).args, ...args }) };
    } catch (thrown) {
      call.close();
      throw call.error(thrown);
    }
  }

  /** Begins a WebSocket whose handshake carries the key, which not every runtime lets a program do. */
  async socket(path, WebSocket) {
    await this.client();
    const url = (this.#baseUrl || "https://us-east-1.box.upstash.com").trim().replace(/\/+$/, "");
    return new WebSocket(url.replace(/^http/, "ws") + path, { headers: { "X-Box-Api-Key": this.#apiKey.trim() } });
  }

  async client() {
    await init();
    return (this.#client ??= new Client(String(this.#baseUrl ?? ""), String(this.#apiKey ?? "")));
  }
}

/** The connection that a static method's options ask for. */
export const connect = (options) => new Connection(options?.baseUrl, options?.apiKey);

/** Takes the options that concern the connection and the call out of those that travel. */
export function split(options = {}) {
  const { apiKey, baseUrl, signal, timeoutMs, ...args } = options ?? {};
  return { connection: () => connect({ baseUrl, apiKey }), call: { signal, timeoutMs }, args };
}
