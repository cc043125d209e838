/** Starts the page: finds a key, connects, and hands over to the app; comes back here on disconnect. */

import { startApp } from "./app.js";
import { wireConnectForm } from "./connect/connect_form.js";
import { wireRenewal } from "./connect/renewal.js";
import { forgetSession, storedSession, storeSession, takeKeyFromAddress } from "./connect/session.js";
import { byId } from "./page/dom.js";
import { say } from "./page/status_line.js";

const form = wireConnectForm(({ client, session, boxes }) => {
  storeSession(session);
  byId("connect").hidden = true;
  byId("app").hidden = false;
  byId("regions").hidden = false;
  byId("disconnect").hidden = false;
  byId("tour").hidden = false;
  byId("server").hidden = false;
  byId("server").textContent = new URL(session.baseUrl).host;
  say(`Connected to ${new URL(session.baseUrl).host}.`);
  const { lookAgain } = startApp(client, boxes);
  wireRenewal(client, {
    onRenewed(apiKey) {
      storeSession({ ...session, apiKey });
      lookAgain();
    },
  });
});

// The app holds running commands and drafts; a fresh page is the one sure way to let go of all of it.
byId("disconnect").addEventListener("click", () => {
  forgetSession();
  location.reload();
});

// A link with a key, opened in a tab that already shows this page, only changes the fragment.
window.addEventListener("hashchange", () => {
  const apiKey = takeKeyFromAddress();
  if (!apiKey) return;
  storeSession({ baseUrl: location.origin, apiKey });
  location.reload();
});

const apiKey = takeKeyFromAddress();
const session = apiKey ? { baseUrl: location.origin, apiKey } : storedSession();
if (session) {
  say("Connecting…");
  await form.connect(session);
} else {
  form.show();
}
