// The topics of a forum over its messages: all, the general one, and each by its name.

import { h } from "./dom.js";
import { icon } from "./icons.js";

export const ALL = null;
export const GENERAL = 0;

export class Topics {
  // `view` is the pane: chat, topic, showTopic.
  constructor(view) {
    this.view = view;
    this.element = h("nav", { class: "topics", "aria-label": "トピック", hidden: true });
  }

  render(chat) {
    this.element.hidden = !chat.is_forum;
    if (!chat.is_forum) return;
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.topic : null;
    this.element.replaceChildren(
      this.tab(ALL, "すべて"), this.tab(GENERAL, "一般"),
      ...chat.topics.map((topic) => this.tab(topic.id, topic.name, topic.is_closed)));
    if (focused !== null) this.element.querySelector(`[data-topic="${focused}"]`)?.focus();
    this.element.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  tab(id, name, isClosed = false) {
    return h("button", {
      type: "button", class: "tab", "data-topic": String(id), "aria-current": this.view.topic === id ? "true" : null,
      onclick: () => this.view.showTopic(id),
    }, isClosed ? icon("lock") : null, h("span", {}, name), isClosed ? h("span", { class: "hidden-text" }, "（閉じています）") : null);
  }
}
