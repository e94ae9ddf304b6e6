// Notices and small forms.

import { h } from "./dom.js";

const TOAST_MS = 5000;

export function toast(text, kind = "") {
  const note = h("div", { class: `toast ${kind}` }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}

function open(title, body, buttons, role = "dialog") {
  return new Promise((resolve) => {
    const heading = h("h2", { id: `dialog-${Math.random().toString(36).slice(2)}` }, title);
    const form = h("form", { method: "dialog" }, heading, ...body, h("div", { class: "dialog-buttons" }, ...buttons));
    const dialog = h("dialog", { role, "aria-labelledby": heading.id }, form);
    dialog.addEventListener("close", () => { resolve(dialog.returnValue); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

const cancel = () => h("button", { type: "submit", value: "", class: "plain", formNoValidate: true }, "やめる");
const confirmButton = (label, style = "primary") => h("button", { type: "submit", value: "ok", class: style }, label);

export const alertBox = (text) => open("お知らせ", [h("p", { class: "dialog-text" }, text)], [confirmButton("閉じる")], "alertdialog");

export const confirmBox = async (title, text, label, style) =>
  (await open(title, [h("p", { class: "dialog-text" }, text)], [cancel(), confirmButton(label, style)], "alertdialog")) === "ok";

export async function askText(title, label, value = "", hint = "", pattern = "") {
  const input = h("input", { type: "text", value, required: true, autocomplete: "off", pattern: pattern || ".+" });
  const body = [h("label", {}, label, input), hint ? h("p", { class: "hint" }, hint) : null];
  const answer = await open(title, body.filter(Boolean), [cancel(), confirmButton("決定")]);
  return answer === "ok" ? input.value : null;
}

export async function askLongText(title, value) {
  const input = h("textarea", { rows: 4, required: true, value, "aria-label": title });
  const answer = await open(title, [input], [cancel(), confirmButton("直す")]);
  return answer === "ok" ? input.value : null;
}

export async function askContact(person, people) {
  const phone = h("input", { type: "tel", value: person.phone, required: true, autocomplete: "off" });
  const owner = h("select", {}, ...people.map((each) =>
    h("option", { value: String(each.id), selected: each.id === person.id }, each.id === person.id ? `${each.name}（本人）` : each.name)));
  owner.addEventListener("change", () => {
    phone.value = people.find((each) => String(each.id) === owner.value)?.phone ?? "";
  });
  const body = [
    h("label", {}, "だれの連絡先ですか", owner),
    h("label", {}, "電話番号", phone),
    h("p", { class: "hint" }, "本人以外を選ぶと、他人の連絡先を送った場合を試せます。"),
  ];
  const answer = await open("連絡先を送る", body, [cancel(), confirmButton("送る")]);
  if (answer !== "ok") return null;
  const chosen = people.find((each) => String(each.id) === owner.value);
  return { phone: phone.value, user_id: chosen.id, name: chosen.id === person.id ? "" : chosen.name };
}
