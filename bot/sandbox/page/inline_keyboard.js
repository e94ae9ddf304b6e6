// The buttons under a message. One tab stop for each message; arrows move between its buttons.

import { h } from "./dom.js";
import { icon } from "./icons.js";

const MARKS = { url: "link", copy: "copy" };
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

// `onPress(message, button, element)`; `onLeave()` when the arrows leave the last row.
export function inlineKeyboard(message, { onPress, onLeave }) {
  const rows = message.buttons.map((row) => row.map((button) => buttonElement(message, button, onPress)));
  if (!rows.length) return null;
  const all = rows.flat();
  all[0].tabIndex = 0;
  const element = h("div", { class: "buttons", role: "group", "aria-label": `選択肢 ${all.length}件` },
    ...rows.map((row) => h("div", { class: "button-row" }, ...row)));
  element.addEventListener("focusin", (event) => {
    const focused = event.target.closest("button");
    for (const button of all) button.tabIndex = button === focused ? 0 : -1;
  });
  element.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const next = neighbour(rows, event.target.closest("button"), step);
    if (next) next.focus();
    else if (event.key === "ArrowDown") onLeave();
  });
  return element;
}

function neighbour(rows, button, [down, right]) {
  if (right) {
    const all = rows.flat();
    return all[all.indexOf(button) + right];
  }
  const at = rows.findIndex((row) => row.includes(button));
  const row = rows[at + down];
  return row?.[Math.min(rows[at].indexOf(button), row.length - 1)];
}

function buttonElement(message, button, onPress) {
  const mark = MARKS[button.kind];
  return h("button", {
    type: "button",
    class: `inline ${button.style}`,
    tabIndex: -1,
    title: button.kind === "url" ? button.value : null,
    "data-value": button.value,
    // A press of the mouse leaves the focus in the field, so that one can type on at once.
    onpointerdown: (event) => event.preventDefault(),
    onclick: (event) => onPress(message, button, event.currentTarget),
  }, h("span", {}, button.text), mark ? h("span", { class: "mark" }, icon(mark)) : null);
}
