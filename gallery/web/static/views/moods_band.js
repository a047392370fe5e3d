// The band of moods: a column a month, how the faces of each look in shares that fill it; and the same in a table.

import { make, styled } from "/static/dom.js";
import * as dates from "/static/dates.js";
import { emotionName, SHOWN, texts } from "/static/texts.js";

const UNCERTAIN = SHOWN.length - 1;
const COLUMN_PX = 14;
const YEAR_PX = 40;
const NAMED = 3;

export function legend() {
  const known = SHOWN.slice(0, UNCERTAIN).map((word, index) => make("li", {}, styled(make("span", { class: "dot" }), { "--emotion": `var(--emotion-${index})` }), word));
  const unsure = make("li", {}, make("span", { class: "swatch unsure" }), texts.notKnown(SHOWN[UNCERTAIN]));
  return make("ul", { class: "legend" }, known, unsure, make("li", {}, make("span", { class: "swatch few" }), texts.tooFew));
}

/** A column a month, the shares one above the other; where months between have no faces the band is torn. */
export function band(groups, width, open) {
  const months = [...groups].sort((one, other) => (one.key < other.key ? -1 : 1));
  const named = yearsNamed(months.map(({ key }) => key), Math.max(COLUMN_PX, width / months.length));
  const columns = months.flatMap((group, place) => [place > 0 && gap(months[place - 1].key, group.key), column(group, named.has(place), open)]);
  const made = make("div", { class: "band", role: "group", "aria-label": texts.moodsBand }, columns);
  return make("div", { class: "bands" }, made, make("p", { class: "quiet sideways", hidden: true, text: texts.sideways }));
}

/** Says that the band goes on beyond its edges, where it does, and begins with what is newest. Once it is in the page. */
export function settle(bands) {
  const [made, words] = bands.children;
  words.hidden = made.scrollWidth <= made.clientWidth + 1;
  made.scrollLeft = made.scrollWidth;
}

function column(group, isNamed, open) {
  const words = `${dates.month(group.key)}: ${monthWords(group)}`;
  const button = make("button", { type: "button", title: words, "aria-label": words, onclick: () => open(group.key) }, parts(group));
  return make("div", { class: "column" }, button, isNamed && make("span", { class: "year", "aria-hidden": "true", text: group.key.slice(0, 4) }));
}

function parts({ shares }) {
  if (!shares) return make("i", { class: "few" });
  return [...shares.entries()].filter(([, share]) => share > 0).map(([index, share]) => {
    const part = styled(make("i", { class: index === UNCERTAIN && "unsure" }), { height: `${share * 100}%` });
    return index === UNCERTAIN ? part : styled(part, { backgroundColor: `var(--emotion-${index})` });
  });
}

function gap(before, after) {
  const months = number(after) - number(before) - 1;
  return months > 0 && make("span", { class: months < 12 ? "gap" : "gap long", title: texts.noPhotosFor(months), "aria-hidden": "true" });
}

const number = (key) => 12 * Number(key.slice(0, 4)) + Number(key.slice(5, 7));

/** The places of the columns below which the year stands: the first of each, where there is room. */
function yearsNamed(keys, columnPx) {
  const named = new Set();
  let last = -Infinity;
  for (const [place, key] of keys.entries()) {
    const isFirst = place === 0 || keys[place - 1].slice(0, 4) !== key.slice(0, 4);
    if (!isFirst || (place - last) * columnPx < YEAR_PX) continue;
    last = place;
    named.add(place);
  }
  return named;
}

/** The largest shares, and what is left of the hundred. */
function monthWords({ faces, shares, pooled }) {
  if (!shares) return `${texts.faces(faces)}, ${texts.tooFew}`;
  const all = [...shares.entries()].filter(([, share]) => share >= 0.005).sort((one, other) => other[1] - one[1]);
  const said = all.slice(0, NAMED).map(([index, share]) => `${emotionName(index)} ${dates.percent(share)}`);
  const rest = 1 - all.slice(0, NAMED).reduce((sum, [, share]) => sum + Math.round(share * 100) / 100, 0);
  if (all.length > NAMED && rest >= 0.005) said.push(`${texts.rest} ${dates.percent(rest)}`);
  return [texts.faces(faces), ...said, ...(pooled > 1 ? [texts.withAround(pooled)] : [])].join(", ");
}

export function table(groups) {
  const head = make("tr", {}, [texts.month, texts.facesHead, ...SHOWN, texts.monthsTogether].map((text) => make("th", { scope: "col", text })));
  const rows = groups.map((group) => make("tr", {}, make("th", { scope: "row", text: dates.month(group.key) }), make("td", { text: dates.number(group.faces) }), figures(group)));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, rows));
}

function figures({ shares, pooled }) {
  if (!shares) return make("td", { colspan: SHOWN.length + 1, text: texts.tooFew });
  return [...shares.map(dates.percent), dates.number(pooled)].map((text) => make("td", { text }));
}
