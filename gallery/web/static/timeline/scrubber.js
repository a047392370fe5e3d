// The edge at the right: years from top to bottom, the month under the pointer, and a handle to drag.

import { make, px, styled } from "/static/dom.js";
import * as dates from "/static/dates.js";
import { texts } from "/static/texts.js";
import { dayAt, lastUpTo } from "/static/timeline/plan.js";

const LABEL_PX = 22;

export class Scrubber {
  constructor(element, grid) {
    Object.assign(this, { element, grid, plan: null });
    this.years = make("div", { class: "years", "aria-hidden": "true" });
    this.handle = make("div", { class: "handle", "aria-hidden": "true" });
    this.bubble = make("div", { class: "bubble", "aria-hidden": "true", hidden: true });
    for (const [name, value] of [["role", "slider"], ["tabindex", "0"], ["aria-orientation", "vertical"], ["aria-label", texts.scrubber]]) element.setAttribute(name, value);
    element.replaceChildren(this.years, this.handle, this.bubble);
    element.addEventListener("pointerdown", (event) => this.pressed(event));
    element.addEventListener("pointermove", (event) => this.moved(event));
    element.addEventListener("pointerup", () => this.released());
    element.addEventListener("pointercancel", () => this.released());
    element.addEventListener("pointerleave", () => this.held || this.hide());
    element.addEventListener("keydown", (event) => this.key(event));
  }

  show(plan) {
    this.plan = plan;
    this.element.hidden = plan.height <= this.grid.map.screen * 1.5;
    this.height = this.element.clientHeight;
    const marks = plan.isOwn ? [] : yearsOf(plan);
    let last = -Infinity;
    this.years.replaceChildren();
    for (const { year, y } of marks) {
      const at = (y / plan.height) * (this.height - LABEL_PX);
      const far = at - last >= LABEL_PX;
      if (far) last = at;
      const mark = make("span", { class: far ? "year" : "tick", text: far ? year : "" });
      this.years.append(styled(mark, { top: px(at) }));
    }
    this.element.setAttribute("aria-valuemin", 0);
    this.element.setAttribute("aria-valuemax", Math.max(0, plan.days.length - 1));
    this.update();
  }

  /** After scrolling: the handle, and what readers of the screen are told. */
  update() {
    if (!this.plan || this.element.hidden) return;
    const { top, end } = this.grid.map;
    this.handle.style.transform = `translateY(${(end ? top / end : 0) * (this.height - 4)}px)`;
    if (this.held) return;
    const index = this.dayAt(top);
    this.element.setAttribute("aria-valuenow", index);
    this.element.setAttribute("aria-valuetext", this.words(top));
  }

  /** What lies there: a month, or where the photos are in no order of time, how far down it is. */
  words(y) {
    if (!this.plan.isOwn) return monthWords(this.plan.days[this.dayAt(y)]);
    return texts.place(this.plan.segments[lastUpTo(this.plan.segments, y + 1, (segment) => segment.y)]?.first ?? 0, this.plan.total);
  }

  dayAt(y) {
    return this.plan.days.length ? dayAt(this.plan, y + 1) : 0;
  }

  // The pointer -------------------------------------------------------------------------------------------------------

  pressed(event) {
    if (event.button) return;
    this.element.setPointerCapture(event.pointerId);
    this.held = true;
    this.element.classList.add("held");
    this.moved(event);
  }

  moved(event) {
    const box = this.element.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (event.clientY - box.top) / box.height));
    const top = share * this.grid.map.end;
    if (this.held) this.grid.to(top);
    this.say(share, this.held ? this.grid.map.top : share * this.plan.height);
  }

  say(share, y) {
    this.bubble.hidden = false;
    this.bubble.textContent = this.words(y);
    this.bubble.style.transform = `translateY(${Math.max(0, Math.min(share * this.height - 16, this.height - 34))}px)`;
  }

  released() {
    this.held = false;
    this.element.classList.remove("held");
    this.hide();
    this.update();
  }

  hide() {
    this.bubble.hidden = true;
  }

  // Keys --------------------------------------------------------------------------------------------------------------

  key(event) {
    const steps = { ArrowDown: [1, 7], ArrowUp: [-1, 7], PageDown: [1, 4], PageUp: [-1, 4] };
    if (event.key in steps) this.step(...steps[event.key]);
    else if (event.key === "Home") this.grid.to(0);
    else if (event.key === "End") this.grid.to(Infinity);
    else return;
    event.preventDefault();
  }

  /** To the next or last day that lies in another month (7 letters of its date) or year (4). */
  step(by, letters) {
    const { days } = this.plan;
    const key = (index) => (days[index].date ?? "").slice(0, letters);
    const now = this.dayAt(this.grid.map.top);
    let index = now;
    while (days[index + by] && key(index) === key(now)) index += by;
    if (by < 0) while (days[index - 1] && key(index - 1) === key(index)) index -= 1;
    this.grid.to(days[index].y);
  }
}

const monthWords = (day) => (!day?.date ? texts.noDate : day.date.length === 4 ? day.date : dates.shortMonth(day.date));

/** Where each year begins. */
function yearsOf(plan) {
  const marks = [];
  for (const { date, y } of plan.days) {
    const year = date ? date.slice(0, 4) : texts.noDateShort;
    if (marks.at(-1)?.year !== year) marks.push({ year, y });
  }
  return marks;
}

/** Where a day lies or would lie: the place of the first that isn't newer. */
export function yOfDate(plan, date) {
  const index = lastUpTo(plan.days, 0, (day) => (day.date === null || day.date >= date ? 0 : 1));
  const found = plan.days[index];
  return found ? found.y : 0;
}
