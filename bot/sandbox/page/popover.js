// A button that opens a menu: arrows move, Escape closes, a press outside closes.

import { h } from "./dom.js";

// `items` are [title, note, act]; `face` is what the button shows, `side` where the menu opens.
export function popover({ label, face, items, side, style = "round" }) {
  const menu = h("div", { class: `menu ${side}`, role: "menu", "aria-label": label, hidden: true }, ...items.map(([title, note, act]) =>
    h("button", { type: "button", role: "menuitem", tabIndex: -1, onclick: () => { toggle(false); button.focus(); act(); } },
      h("b", {}, title), note ? h("small", {}, note) : null)));
  const button = h("button", {
    type: "button", class: style, "aria-label": label, title: label,
    "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => toggle(menu.hidden),
  }, ...face);
  const box = h("span", { class: "popover" }, button, menu);
  const outside = (event) => { if (!box.contains(event.target)) toggle(false); };

  function toggle(isOpen) {
    menu.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) {
      document.addEventListener("pointerdown", outside);
      menu.querySelector("button")?.focus();
    } else document.removeEventListener("pointerdown", outside);
  }

  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) toggle(false); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !menu.hidden) { toggle(false); button.focus(); }
    if (menu.hidden) return;
    const all = [...menu.querySelectorAll("button")];
    const at = all.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    all[next % all.length].focus();
  });
  return box;
}
