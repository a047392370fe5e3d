// Moods: a band of months, a calendar of days, and the same in figures.

import { ask } from "/static/api.js";
import { go, read } from "/static/address.js";
import { failed } from "/static/announce.js";
import { make, px, styled } from "/static/dom.js";
import * as dates from "/static/dates.js";
import * as frame from "/static/frame.js";
import { emotionName, texts } from "/static/texts.js";
import { message } from "/static/views/empty.js";
import { band, legend, settle, table } from "/static/views/moods_band.js";

const SQUARE = 13;
const SMALL_SQUARE = 14;
const YEAR = 54;
const HALF_YEAR = 27;
const LABELS = 15;
const ROW_GAP = 6;
/** As wide as the name of a month is. */
const NAME_PX = 26;
const DAY_MS = 86_400_000;

export class MoodsView {
  constructor() {
    this.band = make("section");
    this.calendar = make("section");
    this.figures = make("section");
    this.element = make("section", { class: "view page moods" }, this.band, this.calendar, this.figures);
    this.calendar.addEventListener("keydown", (event) => this.key(event));
    this.calendar.addEventListener("click", (event) => event.target.dataset.day && this.open(event.target.dataset.day));
    this.query = null;
  }

  async show({ query }) {
    frame.title(texts.moodsTitle, query || null);
    if (query === this.query) return;
    this.query = query;
    this.nothing(make("p", { class: "quiet", role: "status", text: texts.loading }));
    await this.refresh();
  }

  async refresh() {
    if (read().view !== "moods") {
      this.query = null;
      return;
    }
    const { query } = this;
    const [moods, calendar] = await Promise.all([ask("moods", { by: "month", query }), ask("calendar", { query })].map((each) => each.catch(failed)));
    if (!moods || !calendar || query !== this.query) return;
    const groups = moods.groups.filter(({ key }) => key);
    const days = calendar.days.filter(([day]) => day);
    if (!groups.length && !days.length) return this.nothing(...message(texts.moodsEmpty, ""));
    const width = this.band.clientWidth;
    const bands = band(groups, width, (key) => this.open(key));
    this.band.replaceChildren(make("h2", { text: texts.moodsBand }), legend(), bands);
    settle(bands);
    this.calendar.replaceChildren(make("h2", { text: texts.moodsCalendar }), make("div", { class: "calendar" }, years(days, width)));
    this.figures.replaceChildren(make("details", {}, make("summary", { text: texts.moodsTable }), make("div", { class: "figures", tabindex: "0", role: "region", "aria-label": texts.moodsTable }, table(groups))));
  }

  /** Words in place of the figures. */
  nothing(...words) {
    this.band.replaceChildren(make("div", { class: "empty" }, words));
    this.calendar.replaceChildren();
    this.figures.replaceChildren();
  }

  /** The photos of a month or a day, those of the query among them. */
  open(period) {
    go({ view: "photos", query: `${this.query} date:${period}`.trim() });
  }

  /** Arrows go from day to day, those without faces passed over. */
  key(event) {
    const here = event.target.closest("[data-day]");
    const steps = { ArrowRight: 7, ArrowLeft: -7, ArrowDown: 1, ArrowUp: -1 };
    if (!here || !(event.key in steps)) return;
    event.preventDefault();
    const all = [...this.calendar.querySelectorAll("[data-day]")].sort((one, other) => (one.dataset.day < other.dataset.day ? -1 : 1));
    const wanted = Date.parse(here.dataset.day) + steps[event.key] * DAY_MS;
    const forward = steps[event.key] > 0;
    const next = forward ? all.find((each) => Date.parse(each.dataset.day) >= wanted) : all.findLast((each) => Date.parse(each.dataset.day) <= wanted);
    if (!next) return;
    here.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

/** A row a year, the newest first; on a narrow screen a half year each, those without faces left out. */
function years(days, width) {
  const most = Math.max(1, ...days.map(([, , faces]) => faces));
  const narrow = innerWidth < 740;
  const columns = narrow ? HALF_YEAR : YEAR;
  const size = narrow ? Math.min(SMALL_SQUARE, Math.floor(width / HALF_YEAR)) : SQUARE;
  const made = [...grouped(days).entries()].sort((one, other) => other[0] - one[0]).map(([year, its]) => {
    const field = new Field(its, size, columns);
    return make("div", { class: "calendar-year" }, make("span", { text: year }), field.element(year, its.map((day) => square(day, most, field))));
  });
  made[0]?.querySelector("button")?.setAttribute("tabindex", "0");
  return made;
}

function grouped(days) {
  const byYear = new Map();
  for (const day of days) {
    const year = day[0].slice(0, 4);
    if (!byYear.has(year)) byYear.set(year, []);
    byYear.get(year).push(day);
  }
  return byYear;
}

/** Where the days of a year lie: weeks from left to right, from Monday down, in as many rows of weeks as have any. */
class Field {
  constructor(days, size, columns) {
    Object.assign(this, { size, columns });
    this.rows = [...new Set(days.map(([day]) => this.cell(day).row))].sort();
  }

  cell(day) {
    const first = new Date(`${day.slice(0, 4)}-01-01T00:00:00Z`);
    const number = ((first.getUTCDay() + 6) % 7) + Math.round((Date.parse(`${day}T00:00:00Z`) - first) / DAY_MS);
    const week = Math.floor(number / 7);
    return { row: Math.floor(week / this.columns), column: week % this.columns, weekday: number % 7 };
  }

  top(row) {
    return this.rows.indexOf(row) * (7 * this.size + LABELS + ROW_GAP);
  }

  place(day) {
    const { row, column, weekday } = this.cell(day);
    return { left: px(column * this.size), top: px(this.top(row) + LABELS + weekday * this.size) };
  }

  element(year, squares) {
    const made = make("div", { class: "days", role: "group", "aria-label": year }, this.lattices(), this.monthNames(year), squares);
    const height = this.rows.length * (7 * this.size + LABELS + ROW_GAP) - ROW_GAP;
    return styled(made, { width: px(this.columns * this.size), height: px(height), "--square": px(this.size) });
  }

  /** The days that have no photos. */
  lattices() {
    return this.rows.map((row) => styled(make("div", { class: "lattice", "aria-hidden": "true" }), { top: px(this.top(row) + LABELS) }));
  }

  /** Above the week that each month begins in; where there is no room for the name, at the beginning of the next row. */
  monthNames(year) {
    const last = this.columns * this.size - NAME_PX;
    return Array.from({ length: 12 }, (_, month) => {
      const { row, column } = this.cell(`${year}-${String(month + 1).padStart(2, "0")}-01`);
      const x = column * this.size;
      const isNext = x > last && this.rows.includes(row + 1);
      if (!isNext && !this.rows.includes(row)) return null;
      const place = isNext ? { left: px(0), top: px(this.top(row + 1)) } : { left: px(Math.min(x, last)), top: px(this.top(row)) };
      return styled(make("span", { "aria-hidden": "true", text: dates.monthName(month) }), place);
    });
  }
}

function square([day, emotion, faces], most, field) {
  const words = emotion === null ? `${dates.shortDay(day)}: ${texts.tooFew}` : texts.dayMood(dates.shortDay(day), emotionName(emotion), faces);
  const strength = 0.45 + (0.55 * Math.log(1 + faces)) / Math.log(1 + most);
  return styled(make("button", { type: "button", "data-day": day, tabindex: "-1", "aria-label": words, title: words }), {
    ...field.place(day), opacity: strength, backgroundColor: emotion === null ? "var(--soft)" : `var(--emotion-${emotion})`,
  });
}
