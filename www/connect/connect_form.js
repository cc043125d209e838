/** The first screen: asks for an address and a key, and tries them. */

import { byId } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { clearProblem, showProblem } from "../page/problem.js";
import { say } from "../page/status_line.js";
import { openClient } from "./client.js";

/** Shows the form. `onConnected({ client, session, boxes })` is called once a key worked. */
export function wireConnectForm(onConnected) {
  const form = byId("connect-form");
  const address = byId("base-url");
  const key = byId("api-key");
  const submit = form.querySelector("button[type=submit]");
  const problem = byId("connect-problem");
  address.value = location.origin;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(submit, () => connect({ baseUrl: address.value.trim(), apiKey: key.value.trim() }));
  });

  async function connect(session) {
    clearProblem(problem);
    const wrong = mistakeIn(session);
    if (wrong) {
      showProblem(problem, new Error(wrong.message));
      (wrong.field === "baseUrl" ? address : key).focus();
      return;
    }
    try {
      const client = openClient(session);
      onConnected({ client, session, boxes: await client.listBoxes() });
      key.value = "";
    } catch (error) {
      show(session);
      say("Not connected.");
      showProblem(problem, blockedByPolicy(session) ?? error);
      (error?.code === "network" ? address : key).select();
    }
  }

  /** Shows the form, filled with what is known. */
  function show({ baseUrl = location.origin, apiKey = "" } = {}) {
    byId("connect").hidden = false;
    address.value = baseUrl;
    key.value = apiKey;
    key.focus();
  }

  return { connect, show };
}

/** What is wrong with the input before anything is sent. */
function mistakeIn({ baseUrl, apiKey }) {
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    return { field: "baseUrl", message: "The address must begin with http:// or https://, for example http://127.0.0.1:8787." };
  }
  if (!apiKey) return { field: "apiKey", message: "Enter the API key. The server prints it when it starts." };
  return undefined;
}

let refusedOrigin;
document.addEventListener("securitypolicyviolation", (event) => {
  if (event.effectiveDirective === "connect-src" && URL.canParse(event.blockedURI)) {
    refusedOrigin = new URL(event.blockedURI).origin;
  }
});

/** A request this page's own policy refused looks like a network failure; say what it is instead. */
function blockedByPolicy({ baseUrl }) {
  if (refusedOrigin !== new URL(baseUrl).origin) return undefined;
  return new Error(`This page may only talk to ${location.origin}. To use ${refusedOrigin}, open the page it serves itself.`);
}
