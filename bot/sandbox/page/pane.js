// One open chat as one person sees it: head, messages, foot.

import { get, post } from "./api.js";
import { chatHead } from "./chat_head.js";
import { Composer } from "./composer.js";
import { alertBox, pictureBox } from "./dialogs.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { summaryOf } from "./message.js";
import { Notices } from "./notices.js";
import { Timeline } from "./timeline.js";
import { ALL, GENERAL, Topics } from "./topics.js";

// Elsewhere the focus of the field would raise the keyboard over half the chat.
const FINE_POINTER = window.matchMedia("(any-pointer: fine)");
const SHOWN = 200;
const ACTION_MS = 5000;
const ACTIONS = { typing: "入力中…", upload_document: "ファイルを準備中…", upload_photo: "写真を準備中…" };

export class Pane {
  // `store` knows people and chats; `onBack()` and `onActivate(pane)` are the page's.
  constructor(store, { onBack, onActivate }) {
    this.store = store;
    this.onBack = onBack;
    this.chatId = null;
    this.actorId = null;
    this.isGroup = false;
    this.topic = ALL;
    this.commands = [];
    this.limit = SHOWN;
    this.waiting = null;
    this.composer = null;
    this.looks = {};
    this.head = h("header", { class: "chat-head" });
    this.status = h("span", { class: "status" });
    this.pinned = h("button", { type: "button", class: "pinned", hidden: true });
    this.topics = new Topics(this);
    this.timeline = new Timeline(this, () => this.attempt(() => this.showEarlier()));
    this.notices = new Notices();
    this.foot = h("footer", { class: "chat-foot" });
    this.element = h("section", { class: "pane", "aria-label": "チャット" },
      this.head, this.topics.element, this.pinned, h("div", { class: "middle" }, ...this.timeline.elements, this.notices.element), this.foot);
    this.element.addEventListener("focusin", () => onActivate(this));
    this.element.addEventListener("pointerdown", () => onActivate(this));
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    this.onCommand = (command) => this.attempt(() => this.say(command));
    this.onLink = (url) => this.followLink(url);
    this.onEdit = (message) => this.composer?.edit(message);
    this.onReply = (message) => this.composer?.answer(message);
    this.onSource = (message) => this.timeline.element(message.message_id)?.scrollIntoView({ block: "center" });
    this.onPress = (message, button, element) => this.press(message, button, element);
    this.onPicture = (file) => pictureBox(file, file.name || "写真");
    this.onGrown = () => this.timeline.scrolling.settle();
    this.onLeave = () => this.focusInput();
    this.find = (id) => this.timeline.messages.get(id);
    this.isShown = (message) => !this.isForum || this.topic === ALL || (message.topic ?? GENERAL) === this.topic;
    this.nameOf = (id) => this.store.people.get(id)?.name ?? this.store.bot.name;
    this.topicName = (id) => this.chat?.topics.find((topic) => topic.id === id)?.name ?? "";
  }

  get chat() { return this.store.chats.get(this.chatId); }
  get isForum() { return this.chat?.is_forum ?? false; }
  get actor() { return this.store.people.get(this.actorId); }

  attempt(act) { return this.notices.attempt(act); }

  async open(chatId) {
    this.keepDraft();
    this.chatId = chatId;
    this.limit = SHOWN;
    this.isGroup = this.chat.type !== "private";
    const ids = this.chat.members.map((member) => member.id);
    if (!this.isGroup) this.actorId = chatId;
    else if (!ids.includes(this.actorId)) [this.actorId] = ids;
    this.looks = {};
    this.topic = ALL;
    this.composer = null;
    this.showStatus("");
    this.timeline.scrolling.isAtEnd = true;
    await this.reload();
  }

  close() {
    this.chatId = null;
    this.composer = null;
  }

  actAs(personId) {
    this.actorId = personId;
    this.attempt(() => this.reload());
  }

  showTopic(id) {
    this.topic = id;
    this.composer?.endAnswer();
    this.timeline.scrolling.isAtEnd = true;
    return this.attempt(() => this.reload());
  }

  // What every message a person sends says of where it is sent from.
  get place() {
    const topic = this.isForum && this.topic ? this.topic : undefined;
    return { person_id: this.actorId, chat_id: this.chatId, topic };
  }

  keepDraft() {
    if (this.composer && this.chatId !== null && !this.composer.editing) this.store.drafts.set(this.chatId, this.composer.text);
  }

  // Changes that arrive meanwhile are kept: the answer may be older or newer than they are.
  async reload() {
    const { chatId } = this;
    if (!this.chat) return;
    const waiting = [];
    this.waiting = waiting;
    try {
      const body = await get(`chats/${chatId}?person_id=${this.actorId}&limit=${this.limit}`);
      if (this.waiting !== waiting) return;
      this.waiting = null;
      this.adopt(body);
      this.timeline.show(body.messages, body.messages.length >= this.limit, this.emptyNote());
      this.renderPinned();
      for (const change of waiting) if (change.number > body.number) this.take(change);
    } finally {
      if (this.waiting === waiting) this.waiting = null;
    }
  }

  async refresh() {
    const { chatId } = this;
    if (!this.chat) return;
    const body = await get(`chats/${chatId}?person_id=${this.actorId}&limit=0`);
    if (chatId === this.chatId) this.adopt(body);
  }

  adopt(body) {
    this.commands = body.commands;
    this.store.chats.set(body.chat.id, body.chat);
    const isGone = this.topic && !body.chat.topics.some((topic) => topic.id === this.topic);
    if (!body.chat.is_forum || isGone) this.topic = ALL;
    this.renderFrame();
  }

