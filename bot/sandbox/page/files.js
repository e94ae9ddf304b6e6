// The files of messages: pictures, players, and links to save anything else.

import { h, lengthOf, sizeOf } from "./dom.js";
import { icon } from "./icons.js";

export const KINDS = { photo: "写真", document: "ファイル", voice: "音声メッセージ", video: "動画", audio: "音声ファイル", sticker: "ステッカー" };
const SHOWN = /^image\/(png|jpeg|gif|webp)$/;
const HEARD = /^audio\/(ogg|mpeg|mp4|x-wav|wav)$/;
const SEEN = /^video\/(mp4|webm)$/;
const LIMIT = 10;

export const isPicture = (message) => message.kind === "photo";

// `view` is the pane: what a press of a picture leads to, and that the list grows.
export function fileElement(file, view) {
  if (file.kind === "photo") return photo(file, view);
  if (file.kind === "sticker" && SHOWN.test(file.mime_type)) return sticker(file, view);
  if (HEARD.test(file.mime_type) && (file.kind === "voice" || file.kind === "audio")) return player("audio", file);
  if (SEEN.test(file.mime_type) && file.kind === "video") return player("video", file);
  return link(file);
}

function photo(file, view) {
  const image = h("img", { src: file.url, alt: "", width: file.width, height: file.height, onload: view.onGrown });
  return h("button", { type: "button", class: "picture", "aria-label": "写真を大きく表示", onclick: () => view.onPicture(file) }, image);
}

const sticker = (file, view) => h("img", { class: "sticker", src: file.url, alt: KINDS.sticker, width: 128, height: 128, onload: view.onGrown });

function player(tag, file) {
  const name = `${KINDS[file.kind]} ${lengthOf(file.duration)}`;
  return h("figure", { class: "player" },
    h(tag, { src: file.url, controls: true, preload: "none", "aria-label": name }),
    h("figcaption", {}, icon(tag === "audio" ? "voice" : "video"), h("a", { href: file.url, download: file.name }, `${name}・${sizeOf(file.size)}・保存`)));
}

function link(file) {
  const length = file.duration ? `${lengthOf(file.duration)}・` : "";
  return h("a", { class: "file", href: file.url, download: file.name },
    h("span", { class: "file-icon" }, icon(file.kind === "voice" || file.kind === "audio" ? "voice" : file.kind === "video" ? "video" : "file")),
    h("span", { class: "file-name" }, file.kind === "document" ? file.name : KINDS[file.kind], h("small", {}, `${length}${sizeOf(file.size)}・保存`)));
}

// What Telegram's apps make of a file that somebody picks.
export function kindOf(file) {
  if (/^image\/(png|jpeg)$/.test(file.type)) return "photo";
  if (file.type.startsWith("video/")) return "video";
  if (file.type === "audio/ogg") return "voice";
  return file.type.startsWith("audio/") ? "audio" : "document";
}

// Files that go together leave as albums, others one by one. Returns groups of [kind, file].
export function groups(files) {
  const chosen = [...files].map((file) => [kindOf(file), file]);
  const together = (kinds) => chosen.length > 1 && chosen.every(([kind]) => kinds.includes(kind));
  if (![["photo", "video"], ["document"], ["audio"]].some(together)) return chosen.map((each) => [each]);
  return Array.from({ length: Math.ceil(chosen.length / LIMIT) }, (_, at) => chosen.slice(at * LIMIT, (at + 1) * LIMIT));
}
