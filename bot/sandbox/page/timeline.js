// The messages of one open chat: draws them, follows their changes, keeps place and focus.

import { dayOf, h } from "./dom.js";
import { messageElement } from "./message.js";
import { Scrolling } from "./scrolling.js";

export class Timeline {
  // `view` is the pane, which messages are drawn for; `onEarlier()` loads what came before.
  constructor(view, onEarlier) {
    this.view = view;
    this.messages = new Map();
    this.list = h("ol", { class: "messages", tabIndex: 0, "aria-label": "メッセージ" });
    this.earlier = h("li", { class: "earlier", hidden: true },
      h("button", { type: "button", class: "plain", onclick: onEarlier }, "前のメッセージを表示"));
    this.scrolling = new Scrolling(this.list);
  }

  get elements() { return [this.list, this.scrolling.jump]; }

  show(messages, hasEarlier, emptyNote) {
    this.messages = new Map(messages.filter((each) => !each.deleted).map((each) => [each.message_id, each]));
    this.lastDay = "";
    this.earlier.hidden = !hasEarlier;
    this.list.replaceChildren(this.earlier);
    const shown = [...this.messages.values()].filter((each) => this.view.isShown(each));
    for (const message of shown) this.append(message, messageElement(message, this.view));
    if (!shown.length) this.list.append(h("li", { class: "empty" }, ...emptyNote));
    this.scrolling.settle();
  }

  // Draws more before what is there and stays where the reader is.
  async growUpwards(load) {
    const { scrollHeight, scrollTop } = this.list;
    this.scrolling.isAtEnd = false;
    await load();
    this.list.scrollTop = this.list.scrollHeight - scrollHeight + scrollTop;
    this.list.focus({ preventScroll: true });
  }

  // Messages of other topics are kept, as something shown may answer them.
  take(message) {
    if (!this.view.isShown(message)) {
      if (message.deleted) this.messages.delete(message.message_id);
      else this.messages.set(message.message_id, message);
      return;
    }
    const isNew = !this.messages.has(message.message_id) && !message.deleted;
    const present = this.element(message.message_id);
    const focused = present?.contains(document.activeElement) ? document.activeElement.dataset.value ?? "" : null;
    this.put(message, present);
    if (isNew && message.is_from_bot) this.scrolling.missed();
    else if (isNew) this.scrolling.toEnd();
    this.scrolling.settle();
    if (focused !== null) this.keepFocus(message.message_id, focused);
  }

  put(message, present) {
    if (message.deleted) {
      this.messages.delete(message.message_id);
      present?.remove();
      return;
    }
    this.messages.set(message.message_id, message);
    const element = messageElement(message, this.view);
    if (present) present.replaceWith(element);
    else this.append(message, element);
  }

  append(message, element) {
    this.list.querySelector(".empty")?.remove();
    const day = dayOf(message.date);
    if (day !== this.lastDay) {
      this.list.append(h("li", { class: "day" }, h("span", {}, day)));
      this.lastDay = day;
    }
    this.list.append(element);
  }

  element(messageId) { return this.list.querySelector(`[data-id="${messageId}"]`); }

  // The message a step of -1 (older) or 1 away from another that is shown; from none, the newest.
  neighbour(messageId, step) {
    const ids = [...this.list.querySelectorAll(".message")].map((each) => Number(each.dataset.id));
    const at = messageId === undefined ? ids.length : ids.indexOf(messageId);
    return this.messages.get(ids[at + step]);
  }

  newestButton() { return [...this.list.querySelectorAll('.inline[tabindex="0"]')].at(-1); }

  // The focused element was drawn anew or is gone: the focus follows it, or returns to the field,
  // where a Japanese input method needs it before the first key.
  keepFocus(messageId, value) {
    const buttons = this.element(messageId)?.querySelectorAll(".inline") ?? [];
    const same = [...buttons].find((each) => each.dataset.value === value);
    if (same) same.focus({ preventScroll: true });
    else this.view.focusInput();
  }
}
