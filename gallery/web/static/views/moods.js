// Moods: a band of months, a calendar of days, and the same in figures.

import { ask } from "/static/api.js";
import { go, read } from "/static/address.js";
import { failed } from "/static/announce.js";
import { make, px, styled } from "/static/dom.js";
import * as dates from "/static/dates.js";
import * as frame from "/static/frame.js";
import { emotionName, SAYABLE, texts } from "/static/texts.js";
import { message } from "/static/views/empty.js";

const SQUARE = 15;
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
    frame.title(texts.moodsTitle, query);
    if (query === this.query) return;
    this.query = query;
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
    if (!groups.length && !days.length) return this.nothing();
    this.band.replaceChildren(make("h2", { text: texts.moodsBand }), legend(), band(groups, (key) => this.open(key)));
    this.calendar.replaceChildren(make("h2", { text: texts.moodsCalendar }), make("div", { class: "calendar" }, years(days)));
    this.figures.replaceChildren(make("details", {}, make("summary", { text: texts.moodsTable }), make("div", { class: "figures", tabindex: "0", role: "region", "aria-label": texts.moodsTable }, table(groups))));
  }

  nothing() {
    this.band.replaceChildren(make("div", { class: "empty" }, message(texts.moodsEmpty, "")));
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
  return make("ul", { class: "legend" }, SAYABLE.map((word, index) => make("li", {}, styled(make("span", { class: "dot" }), { "--emotion": `var(--emotion-${index})` }), word)));
}

/** A column a month, the shares one above the other; months between that have no photos are gaps. */
function band(groups, open) {
  const columns = [...groups].sort((one, other) => (one.key < other.key ? -1 : 1)).map((group) => {
    const words = `${dates.month(group.key)}: ${monthWords(group)}`;
    const parts = group.shares ? group.shares.map((share, index) => styled(make("i"), { height: `${share * 100}%`, backgroundColor: `var(--emotion-${index})` })) : [make("i", { class: "few" })];
    return make("button", { type: "button", title: words, "aria-label": words, onclick: () => open(group.key) }, parts);
  });
  const ends = groups.length > 1 ? [columns[0], columns.at(-1)] : [columns[0]];
  const axis = make("div", { class: "axis", "aria-hidden": "true" }, ends.map((column, place) => styled(make("span", { text: column.getAttribute("aria-label").split(":")[0] }), place ? { right: "0" } : { left: "0" })));
  return make("div", {}, make("div", { class: "band", role: "group", "aria-label": texts.moodsBand }, columns), axis);
}

function monthWords({ faces, shares }) {
  if (!shares) return `${texts.faces(faces)}, ${texts.tooFew}`;
  const named = [...shares.entries()].sort((one, other) => other[1] - one[1]).filter(([, share]) => share >= 0.01).slice(0, 3);
  return [texts.faces(faces), ...named.map(([index, share]) => `${emotionName(index)} ${dates.percent(share)}`)].join(", ");
}

/** A row a year, the newest first. */
function years(days) {
  const most = Math.max(1, ...days.map(([, , faces]) => faces));
  const byYear = Map.groupBy ? Map.groupBy(days, ([day]) => day.slice(0, 4)) : grouped(days);
  let first = true;
  return [...byYear.entries()].sort((one, other) => other[0] - one[0]).map(([year, its]) => {
    const squares = its.map((day) => {
      const made = square(day, most, first);
      first = false;
      return made;
    });
    const field = styled(make("div", { class: "days", role: "group", "aria-label": year }, months(year), squares), { width: px(54 * SQUARE), height: px(7 * SQUARE + 16) });
    return make("div", { class: "calendar-year" }, make("span", { text: year }), field);
  });
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

/** Column and row of a day in its year: weeks from left to right, from Monday down. */
function cellOf(day) {
  const first = new Date(`${day.slice(0, 4)}-01-01T00:00:00Z`);
  const before = (first.getUTCDay() + 6) % 7;
  const place = before + Math.round((Date.parse(`${day}T00:00:00Z`) - first) / DAY_MS);
  return [Math.floor(place / 7), place % 7];
}

function square([day, emotion, faces], most, isFirst) {
  const [column, row] = cellOf(day);
  const words = emotion === null ? `${dates.shortDay(day)}: ${texts.tooFew}` : texts.dayMood(dates.shortDay(day), emotionName(emotion), faces);
  const strength = 0.4 + (0.6 * Math.log(1 + faces)) / Math.log(1 + most);
  return styled(make("button", { type: "button", "data-day": day, tabindex: isFirst ? "0" : "-1", "aria-label": words, title: words }), {
    left: px(column * SQUARE), top: px(row * SQUARE + 16), opacity: strength,
    backgroundColor: emotion === null ? "var(--line)" : `var(--emotion-${emotion})`,
  });
}

function months(year) {
  return Array.from({ length: 12 }, (_, month) => {
    const [column] = cellOf(`${year}-${String(month + 1).padStart(2, "0")}-01`);
    return styled(make("span", { "aria-hidden": "true", text: dates.monthName(month) }), { left: px(column * SQUARE) });
  });
}

function table(groups) {
  const head = make("tr", {}, [texts.month, texts.facesHead, ...SAYABLE].map((text) => make("th", { scope: "col", text })));
  const rows = groups.map((group) => make("tr", {}, make("th", { scope: "row", text: dates.month(group.key) }), make("td", { text: dates.number(group.faces) }),
    group.shares ? group.shares.map((share) => make("td", { text: dates.percent(share) })) : make("td", { colspan: SAYABLE.length, text: texts.tooFew })));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, rows));
}
