// The page: who there is on the left, one chat or two on the right. State comes from the server.

import { follow, get, post } from "./api.js";
import { confirmBox, toast } from "./dialogs.js";
import { h, timeOf } from "./dom.js";
import { Pane } from "./pane.js";

const GROUPS = [
  ["事業者", (person) => person?.label === "owner"],
  ["職員・管理者", (person) => person && person.label !== "owner"],
  ["グループ", (person) => !person],
];
const WIDE = window.matchMedia("(min-width: 900px)");

const app = document.getElementById("app");
const list = document.getElementById("list");
const splitButton = document.getElementById("split");

const store = {
  bot: { name: "", username: "" },
  people: new Map(),
  chats: new Map(),
  unread: new Map(),
  avatar(chat) {
    const hue = Math.abs(chat.id) % 7;
    return h("span", { class: `avatar hue${hue}`, "aria-hidden": "true" }, chat.type === "private" ? chat.title.slice(0, 1) : "＃");
  },
};

const handlers = { onBack: () => showList(), onActivate: (pane) => activate(pane) };
const panes = [new Pane(store, handlers), new Pane(store, handlers)];
let active = panes[0];
let isSplit = false;

const openPanes = () => panes.filter((pane, index) => pane.chatId !== null && (index === 0 || isSplit));

async function load() {
  const state = await get("state");
  store.bot = state.bot;
  store.people = new Map(state.people.map((person) => [person.id, person]));
  store.chats = new Map(state.chats.map((chat) => [chat.id, chat]));
  renderList();
}

function renderList() {
  const open = new Set(openPanes().map((pane) => pane.chatId));
  list.replaceChildren(...GROUPS.map(([title, belongs]) => {
    const chats = [...store.chats.values()].filter((chat) => belongs(store.people.get(chat.id)) && !chat.migrated_to);
    if (!chats.length) return h("span", { hidden: true });
    return h("section", {}, h("h2", {}, title), h("ul", {}, ...chats.map((chat) => h("li", {}, entry(chat, open.has(chat.id))))));
  }));
}

function entry(chat, isOpen) {
  const last = chat.last;
  const unread = store.unread.get(chat.id) ?? 0;
  const line = chat.is_blocked ? "ブロック中" : last ? lineOf(last) : "まだやりとりはありません";
  return h("button", { type: "button", class: "entry", "aria-current": isOpen ? "true" : null, "data-chat": chat.id, onclick: () => choose(chat.id) },
    store.avatar(chat),
    h("span", { class: "entry-body" },
      h("span", { class: "entry-top" }, h("b", {}, chat.title), last ? h("time", {}, timeOf(last.date)) : null),
      h("span", { class: "entry-line" }, h("span", {}, line),
        unread ? h("span", { class: "badge", "aria-label": `未読${unread}件` }, String(unread)) : null)));
}

function lineOf(message) {
  const kinds = { photo: "写真", document: message.file?.name ?? "書類", voice: "音声", contact: "連絡先", service: "お知らせ" };
  const text = message.text.replace(/\s+/g, " ") || kinds[message.kind] || "";
  return message.is_from_bot ? text : `▷ ${text}`;
}

async function choose(chatId) {
  const other = openPanes().find((pane) => pane !== active && pane.chatId === chatId);
  if (other) active = other;
  else await active.open(chatId);
  store.unread.delete(chatId);
  app.classList.add("in-chat");
  settle();
  if (WIDE.matches) active.input?.focus({ preventScroll: true });
}

function activate(pane) {
  if (active === pane) return;
  active = pane;
  for (const each of panes) each.element.classList.toggle("active", each === active);
}

function showList() { app.classList.remove("in-chat"); }

async function setSplit(isWanted) {
  isSplit = isWanted;
  if (isSplit && panes[1].chatId === null) {
    const group = [...store.chats.values()].find((chat) => chat.type !== "private" && chat.id !== panes[0].chatId);
    await panes[1].open((group ?? [...store.chats.values()][0]).id);
  }
  if (!isSplit) active = panes[0];
  settle();
}

