// One open chat: messages, buttons, input field.

import { get, post, upload } from "./api.js";
import { alertBox, askContact, askLongText, askText, toast } from "./dialogs.js";
import { dayOf, h } from "./dom.js";
import { messageElement } from "./message.js";

const SHOWN = 300;
const NEAR_BOTTOM = 120;
const TYPING_MS = 4000;
const ACTIONS = { typing: "入力中…", upload_document: "ファイルを準備中…", upload_photo: "写真を準備中…" };

export class Pane {
  constructor(store, { onBack, onActivate }) {
    this.store = store;
    this.chatId = null;
    this.messages = new Map();
    this.commands = [];
    this.actorId = null;
    this.isGroup = false;
    this.list = h("ol", { class: "messages", tabIndex: 0, "aria-label": "メッセージ" });
    this.head = h("header", { class: "chat-head" });
    this.pinned = h("div", { class: "pinned", hidden: true });
    this.foot = h("footer", { class: "chat-foot" });
    this.status = h("span", { class: "status" });
    this.onBack = onBack;
    this.element = h("section", { class: "pane", "aria-label": "チャット" }, this.head, this.pinned, this.list, this.foot);
    this.element.addEventListener("focusin", () => onActivate(this));
    this.element.addEventListener("pointerdown", () => onActivate(this));
    this.onCommand = (command) => this.attempt(() => this.say(command));
    this.onLink = (url) => this.followLink(url);
    this.onEdit = (message) => this.edit(message);
    this.onPress = (message, button, element) => this.press(message, button, element);
    this.find = (id) => this.messages.get(id);
    this.topicName = (id) => this.chat?.topics[id] ?? "";
  }

  get chat() { return this.store.chats.get(this.chatId); }
  get actor() { return this.store.people.get(this.actorId); }

  async open(chatId) {
    this.chatId = chatId;
    const chat = this.chat;
    this.isGroup = chat.type !== "private";
    const ids = chat.members.map((member) => member.id);
    if (!this.isGroup) this.actorId = chatId;
    else if (!ids.includes(this.actorId)) this.actorId = ids[0];
    this.foot.replaceChildren();
    await this.reload();
    this.scrollToEnd();
  }

  async reload() {
    const chatId = this.chatId;
    if (chatId === null || !this.chat) return;
    const body = await get(`chats/${chatId}?person_id=${this.actorId}&limit=${SHOWN}`);
    if (chatId !== this.chatId) return;
    this.messages = new Map(body.messages.filter((each) => !each.deleted).map((each) => [each.message_id, each]));
    this.commands = body.commands;
    this.store.chats.set(chatId, body.chat);
    this.renderFrame();
    this.renderMessages();
  }

  async refresh() {
    if (this.chatId === null || !this.chat) return;
    const body = await get(`chats/${this.chatId}?person_id=${this.actorId}&limit=0`);
    this.commands = body.commands;
    this.store.chats.set(body.chat.id, body.chat);
    this.renderFrame();
  }

  take(message) {
    const isNew = !this.messages.has(message.message_id);
    const wasNear = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_BOTTOM;
    const present = this.list.querySelector(`[data-id="${message.message_id}"]`);
    if (message.deleted) {
      this.messages.delete(message.message_id);
      present?.remove();
      return;
    }
    this.messages.set(message.message_id, message);
    const element = messageElement(message, this);
    if (present) present.replaceWith(element);
    else this.append(message, element);
    if (isNew) this.showStatus("");
    if (wasNear || (isNew && !message.is_from_bot)) this.scrollToEnd();
    this.renderPinned();
  }

  renderMessages() {
    this.list.replaceChildren();
    this.lastDay = "";
    for (const message of this.messages.values()) this.append(message, messageElement(message, this));
    if (!this.messages.size) this.list.append(h("li", { class: "empty" }, this.isGroup ? "まだ発言はありません。" : "「開始」を押すと、ボットとのやりとりが始まります。"));
    this.scrollToEnd();
  }

  append(message, element) {
    this.list.querySelector(".empty")?.remove();
    const day = dayOf(message.date);
    if (day !== this.lastDay) {
      this.list.append(h("li", { class: "day" }, h("span", {}, day)));
      this.lastDay = day;
    }
    this.list.append(element);
  }

  scrollToEnd() { this.list.scrollTop = this.list.scrollHeight; }

