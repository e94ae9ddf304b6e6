// Keeps a list at its end while the reader is there, whatever grows; else offers the way back.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const NEAR_END = 80;

export class Scrolling {
  constructor(list) {
    this.list = list;
    this.isAtEnd = true;
    this.unseen = 0;
    this.count = h("span", { class: "badge", hidden: true });
    this.jump = h("button", { type: "button", class: "jump", hidden: true, "aria-label": "最新のメッセージへ", onclick: () => this.toEnd() }, icon("down"), this.count);
    list.addEventListener("scroll", () => this.onScroll(), { passive: true });
    new ResizeObserver(() => this.settle()).observe(list);
  }

  onScroll() {
    this.isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_END;
    if (this.isAtEnd) this.unseen = 0;
    this.show();
  }

  // Call after anything in the list changed its height.
  settle() { if (this.isAtEnd) this.toEnd(); }

  toEnd() {
    this.isAtEnd = true;
    this.unseen = 0;
    this.list.scrollTop = this.list.scrollHeight;
    this.show();
  }

  missed() {
    if (this.isAtEnd) return;
    this.unseen += 1;
    this.show();
  }

  show() {
    this.jump.hidden = this.isAtEnd;
    this.count.hidden = !this.unseen;
    this.count.textContent = String(this.unseen);
  }
}
