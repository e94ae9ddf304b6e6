// Boxes in front of the page: a notice, a question, a form, a picture.

import { h } from "./dom.js";

let opened = 0;

function open(title, body, buttons, role = "dialog") {
  return new Promise((resolve) => {
    opened += 1;
    const heading = h("h2", { id: `dialog-${opened}` }, title);
    const form = h("form", { method: "dialog" }, heading, ...body, h("div", { class: "dialog-buttons" }, ...buttons));
    show(h("dialog", { role, "aria-labelledby": heading.id }, form), resolve);
  });
}

function show(dialog, resolve) {
  dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue); });
  document.body.append(dialog);
  dialog.showModal();
}

const cancel = () => h("button", { type: "submit", value: "", class: "plain", formNoValidate: true }, "やめる");
const confirmButton = (label, style = "primary") => h("button", { type: "submit", value: "ok", class: style, autofocus: true }, label);
const paragraph = (text) => h("p", { class: "dialog-text" }, text);

export const alertBox = (title, text) => open(title, [paragraph(text)], [confirmButton("OK")], "alertdialog");

export const confirmBox = async (title, text, label, style) =>
  (await open(title, [paragraph(text)], [cancel(), confirmButton(label, style)], "alertdialog")) === "ok";

export const keysBox = (keys) => open("キー操作", [
  h("dl", { class: "keys" }, ...keys.flatMap(([key, use]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, use)])),
], [confirmButton("閉じる")]);

export async function askText(title, label, hint) {
  const input = h("input", { type: "text", required: true, autocomplete: "off", autofocus: true });
  const body = [h("label", {}, label, input), h("p", { class: "hint" }, hint)];
  const answer = await open(title, body, [cancel(), confirmButton("決定")]);
  return answer === "ok" ? input.value : null;
}

// Sharing is a person's own number as a rule; somebody else's is a case the bot has to notice.
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

// Returns what was chosen of `leaps` or typed, empty for nothing. `shown`, `min` and what is typed are JST.
export async function clockBox(leaps, shown, min) {
  const field = h("input", { type: "datetime-local", value: shown, min, required: true });
  const body = [
    h("div", { class: "leaps" }, ...leaps.map(([label, note, value]) =>
      h("button", { type: "submit", value, class: "plain", formNoValidate: true }, h("b", {}, label), h("small", {}, note)))),
    h("label", {}, "日時を指定（日本時間）", field),
    h("p", { class: "hint" }, "ボットの時計も一緒に進みます。戻すことはできません。飛び越した時刻の案内は、届かないことがあります。"),
  ];
  const answer = await open("時計を進める", body, [cancel(), h("button", { type: "submit", value: "typed", class: "primary" }, "進める")]);
  return answer === "typed" ? field.value : answer;
}

export function pictureBox(file, name) {
  const close = h("button", { type: "submit", value: "", class: "plain" }, "閉じる");
  const form = h("form", { method: "dialog" }, h("img", { src: file.url, alt: name, width: file.width, height: file.height }), close);
  return new Promise((resolve) => show(h("dialog", { class: "picture", "aria-label": name }, form), resolve));
}
