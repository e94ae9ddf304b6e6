// The field a person writes in, with what Telegram puts around it: bot menu, command suggestions,
// files, reply keyboard, the bar of an edit or an answer.

import { post, upload } from "./api.js";
import { confirmBox } from "./dialogs.js";
import { h } from "./dom.js";
import { groups } from "./files.js";
import { icon } from "./icons.js";
import { summaryOf } from "./message.js";
import { popover } from "./popover.js";
import { CommandSuggestions } from "./suggestions.js";

const TALLEST = 160;
// Safari ends a composition before the Enter that confirmed it; the code still tells.
const COMPOSING_KEY_CODE = 229;

export class Composer {
  // `view` is the pane: chatId, actorId, actor, place, attempt, timeline.
  constructor(view) {
    this.view = view;
    this.editing = null;
    this.answering = null;
    this.input = h("textarea", { rows: 1, class: "input", "aria-label": "メッセージ", enterKeyHint: "send" });
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("input", () => this.onInput());
    this.suggestions = new CommandSuggestions(this.input, (command) => this.send(command));
    this.menuSlot = h("span", { class: "slot" });
    this.bar = h("div", { class: "edit-bar", hidden: true });
    this.keyboard = h("div", { class: "keyboard", role: "group", "aria-label": "返信用のボタン", hidden: true });
    this.toggle = h("button", { type: "button", class: "round", hidden: true, "aria-label": "返信用のボタンの表示", onclick: () => this.toggleKeyboard() }, icon("keyboard"));
    const file = h("input", { type: "file", multiple: true, hidden: true });
    file.addEventListener("change", () => {
      const chosen = groups(file.files);
      if (chosen.length) this.view.attempt(() => this.attach(chosen));
      file.value = "";
    });
    this.element = h("div", { class: "composing" },
      this.bar,
      h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
        this.menuSlot,
        h("button", { type: "button", class: "round", "aria-label": "ファイルを送る", title: "ファイルを送る", onclick: () => file.click() }, icon("attach")),
        file, this.input, this.suggestions.element, this.toggle,
        h("button", { type: "submit", class: "round send", "aria-label": "送信", title: "送信（Enter）" }, icon("send"))),
      this.keyboard);
  }

  show(chat, commands) {
    this.input.placeholder = chat.placeholder || "メッセージを入力";
    const look = JSON.stringify([chat.keyboard, commands]);
    if (look === this.look) return;
    this.look = look;
    this.suggestions.commands = commands;
    const items = commands.map((each) => [`/${each.command}`, each.description, () => this.send(`/${each.command}`)]);
    this.menuSlot.replaceChildren(...(items.length
      ? [popover({ label: "ボットのメニュー", face: [icon("menu"), h("span", { class: "menu-word" }, "メニュー")], items, side: "start", style: "bot-menu" })] : []));
    this.keyboard.replaceChildren(...chat.keyboard.map((row) => h("div", { class: "button-row" }, ...row.map((button) => this.key(button)))));
    this.toggle.hidden = !chat.keyboard.length;
    this.keyboard.hidden = !chat.keyboard.length;
    this.toggle.setAttribute("aria-expanded", String(!this.keyboard.hidden));
  }

  key(button) {
    const act = () => (button.asks_contact ? this.shareOwnNumber(button.text) : this.tap(button.text));
    return h("button", { type: "button", class: "key", onclick: () => this.view.attempt(act) },
      button.asks_contact ? icon("phone") : null, button.text);
  }

  toggleKeyboard() {
    this.keyboard.hidden = !this.keyboard.hidden;
    this.toggle.setAttribute("aria-expanded", String(!this.keyboard.hidden));
  }

  tap(label) { return post("tap", { person_id: this.view.actorId, chat_id: this.view.chatId, label }); }

  async shareOwnNumber(label) {
    const text = `${this.view.actor.phone} をボットに送ります。`;
    if (await confirmBox("電話番号を送りますか", text, "送る")) await this.tap(label);
  }

  onKey(event) {
    if (event.isComposing || event.keyCode === COMPOSING_KEY_CODE) return;
    if (this.suggestions.takes(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && this.editing) this.endEditing();
    else if (event.key === "Escape" && this.answering) this.endAnswer();
  }

  onInput() {
    this.suggestions.update();
    this.fit();
  }

  get text() { return this.input.value; }
  set text(value) {
    this.input.value = value;
    this.onInput();
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST)}px`;
  }

  submit() {
    const text = this.text;
    if (!text.trim() && (!this.editing || this.editing.kind === "text")) return;
    if (this.editing) this.change(this.editing, text);
    else this.send(text, text);
  }

  // The field is empty at once, as the next answer may be typed before this one is through.
  async send(text, draft = "") {
    const { answering } = this;
    this.text = "";
    this.endAnswer();
    const isSent = await this.view.attempt(() => post("send", { ...this.place(answering), text }));
    if (isSent) return;
    if (!this.text) this.text = draft;
    if (answering) this.answer(answering);
  }

  // An answer goes where the answered message stands.
  place(answering) {
    const { topic, ...by } = this.view.place;
    return answering ? { ...by, reply_to: answering.message_id } : { ...by, topic };
  }

  // The text in the field becomes the caption of the first file.
  async attach(chosen) {
    const place = Object.entries(this.place(this.answering)).filter(([, value]) => value !== undefined);
    for (const group of chosen) {
      const form = new FormData();
      for (const [name, value] of [...place, ["caption", this.text]]) form.set(name, value);
      for (const [kind, file] of group) {
        form.append("kind", kind);
        form.append("file", file);
      }
      await upload(form, group.length > 1);
      this.text = "";
    }
    this.endAnswer();
  }

  answer(message) {
    if (this.editing) this.endEditing();
    this.answering = message;
    this.showBar("reply", `${message.sender} に返信`, summaryOf(message), "返信をやめる", () => { this.endAnswer(); this.input.focus(); });
    this.input.focus();
  }

  // As in Telegram Desktop, Ctrl and an arrow go from message to message; after the newest, to none.
  answerNext(step) {
    if (this.editing) return;
    const next = this.view.timeline.neighbour(this.answering?.message_id, step);
    if (next) {
      this.answer(next);
      this.view.onSource(next);
    } else if (step > 0) this.endAnswer();
  }

  endAnswer() {
    if (!this.answering) return;
    this.answering = null;
    this.bar.hidden = true;
  }

  edit(message) {
    this.endAnswer();
    this.editing = message;
    this.showBar("edit", message.kind === "text" ? "メッセージを編集" : "説明文を編集", summaryOf(message), "編集をやめる", () => this.endEditing());
    this.text = message.text;
    this.input.focus();
  }

  endEditing() {
    this.editing = null;
    this.bar.hidden = true;
    this.text = "";
    this.input.focus();
  }

  showBar(picture, title, text, ending, onEnd) {
    this.bar.hidden = false;
    this.bar.replaceChildren(icon(picture),
      h("span", { role: "status" }, h("b", {}, title), h("span", {}, text)),
      h("button", { type: "button", class: "round", "aria-label": ending, onclick: onEnd }, icon("close")));
  }

  async change(message, text) {
    const body = { person_id: this.view.actorId, chat_id: this.view.chatId, message_id: message.message_id, text };
    if (text === message.text || await this.view.attempt(() => post("edit", body))) this.endEditing();
  }
}
