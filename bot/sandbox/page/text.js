// Renders a text with Telegram's entities. Offsets count UTF-16 units, as JavaScript strings do.

import { h } from "./dom.js";

const ELEMENTS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const SAFE_LINK = /^(https?:\/\/|mailto:|tel:)/i;

export function rich(text, entities, onCommand, onLink) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return range(text, 0, text.length, sorted, { onCommand, onLink });
}

function range(text, begin, end, entities, actions) {
  const nodes = [];
  let at = begin;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const last = Math.min(entity.offset + entity.length, end);
    if (entity.offset < at) { index += 1; continue; }
    const inner = [];
    let next = index + 1;
    while (next < entities.length && entities[next].offset < last) { inner.push(entities[next]); next += 1; }
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const plain = text.slice(entity.offset, last);
    nodes.push(element(entity, plain, range(text, entity.offset, last, inner, actions), actions));
    at = last;
    index = next;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function element(entity, plain, children, actions) {
  if (entity.type in ELEMENTS) return h(ELEMENTS[entity.type], {}, ...children);
  switch (entity.type) {
    case "spoiler":
      return h("button", { type: "button", class: "spoiler", "aria-label": "隠された文字を表示", onclick: (event) => event.currentTarget.classList.toggle("open") }, ...children);
    case "bot_command":
      return h("button", { type: "button", class: "link", onclick: () => actions.onCommand(plain) }, ...children);
    case "text_link":
      return link(entity.url, children, actions);
    case "url":
      return link(plain.includes("://") ? plain : `https://${plain}`, children, actions);
    case "email":
      return link(`mailto:${plain}`, children, actions);
    case "phone_number":
      return link(`tel:${plain.replace(/[^+\d]/g, "")}`, children, actions);
    case "mention": case "text_mention": case "hashtag":
      return h("span", { class: "mention" }, ...children);
    default:
      return h("span", {}, ...children);
  }
}

function link(url, children, actions) {
  if (!SAFE_LINK.test(url)) return h("span", {}, ...children);
  return h("a", {
    href: url, target: "_blank", rel: "noopener noreferrer",
    onclick: (event) => { if (actions.onLink(url)) event.preventDefault(); },
  }, ...children);
}
