// The head of a chat: whose screen it is, who is on the other side, what else one can do.

import { post } from "./api.js";
import { askContact, askText } from "./dialogs.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { popover } from "./popover.js";

// `view` is the pane. Returns the children of the head.
export function chatHead(view) {
  return [
    h("button", { type: "button", class: "back round", "aria-label": "一覧にもどる", onclick: view.onBack }, icon("back")),
    ...(view.isGroup ? groupHead(view) : privateHead(view)),
  ];
}

function title(name, idle, status) {
  return h("div", { class: "chat-title" }, h("h2", {}, name), h("p", {}, h("span", { class: "idle" }, idle), status));
}

function privateHead(view) {
  const { chat, store } = view;
  return [
    h("span", { class: "avatar bot", "aria-hidden": "true" }, "窓"),
    title(store.bot.name, "ボット", view.status),
    h("span", { class: "whose" }, h("span", {}, `${chat.title} さんの画面`)),
    popover({ label: "その他の操作", face: [icon("more")], items: privateMenu(view), side: "end" }),
  ];
}

function privateMenu(view) {
  const by = { person_id: view.actorId };
  return [
    ["連絡先を送る…", "", () => view.attempt(() => shareContact(view))],
    ["リンクから開始…", "", () => view.attempt(() => startFromLink(view))],
    view.chat.is_blocked ? ["ブロックを解除", "", () => view.attempt(() => post("unblock", by))]
      : ["ボットをブロック", "", () => view.attempt(() => post("block", by))],
  ];
}

async function shareContact(view) {
  const contact = await askContact(view.actor, [...view.store.people.values()]);
  if (contact) await post("share-contact", { person_id: view.actorId, ...contact });
}

async function startFromLink(view) {
  const example = `https://t.me/${view.store.bot.username}?start=… の全体か、「…」の部分です。`;
  const link = await askText("リンクから開始", "リンク、またはリンクの符号", example);
  if (link !== null) await post("open-link", { person_id: view.actorId, link: link.trim() });
}

function groupHead(view) {
  const { chat } = view;
  const choice = h("select", {}, ...chat.members.map((member) =>
    h("option", { value: String(member.id), selected: member.id === view.actorId }, member.name)));
  choice.addEventListener("change", () => view.actAs(Number(choice.value)));
  return [
    view.store.avatar(chat),
    title(chat.title, `メンバー${chat.members.length}人とボット`, view.status),
    h("label", { class: "whose" }, h("span", {}, "操作する人"), choice),
    ...(chat.type === "supergroup" ? [popover({ label: "その他の操作", face: [icon("more")], items: groupMenu(view), side: "end" })] : []),
  ];
}

function groupMenu(view) {
  const { chat } = view;
  const setForum = (isForum) => view.attempt(() => post("forum", { chat_id: chat.id, is_forum: isForum }));
  if (!chat.is_forum) return [["トピックを使う", "案件ごとに話題を分けられます", () => setForum(true)]];
  const open = chat.topics.find((topic) => topic.id === view.topic);
  return [
    ["トピックを作る…", "", () => view.attempt(() => beginTopic(view))],
    ...(open ? topicMenu(view, open) : []),
    ["トピックの利用をやめる", "", () => setForum(false)],
  ];
}

function topicMenu(view, topic) {
  const change = (name) => view.attempt(() => post("topics/change", { person_id: view.actorId, chat_id: view.chatId, topic_id: topic.id, change: name }));
  return [
    topic.is_closed ? ["このトピックを再び開く", "", () => change("reopen")] : ["このトピックを閉じる", "", () => change("close")],
    ["このトピックを削除", "中のメッセージも消えます", () => change("delete")],
  ];
}

async function beginTopic(view) {
  const name = await askText("トピックを作る", "名前", "128文字までです。");
  if (name === null) return;
  const begun = await post("topics", { person_id: view.actorId, chat_id: view.chatId, name });
  await view.showTopic(begun.message_id);
}
