// The commands offered while a person types one: arrows choose, Enter or Tab sends, Escape closes.

import { h } from "./dom.js";

let made = 0;

export class CommandSuggestions {
  constructor(input, onChosen) {
    made += 1;
    this.input = input;
    this.onChosen = onChosen;
    this.commands = [];
    this.options = [];
    this.at = 0;
    this.element = h("div", { class: "menu start suggestions", role: "listbox", id: `commands-${made}`, "aria-label": "コマンド", hidden: true });
    input.setAttribute("aria-controls", this.element.id);
    input.setAttribute("aria-autocomplete", "list");
    input.addEventListener("blur", () => this.close());
  }

  get isOpen() { return !this.element.hidden; }

  update() {
    const typed = this.input.value;
    const fitting = /^\/\w*$/.test(typed) ? this.commands.filter((each) => `/${each.command}`.startsWith(typed)) : [];
    if (!fitting.length) { this.close(); return; }
    this.options = fitting.map((each, index) => h("div", {
      role: "option", id: `${this.element.id}-${index}`, class: "option",
      // The field keeps the focus, so that it does not close the list before the press counts.
      onpointerdown: (event) => event.preventDefault(),
      onclick: () => this.choose(index),
    }, h("b", {}, `/${each.command}`), h("small", {}, each.description)));
    this.element.replaceChildren(...this.options);
    this.element.hidden = false;
    this.mark(0);
  }

  mark(index) {
    this.at = (index + this.options.length) % this.options.length;
    this.options.forEach((option, each) => option.setAttribute("aria-selected", String(each === this.at)));
    this.options[this.at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", this.options[this.at].id);
  }

  choose(index) {
    this.close();
    this.onChosen(this.options[index].firstChild.textContent);
  }

  close() {
    this.element.hidden = true;
    this.input.removeAttribute("aria-activedescendant");
  }

  // Returns whether the key was for the list.
  takes(event) {
    if (!this.isOpen) return false;
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown") this.mark(this.at + 1);
    else if (event.key === "ArrowUp") this.mark(this.at - 1);
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") this.choose(this.at);
    else return false;
    event.preventDefault();
    return true;
  }
}
