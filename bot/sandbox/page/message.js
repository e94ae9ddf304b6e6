// One message as an element: bubble, file, buttons.

import { h, sizeOf, timeOf } from "./dom.js";
import { rich } from "./text.js";

const SERVICE = {
  migrate_to_chat_id: "このグループは新しいグループに移りました",
  migrate_from_chat_id: "以前のグループから移りました",
  forum_topic_created: "トピックを作りました",
};

export function messageElement(message, view) {
  if (message.kind === "service") {
    const text = SERVICE[message.service] ?? "お知らせ";
    return h("li", { class: "service", "data-id": message.message_id }, h("span", {}, message.text ? `${text}：${message.text}` : text));
  }
  const isOwn = !message.is_from_bot && message.sender_id === view.actorId;
  const bubble = h("div", { class: "bubble" },
    view.isGroup && !isOwn ? h("div", { class: `sender ${message.is_from_bot ? "bot" : ""}` }, message.sender) : null,
    message.forwarded_from ? h("div", { class: "forwarded" }, `${message.forwarded_from} からの転送`) : null,
    message.thread_id ? h("div", { class: "topic" }, `＃ ${view.topicName(message.thread_id)}`) : null,
    replied(message, view),
    message.file ? fileElement(message.file) : null,
    message.contact ? contactElement(message.contact) : null,
    message.text ? h("div", { class: "text" }, ...rich(message.text, message.entities, view.onCommand, view.onLink)) : null,
    h("div", { class: "meta" },
      message.edits ? h("span", { class: "edited" }, "編集済み") : null,
      h("time", { dateTime: message.date }, timeOf(message.date)),
      isOwn && message.kind === "text" ? h("button", { type: "button", class: "edit", title: "この文章を直す", "aria-label": "この文章を直す", onclick: () => view.onEdit(message) }, "✎") : null),
  );
  return h("li", { class: `message ${isOwn ? "own" : "other"}`, "data-id": message.message_id },
    h("div", { class: "column" }, bubble, buttonsElement(message, view)));
}

function replied(message, view) {
  const source = message.reply_to ? view.find(message.reply_to) : null;
  return source ? h("div", { class: "replied" }, h("b", {}, source.sender), " ", source.text.slice(0, 60)) : null;
}

function fileElement(file) {
  if (file.kind === "photo") {
    const image = h("img", { src: file.url, alt: file.name || "写真", width: file.width, height: file.height, loading: "lazy" });
    return h("a", { class: "photo", href: file.url, target: "_blank", rel: "noopener" }, image);
  }
  const icon = file.kind === "voice" ? "🎤" : "📄";
  return h("a", { class: "file", href: file.url, download: file.name },
    h("span", { class: "file-icon", "aria-hidden": "true" }, icon),
    h("span", { class: "file-name" }, file.name, h("small", {}, `${sizeOf(file.size)}・保存する`)));
}

const contactElement = (contact) => h("div", { class: "contact" },
  h("span", { class: "file-icon", "aria-hidden": "true" }, "☎"),
  h("span", { class: "file-name" }, contact.name, h("small", {}, contact.phone)));

function buttonsElement(message, view) {
  if (!message.buttons.length) return null;
  const rows = message.buttons.map((row) => h("div", { class: "button-row" }, ...row.map((button) => buttonElement(message, button, view))));
  return h("div", { class: "buttons", role: "group", "aria-label": "選択肢" }, ...rows);
}

function buttonElement(message, button, view) {
  const mark = { url: "↗", copy: "⧉" }[button.kind];
  return h("button", {
    type: "button",
    class: `inline ${button.style}`,
    "data-value": button.value,
    onclick: (event) => view.onPress(message, button, event.currentTarget),
  }, h("span", {}, button.text), mark ? h("span", { class: "mark", "aria-hidden": "true" }, mark) : null);
}