  renderFrame() {
    const chat = this.chat;
    const subtitle = this.isGroup ? `${chat.members.length}人とボットのグループ` : `${this.store.bot.name} との個別チャット`;
    this.element.setAttribute("aria-label", `${chat.title} のチャット`);
    this.head.replaceChildren(
      h("button", { type: "button", class: "back plain", "aria-label": "一覧にもどる", onclick: this.onBack }, "‹"),
      this.store.avatar(chat),
      h("div", { class: "chat-title" }, h("h2", {}, chat.title), h("p", {}, subtitle, this.status)),
      this.menu(chat),
    );
    this.renderPinned();
    this.renderFoot(chat);
  }

  menu(chat) {
    const items = this.isGroup ? [] : [
      ["連絡先を送る…", () => this.shareContact()],
      ["リンクから開始…", () => this.startFromLink()],
      chat.is_blocked ? ["ブロックを解除", () => post("unblock", { person_id: this.actorId })]
        : ["ボットをブロック", () => post("block", { person_id: this.actorId })],
    ];
    if (!items.length) return null;
    return popover("その他", "⋯", items.map(([label, act]) => [label, "", () => this.attempt(act)]), "end");
  }

  renderPinned() {
    const message = this.messages.get(this.chat?.pinned.at(-1));
    this.pinned.hidden = !message;
    if (message) this.pinned.replaceChildren(h("span", { "aria-hidden": "true" }, "📌"), h("span", {}, message.text || "固定されたメッセージ"));
  }

  renderFoot(chat) {
    const kind = chat.migrated_to ? "migrated" : chat.is_blocked ? "blocked" : !this.isGroup && !chat.is_started ? "new" : "open";
    if (kind === "open") {
      if (this.foot.dataset.kind !== `open${this.chatId}`) this.buildComposer();
      this.foot.dataset.kind = `open${this.chatId}`;
      this.renderComposer(chat);
      return;
    }
    this.foot.dataset.kind = kind;
    const content = {
      migrated: () => h("p", { class: "closed" }, "このグループは新しいグループに移りました。"),
      blocked: () => h("button", { type: "button", class: "wide", onclick: () => this.attempt(() => post("unblock", { person_id: this.actorId })) }, "ブロックを解除"),
      new: () => h("button", { type: "button", class: "wide primary", onclick: () => this.attempt(() => this.say("/start")) }, "開始"),
    }[kind]();
    this.foot.replaceChildren(content);
  }

