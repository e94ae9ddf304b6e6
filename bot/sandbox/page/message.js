// One message as a list item: bubble, file, contact, buttons.

import { h, sizeOf, timeOf } from "./dom.js";
import { icon } from "./icons.js";
import { inlineKeyboard } from "./inline_keyboard.js";
import { rich } from "./text.js";

const SERVICE = {
  migrate_to_chat_id: "このグループは新しいグループに移りました",
  migrate_from_chat_id: "以前のグループから移りました",
  forum_topic_created: "トピックを作りました",
};
const KINDS = { photo: "写真", document: "ファイル", voice: "音声", contact: "連絡先", service: "お知らせ" };
const QUOTED = 60;

// `view` is the pane: who looks, what it knows of other messages, what presses lead to.
export function messageElement(message, view) {
  if (message.kind === "service") {
    const text = SERVICE[message.service] ?? KINDS.service;
    return h("li", { class: "service", "data-id": message.message_id }, h("span", {}, message.text ? `${text}：${message.text}` : text));
  }
  const isOwn = !message.is_from_bot && message.sender_id === view.actorId;
  return h("li", { class: `message ${isOwn ? "own" : "other"}`, "data-id": message.message_id },
    h("div", { class: "column" }, bubble(message, isOwn, view), inlineKeyboard(message, view)));
}

// What a message says in one line, for the list of chats and for the live region.
export function summaryOf(message) {
  const text = message.text.replace(/\s+/g, " ").trim();
  if (text) return text;
  return message.kind === "document" ? message.file.name : KINDS[message.kind] ?? "";
}

function bubble(message, isOwn, view) {
  const meta = metaElement(message, isOwn, view);
  const body = message.text ? rich(message.text, message.entities, view.onCommand, view.onLink) : [];
  const isPicture = message.kind === "photo";
  return h("div", { class: isPicture ? "bubble with-picture" : "bubble" },
    view.isGroup && !isOwn ? h("div", { class: `sender ${message.is_from_bot ? "bot" : ""}` }, message.sender) : h("span", { class: "hidden-text" }, `${message.sender}：`),
    message.forwarded_from ? h("div", { class: "forwarded" }, `${message.forwarded_from} からの転送`) : null,
    message.topic ? h("div", { class: "topic" }, `＃ ${view.topicName(message.topic)}`) : null,
    replied(message, view),
    message.file ? fileElement(message.file, view) : null,
    message.contact ? contactElement(message.contact) : null,
    body.length ? h("div", { class: "text" }, ...body, meta) : meta);
}

function metaElement(message, isOwn, view) {
  return h("span", { class: "meta" },
    isOwn && message.kind === "text"
      ? h("button", { type: "button", class: "edit", title: "編集", "aria-label": "この文章を編集", onclick: () => view.onEdit(message) }, icon("edit")) : null,
    message.edits ? h("span", { class: "edited" }, "編集済み") : null,
    h("time", { dateTime: message.date }, timeOf(message.date)),
    isOwn ? icon("read") : null);
}

function replied(message, view) {
  const source = message.reply_to ? view.find(message.reply_to) : null;
  return source ? h("div", { class: "replied" }, h("b", {}, source.sender), h("span", {}, summaryOf(source).slice(0, QUOTED))) : null;
}

function fileElement(file, view) {
  if (file.kind === "photo") {
    const image = h("img", { src: file.url, alt: "", width: file.width, height: file.height, onload: view.onGrown });
    return h("button", { type: "button", class: "picture", "aria-label": "写真を大きく表示", onclick: () => view.onPicture(file) }, image);
  }
  return h("a", { class: "file", href: file.url, download: file.name },
    h("span", { class: "file-icon" }, icon(file.kind === "voice" ? "voice" : "file")),
    h("span", { class: "file-name" }, file.name, h("small", {}, `${sizeOf(file.size)}・保存`)));
}

const contactElement = (contact) => h("div", { class: "contact" },
  h("span", { class: "file-icon" }, icon("phone")),
  h("span", { class: "file-name" }, contact.name, h("small", {}, contact.phone)));
