// The sandbox's date and time in the ribbon, and the box that puts its clock forward.

import { get, post } from "./api.js";
import { clockBox } from "./dialogs.js";
import { dayOf, timeOf, wallClock } from "./dom.js";
import { icon } from "./icons.js";

const DRAWN_MS = 1000;
const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
const MORNING = "9:50";
const SOON = [["10分後", 10 * 60], ["1時間後", 60 * 60]];

export class Clock {
  constructor(button, notices) {
    this.notices = notices;
    this.ahead = 0;
    this.text = document.createElement("span");
    button.append(icon("clock"), this.text);
    button.addEventListener("click", () => notices.attempt(() => this.ask()));
    setInterval(() => this.draw(), DRAWN_MS);
  }

  get now() { return Date.now() + this.ahead; }

  async load() { this.adopt(await get("clock")); }

  adopt(told) {
    this.ahead = Date.parse(told.now) - Date.now();
    this.nextOpenDay = told.next_open_day;
    this.draw();
  }

  draw() {
    const text = `${dayOf(this.now)}${timeOf(this.now)}`;
    if (this.text.textContent !== text) this.text.textContent = text;
  }

  // What "the next day" is may have changed since the page was told.
  async ask() {
    await this.load();
    const chosen = await clockBox(this.leaps(), wallClock(this.now + DAY_MS), wallClock(this.now + MINUTE_MS));
    if (!chosen) return;
    const seconds = Number(chosen);
    this.adopt(await (seconds ? post("clock/forward", { seconds }) : post("clock/to", { moment: chosen })));
    this.notices.show(`${dayOf(this.now)}${timeOf(this.now)} になりました`);
  }

  // Each as [label, what time it will be, seconds or moment].
  leaps() {
    const tomorrow = wallClock(this.now + DAY_MS).slice(0, 10);
    const days = [["翌日", tomorrow], ["翌開庁日", this.nextOpenDay]];
    return [
      ...SOON.map(([label, seconds]) => [label, timeOf(this.now + seconds * 1000), String(seconds)]),
      ...days.map(([label, day]) => [`${label} ${MORNING}`, dayOf(`${day}T12:00+09:00`), `${day}T0${MORNING}`]),
    ];
  }
}