  showEarlier() {
    this.limit *= 2;
    return this.timeline.growUpwards(() => this.reload());
  }

  take(change) {
    if (this.waiting) { this.waiting.push(change); return; }
    if (change.message.is_from_bot && !this.find(change.message.message_id)) this.showStatus("");
    this.timeline.take(change.message);
    this.renderPinned();
  }

  emptyNote() {
    if (this.isGroup) return [h("p", {}, "まだ発言はありません。")];
    return [h("b", {}, "このボットでできること"), h("p", {}, this.store.bot.description || "「開始」を押すと、ボットとのやりとりが始まります。")];
  }

  renderFrame() {
    const { chat } = this;
    if (this.isNewLook("head", [chat.title, chat.is_blocked, chat.members, this.store.bot, chat.is_forum, this.topic, chat.topics])) {
      this.element.setAttribute("aria-label", `${chat.title} のチャット`);
      this.head.replaceChildren(...chatHead(this));
      this.topics.render(chat);
    }
    this.renderPinned();
    this.renderFoot(chat);
  }

  isNewLook(part, facts) {
    const look = JSON.stringify(facts);
    const isNew = this.looks[part] !== look;
    this.looks[part] = look;
    return isNew;
  }

  renderPinned() {
    const message = this.find(this.chat?.pinned.at(-1));
    this.pinned.hidden = !message;
    if (!message) return;
    this.pinned.replaceChildren(icon("pin"), h("span", {}, h("b", {}, "固定されたメッセージ"), h("span", {}, summaryOf(message))));
    this.pinned.onclick = () => this.onSource(message);
  }

  renderFoot(chat) {
    const kind = chat.migrated_to ? "migrated" : chat.is_blocked ? "blocked" : !this.isGroup && !chat.is_started ? "new" : "open";
    if (this.isNewLook("foot", kind)) {
      this.keepDraft();
      const hadFocus = this.foot.contains(document.activeElement);
      this.composer = kind === "open" ? new Composer(this) : null;
      this.foot.replaceChildren(this.composer?.element ?? this.closedFoot(kind));
      if (this.composer) this.composer.text = this.store.drafts.get(this.chatId) ?? "";
      if (hadFocus && FINE_POINTER.matches) this.focusInput();
    }
    this.composer?.show(chat, this.commands);
  }

  closedFoot(kind) {
    if (kind === "migrated") return h("p", { class: "closed" }, "このグループは新しいグループに移りました。");
    const [label, act] = kind === "blocked" ? ["ブロックを解除", () => post("unblock", { person_id: this.actorId })] : ["開始", () => this.say("/start")];
    return h("button", { type: "button", class: "wide", onclick: () => this.attempt(act) }, label);
  }

  focusInput() { (this.composer?.input ?? this.foot.querySelector("button"))?.focus(); }

  onKey(event) {
    if (event.defaultPrevented) return;
    if (event.ctrlKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      this.composer?.answerNext(event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Escape" && event.target.closest(".messages")) this.focusInput();
    else if (event.key === "ArrowUp" && event.target.closest(".chat-foot") && !this.composer?.text) {
      event.preventDefault();
      this.timeline.newestButton()?.focus();
    } else if (isText(event) && !event.target.matches("input, textarea, select")) this.composer?.input.focus();
  }

  say(text) { return post("send", { ...this.place, text }); }

  followLink(url) {
    const isOwn = new RegExp(`^https?://(t|telegram)\\.me/${this.store.bot.username}(\\?|$)`, "i").test(url);
    if (isOwn) this.attempt(() => post("open-link", { person_id: this.actorId, link: url }));
    return isOwn;
  }

  async press(message, button, element) {
    if (element.getAttribute("aria-busy") === "true") return;
    if (button.kind === "url") {
      if (!this.followLink(button.value)) window.open(button.value, "_blank", "noopener,noreferrer");
    } else if (button.kind === "copy") {
      const isCopied = await this.attempt(() => navigator.clipboard.writeText(button.value));
      if (isCopied) this.notices.show("クリップボードにコピーしました");
    } else {
      element.setAttribute("aria-busy", "true");
      await this.attempt(() => this.callBack(message, button));
      element.removeAttribute("aria-busy");
    }
  }

  // An app sends what it shows, even when the message has changed since.
  async callBack(message, button) {
    const by = { person_id: this.actorId, chat_id: this.chatId, message_id: message.message_id };
    const answer = button.kind === "callback" ? await post("press-old", { ...by, data: button.value })
      : await post("press", { ...by, button: button.text });
    if (!answer.answered) this.notices.show("ボットから応答がありませんでした", "warn");
    else if (answer.text && answer.show_alert) {
      await alertBox(this.store.bot.name, answer.text);
      if (document.activeElement === document.body) this.timeline.keepFocus(message.message_id, button.value);
    } else if (answer.text) this.notices.show(answer.text);
    if (answer.url) this.followLink(answer.url);
  }

  showAction(action) {
    this.showStatus(ACTIONS[action] ?? "準備中…");
    clearTimeout(this.acting);
    this.acting = setTimeout(() => this.showStatus(""), ACTION_MS);
  }

  showStatus(text) { this.status.textContent = text; }
}

// As in Telegram's apps, typing goes into the field from wherever one is in the chat. An input
// method announces itself as "Process".
function isText(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return event.key === "Process" || (event.key.length === 1 && event.key !== " ");
}
