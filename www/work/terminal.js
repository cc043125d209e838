/** A real terminal: a shell in the box that goes on while other things are looked at. */

import { FitAddon } from "../node_modules/@xterm/addon-fit/lib/addon-fit.mjs";
import { Terminal } from "../node_modules/@xterm/xterm/lib/xterm.mjs";
import { element } from "../page/dom.js";
import { showProblem } from "../page/problem.js";
import { styleByScript } from "./styles_by_script.js";

styleByScript();

const SHELL = ["sh", "-c", "exec \"$(command -v bash || command -v sh)\" -l"];

/** Wires the terminal among `parts` to `box`. `onRunStarted` and `onRunEnded` say when its shell begins and ends. */
export function wireTerminal(parts, box, { onRunStarted, onRunEnded }) {
  const place = parts.terminal;
  let terminal;
  let fit;
  let session;
  let starting = false;
  parts["terminal-start"].addEventListener("click", start);
  new ResizeObserver(resize).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    if (terminal) terminal.options.theme = colors();
  });

  /** Shows the terminal, which takes the keys when it is entered; starts a shell when there is none. */
  async function open({ focus }) {
    if (!terminal) {
      terminal = new Terminal({
        fontFamily: getComputedStyle(place).fontFamily, fontSize: 13, theme: colors(), screenReaderMode: true,
        cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      });
      fit = new FitAddon();
      terminal.loadAddon(fit);
      terminal.open(place);
      // Otherwise nobody who works by keyboard would get out of here.
      terminal.attachCustomKeyEventHandler((event) => !(event.key === "Tab" && event.shiftKey) && !(event.altKey && event.key === "s"));
      terminal.onData((text) => session?.write(text));
    }
    resize();
    if (!session && !starting) await start();
    if (focus) terminal.focus();
  }

  async function start() {
    if (session || starting) return;
    starting = true;
    parts["terminal-ended"].hidden = true;
    try {
      session = await box.exec.session({ command: SHELL, tty: true, rows: terminal.rows, cols: terminal.cols, env: { TERM: "xterm-256color" } });
      onRunStarted();
      follow(session);
    } catch (error) {
      ended("The shell could not be started.");
      showProblem(parts.problem, error);
    } finally {
      starting = false;
    }
  }

  async function follow(own) {
    try {
      for await (const { data } of own) terminal.write(data);
      ended(`The shell ended with exit code ${await own.exit}.`);
    } catch (error) {
      ended("The connection to the shell was lost.");
      showProblem(parts.problem, error);
    } finally {
      session = undefined;
      onRunEnded();
    }
  }

  function ended(words) {
    parts["terminal-ended"].hidden = false;
    parts["terminal-ended"].firstElementChild.replaceChildren(element("span", {}, words));
    parts["terminal-start"].focus();
  }

  function resize() {
    if (!terminal || place.clientWidth === 0) return;
    fit.fit();
    session?.resize({ rows: terminal.rows, cols: terminal.cols });
  }

  return { open };
}

/** The page's own colours, so that the terminal is part of it. */
function colors() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return { background: value("--raised"), foreground: value("--ink"), cursor: value("--accent"), selectionBackground: value("--rule-strong") };
}
