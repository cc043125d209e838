/** A service and a key: every call of a handle goes through its own connection. */

import { Client } from "../generated/upstash_box_wasm.js";
import { Call } from "./call.js";
import { init, isReady } from "./load.js";
import { rowOf, valuesOf } from "./rows.js";
import { camel } from "./shape.js";

/** How long a call that waits until what it makes is ready may take, when the user does not say. */
const DEFAULT_WAIT_MS = 300_000;

/** The latest client, so that static calls in a row share one. */
let latest;

export class Connection {
  #baseUrl;
  #apiKey;
  #client;
  /** What the service told that it has, once it was asked. */
  features;

  constructor(baseUrl, apiKey) {
    const env = globalThis.process?.env;
    this.#baseUrl = String(baseUrl ?? env?.UPSTASH_BOX_BASE_URL ?? "");
    this.#apiKey = String(apiKey ?? env?.UPSTASH_BOX_API_KEY ?? "");
  }

  /** Does one call of the table in `src/requests`. What the user gave travels with what the method sets. */
  async call(name, args = {}, options) {
    if (!isReady()) await init();
    const row = rowOf(name);
    const call = new Call(name, options, row.waits ? DEFAULT_WAIT_MS : undefined);
    try {
      return camel(await this.#answer(call, row, args, options)) ?? undefined;
    } catch (thrown) {
      throw call.error(thrown);
    } finally {
      call.close();
    }
  }

  /** Starts a call that answers with a stream. It ends with the stream. */
  async open(name, args = {}, options) {
    if (!isReady()) await init();
    // No deadline, but a signal: leaving the stream ends the request.
    const call = new Call(name, options, Infinity);
    try {
      return { call, stream: await this.#answer(call, rowOf(name), args, options, true) };
    } catch (thrown) {
      call.close();
      throw call.error(thrown);
    }
  }

  /**
   * Begins a WebSocket. The key goes as a protocol to a service that takes it so, because browsers let a
   * program set no headers.
   */
  async socket(path, WebSocket, asProtocol) {
    await init();
    this.#connect();
    const url = (this.#baseUrl || "https://us-east-1.box.upstash.com").trim().replace(/\/+$/, "");
    const key = this.#apiKey.trim();
    const word = () => btoa(key).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    const carrier = asProtocol ? ["box-session-v1", `box-key.${word()}`] : { headers: { "X-Box-Api-Key": key } };
    return new WebSocket(url.replace(/^http/, "ws") + path, carrier);
  }

  /** One request in most cases. What comes after it is for Rust to say: when to ask again, and for what. */
  async #answer(call, row, args, options, isStream) {
    const client = (this.#client ??= this.#connect());
    const values = valuesOf(row, args, options);
    let init = {};
    let url = client.request(row.place, values, init);
    let exchange;
    try {
      for (;;) {
        let outcome;
        let isThrown = false;
        try {
          outcome = await call.exchange(url, init, isStream);
          const answer = !exchange && call.response.ok ? Client.answer(row.place, outcome) : undefined;
          if (answer !== undefined) return answer;
        } catch (thrown) {
          outcome = thrown;
          isThrown = true;
        }
        exchange ??= client.exchange(row.place, values);
        const next = exchange.next(call, outcome, isThrown);
        if (typeof next != "number") return next[0];
        await call.sleep(next);
        if (call.ended) exchange.next(call, undefined, true);
        url = exchange.request((init = {}));
      }
    } finally {
      exchange?.free();
    }
  }

  #connect() {
    if (latest?.baseUrl !== this.#baseUrl || latest.apiKey !== this.#apiKey) {
      latest = { baseUrl: this.#baseUrl, apiKey: this.#apiKey, client: new Client(this.#baseUrl, this.#apiKey) };
    }
    return latest.client;
  }
}

/** The connection that a static method's options ask for. */
export const connect = (options) => new Connection(options?.baseUrl, options?.apiKey);

/** Takes the options that concern the connection and the call out of those that travel. */
export function split(options) {
  const { apiKey, baseUrl, signal, timeoutMs, ...args } = options ?? {};
  return { connection: () => connect({ baseUrl, apiKey }), call: { signal, timeoutMs }, args };
}
