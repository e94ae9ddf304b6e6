// Short notices over a chat or the page. A screen reader says them; they go by themselves.

import { h } from "./dom.js";

const SHOWN_MS = 6000;

export class Notices {
  constructor() {
    this.element = h("div", { class: "notices", role: "status", "aria-live": "polite" });
  }

  show(text, kind = "") {
    const note = h("p", { class: `notice ${kind}` }, text);
    this.element.append(note);
    setTimeout(() => note.remove(), SHOWN_MS);
  }

  // Runs an act; what goes wrong becomes a notice. Returns whether it went well.
  async attempt(act) {
    try {
      await act();
      return true;
    } catch (error) {
      this.show(error.message, "warn");
      return false;
    }
  }
}
