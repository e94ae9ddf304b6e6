// One message as a list item: bubble, what it answers, file, contact, reactions, buttons.

import { h, timeOf } from "./dom.js";
import { KINDS as FILES, fileElement, isPicture } from "./files.js";
import { icon } from "./icons.js";
import { inlineKeyboard } from "./inline_keyboard.js";
import { rich } from "./text.js";

const SERVICE = {
  migrate_to_chat_id: "このグループは新しいグループに移りました",
  migrate_from_chat_id: "以前のグループから移りました",
  forum_topic_created: "トピックを作りました",
  forum_topic_edited: "トピックの名前を変えました",
  forum_topic_closed: "トピックを閉じました",
  forum_topic_reopened: "トピックを再び開きました",
};
const KINDS = { ...FILES, contact: "連絡先" };
const NOTICE = "お知らせ";
const QUOTED = 60;

// `view` is the pane: who looks, what it knows of other messages, what presses lead to.
export function messageElement(message, view) {
  if (message.kind === "service") {
    return h("li", { class: "service", "data-id": message.message_id }, topicElement(message, view), h("span", {}, serviceText(message)));
  }
  const isOwn = !message.is_from_bot && message.sender_id === view.actorId;
  return h("li", { class: `message ${isOwn ? "own" : "other"}`, "data-id": message.message_id },
    h("div", { class: "column" }, bubble(message, isOwn, view), inlineKeyboard(message, view)));
}

function serviceText(message) {
  const text = SERVICE[message.service] ?? NOTICE;
  return message.text ? `${text}：${message.text}` : text;
}

// What a message says in one line, for the list of chats and for the live region.
export function summaryOf(message) {
  if (message.kind === "service") return serviceText(message);
  const text = message.text.replace(/\s+/g, " ").trim();
  if (text) return text;
  return message.kind === "document" ? message.file.name : KINDS[message.kind] ?? "";
}

function bubble(message, isOwn, view) {
  const meta = metaElement(message, isOwn, view);
  const body = message.text ? rich(message.text, message.entities, view.onCommand, view.onLink) : [];
  return h("div", { class: isPicture(message) ? "bubble with-picture" : "bubble" },
    view.isGroup && !isOwn ? h("div", { class: `sender ${message.is_from_bot ? "bot" : ""}` }, message.sender) : h("span", { class: "hidden-text" }, `${message.sender}：`),
    message.forwarded_from ? h("div", { class: "forwarded" }, `${message.forwarded_from} からの転送`) : null,
    topicElement(message, view),
    replied(message, view),
    message.file ? fileElement(message.file, view) : null,
    message.contact ? contactElement(message.contact) : null,
    body.length ? h("div", { class: "text" }, ...body, meta) : meta,
    reactions(message, view));
}

// Out of the order of Tab, which would stop at every message: Ctrl and arrows choose what to answer.
const replyButton = (message, view) => h("button", {
  type: "button", class: "act", tabIndex: -1, title: "返信", "aria-label": "このメッセージに返信", onclick: () => view.onReply(message),
}, icon("reply"));

const editButton = (message, view) => h("button", {
  type: "button", class: "act", title: "編集", "aria-label": "この文章を編集", onclick: () => view.onEdit(message),
}, icon("edit"));

function metaElement(message, isOwn, view) {
  const isEditable = isOwn && message.kind !== "sticker" && message.kind !== "contact";
  return h("span", { class: "meta" },
    replyButton(message, view),
    isEditable ? editButton(message, view) : null,
    message.is_protected ? h("span", { class: "protected", title: "転送・保存できません" }, icon("lock"), h("span", { class: "hidden-text" }, "転送・保存不可")) : null,
    message.edits ? h("span", { class: "edited" }, "編集済み") : null,
    h("time", { dateTime: message.date }, timeOf(message.date)),
    isOwn ? icon("read") : null);
}

// Where all topics are shown together, a message says which one it stands in.
function topicElement(message, view) {
  const name = view.isForum && view.topic === null && message.topic ? view.topicName(message.topic) : "";
  return name ? h("button", { type: "button", class: "topic", tabIndex: -1, onclick: () => view.showTopic(message.topic) }, `＃ ${name}`) : null;
}

function replied(message, view) {
  const source = message.reply_to ? view.find(message.reply_to) : null;
  if (!source) return null;
  return h("button", { type: "button", class: "replied", tabIndex: -1, "aria-label": `返信先：${source.sender}、${message.quote || summaryOf(source)}`, onclick: () => view.onSource(source) },
    h("b", {}, source.sender), h("span", {}, message.quote ? `「${message.quote}」` : summaryOf(source).slice(0, QUOTED)));
}

function reactions(message, view) {
  if (!message.reactions.length) return null;
  return h("ul", { class: "reactions", "aria-label": "リアクション" }, ...message.reactions.map((each) =>
    h("li", { title: each.people.map(view.nameOf).join("、") }, each.emoji, h("span", {}, String(each.people.length)))));
}

const contactElement = (contact) => h("div", { class: "contact" },
  h("span", { class: "file-icon" }, icon("phone")),
  h("span", { class: "file-name" }, contact.name, h("small", {}, contact.phone)));
