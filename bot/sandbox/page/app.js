// The page: who there is on the left, one chat or two on the right. State comes from the server.

import { follow, get, post } from "./api.js";
import { avatar, renderChatList } from "./chat_list.js";
import { Clock } from "./clock.js";
import { confirmBox, keysBox } from "./dialogs.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { summaryOf } from "./message.js";
import { Notices } from "./notices.js";
import { Pane } from "./pane.js";

const WIDE = window.matchMedia("(min-width: 900px)");
const REFRESH_MS = 50;
const SPOKEN = 5;
const KEYS = [
  ["↑", "空の入力欄から、いちばん新しいボタンへ"],
  ["↑ ↓ ← →", "ボタンの間を移動"],
  ["Enter", "ボタンを押す・文章を送る"],
  ["Shift + Enter", "文章の中で改行"],
  ["Ctrl + ↑ ↓", "返信するメッセージを選ぶ"],
  ["Esc", "入力欄にもどる・返信や編集をやめる"],
  ["F6", "一覧と各チャットの間を移動"],
];

const app = document.getElementById("app");
const list = document.getElementById("list");
const splitButton = document.getElementById("split");
const offline = document.getElementById("offline");
const notices = new Notices();
const clock = new Clock(document.getElementById("clock"), notices);

const store = {
  bot: { name: "", username: "", description: "" },
  people: new Map(),
  chats: new Map(),
  unread: new Map(),
  drafts: new Map(),
  avatar,
};

const panes = [0, 1].map(() => new Pane(store, { onBack: toList, onActivate: activate }));
let active = panes[0];
let isSplit = false;
let newest = 0;

const openPanes = () => panes.filter((pane, index) => pane.chatId !== null && (index === 0 || isSplit));
const isInView = () => WIDE.matches || app.classList.contains("in-chat");

async function load() {
  const state = await get("state");
  store.bot = { ...state.bot, description: state.description };
  store.people = new Map(state.people.map((person) => [person.id, person]));
  store.chats = new Map(state.chats.map((chat) => [chat.id, chat]));
  renderList();
  if (state.number < newest) refreshSoon();
}

function renderList() {
  renderChatList(list, store, new Set(openPanes().map((pane) => pane.chatId)), choose);
  const unread = [...store.unread.values()].reduce((sum, count) => sum + count, 0);
  document.title = `${unread ? `(${unread}) ` : ""}見本・サンドボックス｜窓口`;
}

async function choose(chatId) {
  const other = openPanes().find((pane) => pane !== active && pane.chatId === chatId);
  if (other) active = other;
  else if (!await notices.attempt(() => active.open(chatId))) return;
  enterChat();
  settle();
  if (WIDE.matches) active.focusInput();
  else active.timeline.list.focus();
}

function activate(pane) {
  active = pane;
  for (const each of panes) each.element.classList.toggle("active", each === active);
}

// On a telephone a chat covers the list, and the browser's way back leads to the list.
function enterChat() {
  if (!WIDE.matches && !history.state?.inChat) history.pushState({ inChat: true }, "");
  app.classList.add("in-chat");
}

function toList() {
  if (history.state?.inChat) history.back();
  else onHistory({ state: null });
}

function onHistory(event) {
  const isInChat = Boolean(event.state?.inChat) && panes[0].chatId !== null;
  app.classList.toggle("in-chat", isInChat);
  if (isInChat) settle();
  else list.querySelector('[aria-current="true"]')?.focus();
}

async function setSplit(isWanted) {
  isSplit = isWanted;
  if (isSplit && panes[1].chatId === null) {
    const others = [...store.chats.values()].filter((chat) => chat.id !== panes[0].chatId);
    await panes[1].open((others.find((chat) => chat.type !== "private") ?? others[0]).id);
  }
  if (!isSplit) [active] = panes;
  settle();
}

function settle() {
  const shown = openPanes();
  arrange(shown.length ? shown.map((pane) => pane.element) : [welcome()]);
  app.classList.toggle("is-split", isSplit);
  splitButton.setAttribute("aria-pressed", String(isSplit));
  activate(active);
  for (const pane of shown) {
    pane.timeline.scrolling.toEnd();
    if (isInView()) store.unread.delete(pane.chatId);
  }
  history.replaceState(history.state, "", `#${shown.map((pane) => pane.chatId).join(",")}`);
  renderList();
}

// Elements that stay where they are keep focus and scroll position.
function arrange(elements) {
  const place = document.getElementById("panes");
  const isSame = elements.length === place.childElementCount && elements.every((each, index) => place.children[index] === each);
  if (!isSame) place.replaceChildren(...elements);
}

