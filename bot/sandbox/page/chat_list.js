// The list on the left: every person and group, last message, unread count.

import { h, timeOf } from "./dom.js";
import { icon } from "./icons.js";
import { summaryOf } from "./message.js";

const GROUPS = [
  ["事業者", (person) => person?.label === "owner"],
  ["職員・管理者", (person) => person && person.label !== "owner"],
  ["グループ", (person) => !person],
];
const HUES = 7;

export function avatar(chat) {
  const isPerson = chat.type === "private";
  return h("span", { class: `avatar hue${Math.abs(chat.id) % HUES}`, "aria-hidden": "true" }, isPerson ? chat.title.slice(0, 1) : icon("people"));
}

// Draws the list anew and keeps the focus on the entry that had it.
export function renderChatList(list, store, openIds, onChoose) {
  const focused = document.activeElement?.dataset?.chat;
  list.replaceChildren(...GROUPS.map(([title, belongs]) => {
    const chats = [...store.chats.values()].filter((chat) => belongs(store.people.get(chat.id)) && !chat.migrated_to);
    if (!chats.length) return h("span", { hidden: true });
    return h("section", {}, h("h3", {}, title), h("ul", {}, ...chats.map((chat) => h("li", {}, entry(chat, store, openIds.has(chat.id), onChoose)))));
  }));
  if (focused) list.querySelector(`[data-chat="${focused}"]`)?.focus();
}

function entry(chat, store, isOpen, onChoose) {
  const { last } = chat;
  const unread = store.unread.get(chat.id) ?? 0;
  const line = chat.is_blocked ? "ブロック中" : last ? lineOf(last) : "まだやりとりはありません";
  return h("button", { type: "button", class: "entry", "aria-current": isOpen ? "true" : null, "data-chat": chat.id, onclick: () => onChoose(chat.id) },
    avatar(chat),
    h("span", { class: "entry-body" },
      h("span", { class: "entry-top" }, h("b", {}, chat.title), last ? h("time", { dateTime: last.date }, timeOf(last.date)) : null),
      h("span", { class: "entry-line" }, h("span", {}, line),
        unread ? h("span", { class: "badge" }, String(unread), h("span", { class: "hidden-text" }, "件の未読")) : null)));
}

const lineOf = (message) => (message.is_from_bot ? summaryOf(message) : `${message.sender}：${summaryOf(message)}`);
