// Moods: a band of months, a calendar of days, and the same in figures.

import { ask } from "/static/api.js";
import { go, read } from "/static/address.js";
import { failed } from "/static/announce.js";
import { make, px, styled } from "/static/dom.js";
import * as dates from "/static/dates.js";
import * as frame from "/static/frame.js";
import { emotionName, SHOWN, texts } from "/static/texts.js";
import { message } from "/static/views/empty.js";

const SQUARE = 15;
const SMALL_SQUARE = 12;
const HALF_YEAR = 27;
const LABELS = 18;
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
    this.band.replaceChildren(make("h2", { text: texts.moodsBand }), legend(), band(groups, (key) => this.open(key)));
    this.calendar.replaceChildren(make("h2", { text: texts.moodsCalendar }), make("div", { class: "calendar" }, years(days)));
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

function legend() {
  return make("ul", { class: "legend" }, SHOWN.map((word, index) => make("li", {}, styled(make("span", { class: "dot" }), { "--emotion": `var(--emotion-${index})` }), word)));
}

/** A column a month, the shares one above the other; months between that have no photos are gaps. */
function band(groups, open) {
  const columns = [...groups].sort((one, other) => (one.key < other.key ? -1 : 1)).map((group) => {
    const words = `${dates.month(group.key)}: ${monthWords(group)}`;
    const parts = group.shares ? group.shares.map((share, index) => styled(make("i"), { height: `${share * 100}%`, backgroundColor: `var(--emotion-${index})` })) : [make("i", { class: "few" })];
    return make("button", { type: "button", title: words, "aria-label": words, onclick: () => open(group.key) }, parts);
  });
  return make("div", { class: "bands" }, make("div", { class: "band", role: "group", "aria-label": texts.moodsBand }, columns), axis(groups.map(({ key }) => key).sort()));
}

/** The year below the first column of each, where there is room. */
function axis(keys) {
  const room = keys.length / (innerWidth < 740 ? 6 : 16);
  const labels = [];
  let last = -Infinity;
  for (const [place, key] of keys.entries()) {
    const isFirst = place === 0 || keys[place - 1].slice(0, 4) !== key.slice(0, 4);
    if (!isFirst || place - last < room) continue;
    last = place;
    labels.push(styled(make("span", { text: key.slice(0, 4) }), { left: `${(100 * place) / keys.length}%` }));
  }
  return make("div", { class: "axis", "aria-hidden": "true" }, labels);
}

function monthWords({ faces, shares }) {
  if (!shares) return `${texts.faces(faces)}, ${texts.tooFew}`;
  const named = [...shares.entries()].sort((one, other) => other[1] - one[1]).filter(([, share]) => share >= 0.01).slice(0, 3);
  return [texts.faces(faces), ...named.map(([index, share]) => `${emotionName(index)} ${dates.percent(share)}`)].join(", ");
}

/** A row a year, the newest first; two on a narrow screen, a half year each. */
function years(days) {
  const most = Math.max(1, ...days.map(([, , faces]) => faces));
  const narrow = innerWidth < 740;
  const size = narrow ? SMALL_SQUARE : SQUARE;
  const [columns, rows] = narrow ? [HALF_YEAR, 2] : [54, 1];
  const place = (day) => placeOf(day, size, columns);
  const made = [...grouped(days).entries()].sort((one, other) => other[0] - one[0]).map(([year, its]) => {
    const field = make("div", { class: "days", role: "group", "aria-label": year }, lattices(rows, size), monthNames(year, place), its.map((day) => square(day, most, place)));
    styled(field, { width: px(columns * size), height: px(rows * (7 * size + LABELS)), "--square": px(size) });
    return make("div", { class: "calendar-year" }, make("span", { text: year }), field);
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

/** Where a day lies in its year: weeks from left to right, from Monday down, below them the second half where there is one. */
function placeOf(day, size, columns) {
  const first = new Date(`${day.slice(0, 4)}-01-01T00:00:00Z`);
  const number = ((first.getUTCDay() + 6) % 7) + Math.round((Date.parse(`${day}T00:00:00Z`) - first) / DAY_MS);
  const week = Math.floor(number / 7);
  const top = Math.floor(week / columns) * (7 * size + LABELS);
  return { left: px((week % columns) * size), top: px(top + LABELS + (number % 7) * size), label: px(top) };
}

function square([day, emotion, faces], most, place) {
  const words = emotion === null ? `${dates.shortDay(day)}: ${texts.tooFew}` : texts.dayMood(dates.shortDay(day), emotionName(emotion), faces);
  const strength = 0.45 + (0.55 * Math.log(1 + faces)) / Math.log(1 + most);
  const { left, top } = place(day);
  return styled(make("button", { type: "button", "data-day": day, tabindex: "-1", "aria-label": words, title: words }), {
    left, top, opacity: strength, backgroundColor: emotion === null ? "var(--soft)" : `var(--emotion-${emotion})`,
  });
}

/** The days of a year that have no photos. */
const lattices = (rows, size) => Array.from({ length: rows }, (_, row) => styled(make("div", { class: "lattice", "aria-hidden": "true" }), { top: px(row * (7 * size + LABELS) + LABELS) }));

function monthNames(year, place) {
  return Array.from({ length: 12 }, (_, month) => {
    const { left, label } = place(`${year}-${String(month + 1).padStart(2, "0")}-01`);
    return styled(make("span", { "aria-hidden": "true", text: dates.monthName(month) }), { left, top: label });
  });
}

function table(groups) {
  const head = make("tr", {}, [texts.month, texts.facesHead, ...SHOWN].map((text) => make("th", { scope: "col", text })));
  const rows = groups.map((group) => make("tr", {}, make("th", { scope: "row", text: dates.month(group.key) }), make("td", { text: dates.number(group.faces) }),
    group.shares ? group.shares.map((share) => make("td", { text: dates.percent(share) })) : make("td", { colspan: SHOWN.length, text: texts.tooFew })));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, rows));
}