const welcome = () => h("div", { class: "welcome" },
  h("p", {}, "左の一覧から人物を選ぶと、その人から見たチャットが開きます。"),
  h("p", {}, "「2画面」で、事業者の画面と職員グループを並べて見られます。"));

function onChange(change) {
  newest = Math.max(newest, change.number);
  if (change.kind === "message") onMessage(change);
  else if (change.kind === "action") for (const pane of openPanes()) { if (pane.chatId === change.chat_id) pane.showAction(change.action); }
  else if (change.kind === "clock") clock.adopt(change);
  else if (change.kind === "reset") { store.unread.clear(); store.drafts.clear(); reloadAll(); }
  else refreshSoon();
}

function onMessage(change) {
  const { message } = change;
  const chat = store.chats.get(message.chat_id);
  if (!chat) { refreshSoon(); return; }
  const isNew = !message.deleted && !message.edits && (chat.last?.message_id ?? 0) < message.message_id;
  const shown = openPanes().filter((pane) => pane.chatId === message.chat_id);
  for (const pane of shown) pane.take(change);
  if (message.deleted && chat.last?.message_id === message.message_id) refreshSoon();
  else if (isNew || chat.last?.message_id === message.message_id) chat.last = message;
  if (isNew && message.is_from_bot) {
    if (!shown.length || !isInView()) store.unread.set(chat.id, (store.unread.get(chat.id) ?? 0) + 1);
    if (shown.length) announce(chat, message);
  }
  renderList();
}

function announce(chat, message) {
  const news = document.getElementById("news");
  const choices = message.buttons.flat().length;
  news.append(h("p", {}, `${chat.title}：${summaryOf(message)}${choices ? `（選択肢${choices}件）` : ""}`));
  if (news.childElementCount > SPOKEN) news.firstChild.remove();
}

let refreshing;
function refreshSoon() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => notices.attempt(async () => {
    await load();
    await Promise.all(openPanes().map((pane) => pane.refresh()));
  }), REFRESH_MS);
}

function reloadAll() {
  return notices.attempt(async () => {
    await load();
    for (const pane of panes) if (!store.chats.has(pane.chatId)) pane.close();
    await Promise.all(openPanes().map((pane) => pane.reload()));
    settle();
  });
}

// What changed while nobody listened is read anew, at the start as after a lost connection. A
// server that started again counts its changes from the beginning.
async function onConnected() {
  newest = 0;
  offline.hidden = true;
  if (await reloadAll() && await notices.attempt(() => clock.load())) document.body.dataset.ready = "true";
}

function nextArea(event) {
  const areas = [list, ...openPanes().map((pane) => pane.element)].filter((area) => area.checkVisibility());
  const at = areas.findIndex((area) => area.contains(document.activeElement));
  const next = areas[(at + (event.shiftKey ? -1 : 1) + areas.length) % areas.length];
  const pane = openPanes().find((each) => each.element === next);
  if (pane) pane.focusInput();
  else (list.querySelector('[aria-current="true"]') ?? list.querySelector("button"))?.focus();
}

async function reset() {
  const text = "すべての人物のやりとりを消して、初めの状態に戻します。ボットの記録は消えません。";
  if (await confirmBox("最初からやり直しますか", text, "やり直す", "danger")) await post("reset");
}

async function start() {
  await load();
  const wanted = location.hash.slice(1).split(",").map(Number).filter((id) => store.chats.has(id));
  if (!wanted.length && WIDE.matches) wanted.push(store.chats.keys().next().value);
  isSplit = wanted.length > 1;
  for (const [index, chatId] of wanted.slice(0, panes.length).entries()) await panes[index].open(chatId);
  if (location.hash.length > 1 && wanted.length) enterChat();
  settle();
  follow(onChange, onConnected, () => { offline.hidden = false; });
}

splitButton.append(icon("split"), "2画面");
document.body.append(h("div", { class: "page-notices" }, notices.element));
splitButton.addEventListener("click", () => notices.attempt(() => setSplit(!isSplit)));
document.getElementById("reset").addEventListener("click", () => notices.attempt(reset));
document.getElementById("keys").addEventListener("click", () => keysBox(KEYS));
window.addEventListener("popstate", onHistory);
WIDE.addEventListener("change", settle);
document.addEventListener("keydown", (event) => {
  if (event.key !== "F6") return;
  event.preventDefault();
  nextArea(event);
});
notices.attempt(start);
