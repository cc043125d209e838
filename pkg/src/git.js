/** `box.git`: version control in the box. */

export class Git {
  #send;

  constructor(send) {
    this.#send = send;
  }

  clone({ signal, timeoutMs, ...args } = {}) {
    return this.#send.call("box.git.clone", args, { signal, timeoutMs });
  }
}