function settle() {
  document.getElementById("panes").replaceChildren(...(openPanes().length ? openPanes().map((pane) => pane.element) : [welcome()]));
  app.classList.toggle("split", isSplit);
  splitButton.setAttribute("aria-pressed", String(isSplit));
  for (const pane of panes) {
    pane.element.classList.toggle("active", pane === active);
    pane.scrollToEnd();
    if (openPanes().includes(pane)) store.unread.delete(pane.chatId);
  }
  const ids = openPanes().map((pane) => pane.chatId).join(",");
  history.replaceState(null, "", ids ? `#${ids}` : "#");
  renderList();
}

const welcome = () => h("div", { class: "welcome" },
  h("p", {}, "左の一覧から人物を選ぶと、その人から見たチャットが開きます。"),
  h("p", {}, "「2画面」で、事業者の画面と職員グループを並べて見られます。"));

function onChange(change) {
  if (change.kind === "message") return onMessage(change.message);
  if (change.kind === "action") return openPanes().filter((pane) => pane.chatId === change.chat_id).forEach((pane) => pane.showAction(change.action));
  if (change.kind === "reset") { store.unread.clear(); return reloadAll(); }
  return refreshSoon();
}

function onMessage(message) {
  const chat = store.chats.get(message.chat_id);
  if (!chat) return refreshSoon();
  const shown = openPanes().filter((pane) => pane.chatId === message.chat_id);
  const isNew = !message.deleted && !message.edits && (chat.last?.message_id ?? 0) < message.message_id;
  for (const pane of shown) pane.take(message);
  if (isNew || chat.last?.message_id === message.message_id) chat.last = message.deleted ? null : message;
  if (message.deleted && chat.last === null) refreshSoon();
  const isSeen = shown.length && (WIDE.matches || app.classList.contains("in-chat"));
  if (isNew && message.is_from_bot && !isSeen) store.unread.set(chat.id, (store.unread.get(chat.id) ?? 0) + 1);
  if (isNew && message.is_from_bot && shown.length) announce(`${chat.title}：${message.text}`);
  renderList();
  return undefined;
}

function announce(text) {
  const news = document.getElementById("news");
  news.append(h("p", {}, text));
  if (news.childElementCount > 5) news.firstChild.remove();
}

let refreshing;
function refreshSoon() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => attempt(async () => {
    await load();
    await Promise.all(openPanes().map((pane) => pane.refresh()));
    renderList();
  }), 50);
}

async function reloadAll() {
  await attempt(async () => {
    await load();
    for (const pane of panes) if (!store.chats.has(pane.chatId)) pane.chatId = null;
    await Promise.all(openPanes().map((pane) => pane.reload()));
    settle();
  });
}

async function attempt(act) {
  try { await act(); } catch (error) { toast(error.message, "warn"); }
}

// What changed while nobody listened is read anew, at the start as after a lost connection.
async function onConnected() {
  document.getElementById("offline").hidden = true;
  await reloadAll();
  document.body.dataset.ready = "true";
}

async function start() {
  await load();
  const wanted = location.hash.slice(1).split(",").map(Number).filter((id) => store.chats.has(id));
  if (wanted[0]) { await panes[0].open(wanted[0]); app.classList.add("in-chat"); }
  if (wanted[1]) { await panes[1].open(wanted[1]); isSplit = true; }
  if (!wanted.length && WIDE.matches) await panes[0].open(store.chats.keys().next().value);
  settle();
  follow(onChange, onConnected, () => { document.getElementById("offline").hidden = false; });
}

splitButton.addEventListener("click", () => attempt(() => setSplit(!isSplit)));
document.getElementById("reset").addEventListener("click", async () => {
  const isSure = await confirmBox("最初からやり直しますか", "すべての人物のやりとりを消して、初めの状態に戻します。ボットの記録は消えません。", "やり直す", "danger");
  if (isSure) await attempt(() => post("reset"));
});
attempt(start);