  buildComposer() {
    this.input = h("textarea", { rows: 1, class: "input", "aria-label": "メッセージ", placeholder: "メッセージを入力" });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
    });
    this.input.addEventListener("input", () => this.fit());
    this.commandSlot = h("span", { class: "slot" });
    this.keyboardSlot = h("div", { class: "keyboard", role: "group", "aria-label": "回答ボタン" });
    this.actorSlot = h("div", { class: "actor" });
    const file = h("input", { type: "file", class: "hidden-text", tabIndex: -1, "aria-hidden": "true" });
    file.addEventListener("change", () => { if (file.files[0]) this.attempt(() => this.attach(file.files[0])); file.value = ""; });
    this.foot.replaceChildren(
      this.actorSlot,
      h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
        this.commandSlot,
        h("button", { type: "button", class: "round", "aria-label": "ファイルを送る", title: "ファイルを送る", onclick: () => file.click() }, "📎"),
        file,
        this.input,
        h("button", { type: "submit", class: "round send", "aria-label": "送信", title: "送信（Enter）" }, "➤")),
      this.keyboardSlot,
    );
  }

  renderComposer(chat) {
    this.input.placeholder = chat.placeholder || "メッセージを入力";
    const commands = this.commands.map((each) => [`/${each.command}`, each.description, () => this.attempt(() => this.say(`/${each.command}`))]);
    this.commandSlot.replaceChildren(...(commands.length ? [popover("ボットのメニュー", "☰", commands, "start")] : []));
    this.keyboardSlot.hidden = !chat.keyboard.length;
    this.keyboardSlot.replaceChildren(...chat.keyboard.map((row) => h("div", { class: "button-row" }, ...row.map((button) =>
      h("button", { type: "button", class: "key", onclick: () => this.attempt(() => post("tap", { person_id: this.actorId, chat_id: this.chatId, label: button.text })) },
        button.asks_contact ? "☎ " : "", button.text)))));
    this.actorSlot.hidden = !this.isGroup;
    if (this.isGroup && !this.actorSlot.firstChild) this.actorSlot.append(this.actorChoice(chat));
  }

  actorChoice(chat) {
    const choice = h("select", {}, ...chat.members.map((member) => h("option", { value: String(member.id), selected: member.id === this.actorId }, member.name)));
    choice.addEventListener("change", () => { this.actorId = Number(choice.value); this.attempt(() => this.reload()); });
    return h("label", {}, "操作する人", choice);
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
  }

  submit() {
    const text = this.input.value;
    if (!text.trim()) return;
    this.attempt(async () => { await this.say(text); this.input.value = ""; this.fit(); });
  }

  say(text) { return post("send", { person_id: this.actorId, chat_id: this.chatId, text }); }

  async attach(file) {
    const form = new FormData();
    form.set("person_id", this.actorId);
    form.set("chat_id", this.chatId);
    form.set("kind", /^image\/(png|jpeg)$/.test(file.type) ? "photo" : "document");
    form.set("caption", this.input.value);
    form.set("file", file);
    await upload(form);
    this.input.value = "";
  }

  async edit(message) {
    const text = await askLongText("文章を直す", message.text);
    if (text !== null) this.attempt(() => post("edit", { person_id: this.actorId, chat_id: this.chatId, message_id: message.message_id, text }));
  }

  async shareContact() {
    const contact = await askContact(this.actor, [...this.store.people.values()]);
    if (contact) await post("share-contact", { person_id: this.actorId, ...contact });
  }

  async startFromLink() {
    const payload = await askText("リンクから開始", "リンクの符号（start=）", "", `https://t.me/${this.store.bot.username}?start=… の「…」の部分です。`);
    if (payload !== null) await post("open-link", { person_id: this.actorId, link: payload });
  }

  followLink(url) {
    const isOwn = new RegExp(`^https?://(t|telegram)\\.me/${this.store.bot.username}(\\?|$)`, "i").test(url);
    if (isOwn) this.attempt(() => post("open-link", { person_id: this.actorId, link: url }));
    return isOwn;
  }

  async press(message, button, element) {
    if (button.kind === "url") {
      if (!this.followLink(button.value)) window.open(button.value, "_blank", "noopener,noreferrer");
      return;
    }
    if (button.kind === "copy") {
      await navigator.clipboard.writeText(button.value);
      toast(`「${button.value}」をコピーしました`);
      return;
    }
    element.setAttribute("aria-busy", "true");
    await this.attempt(async () => {
      const answer = await post("press", { person_id: this.actorId, chat_id: this.chatId, message_id: message.message_id, button: button.value || button.text });
      if (!answer.answered) toast("ボットから応答がありませんでした", "warn");
      else if (answer.show_alert && answer.text) await alertBox(answer.text);
      else if (answer.text) toast(answer.text);
      if (answer.url) this.followLink(answer.url);
    });
    element.removeAttribute("aria-busy");
  }

  showAction(action) {
    this.showStatus(ACTIONS[action] ?? "準備中…");
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.showStatus(""), TYPING_MS);
  }

  showStatus(text) { this.status.textContent = text ? `　${text}` : ""; }

  async attempt(act) {
    try { await act(); } catch (error) { toast(error.message, "warn"); }
  }
}

function popover(label, icon, items, side) {
  const menu = h("div", { class: `menu ${side}`, role: "menu", hidden: true }, ...items.map(([title, note, act]) =>
    h("button", { type: "button", role: "menuitem", onclick: () => { toggle(false); act(); } }, h("b", {}, title), note ? h("small", {}, note) : null)));
  const button = h("button", { type: "button", class: "round", "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => toggle(menu.hidden) }, icon);
  const box = h("span", { class: "popover" }, button, menu);
  const outside = (event) => { if (!box.contains(event.target)) toggle(false); };
  function toggle(isOpen) {
    menu.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) { document.addEventListener("pointerdown", outside); menu.querySelector("button")?.focus(); }
    else document.removeEventListener("pointerdown", outside);
  }
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !menu.hidden) { toggle(false); button.focus(); }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !menu.hidden) {
      event.preventDefault();
      const all = [...menu.querySelectorAll("button")];
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    }
  });
  return box;
}
