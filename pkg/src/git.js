/** `box.git`: version control in the box. */

import { define } from "./methods.js";
import { Part, boxOf, callOn, senderOf } from "./part.js";

export class Git extends Part {
  static {
    define(this.prototype, "box.git.", senderOf);
  }

  async clone({ folder, ...options } = {}) {
    // No folder means one named after the repository, but in the workspace.
    if (boxOf(this).cwd != "/workspace/home") folder ??= /([^/:]+?)(\.git)?\/*$/.exec(options.repo)?.[1];
    return callOn(this, "box.git.clone", options, { folder });
  }
}
