// What stands on the wall: headings of days, rows, photos.

import { thumbnail } from "/static/api.js";
import { link, read } from "/static/address.js";
import * as dates from "/static/dates.js";
import { make, px, styled } from "/static/dom.js";
import { icon } from "/static/icons.js";
import { DAMAGED, PICKED, REJECTED } from "/static/timeline/pieces.js";
import { emotionName, texts } from "/static/texts.js";

/** Beside the date in a heading: the circle that selects the day, and that it is only the file’s. */
const CIRCLE_PX = 52;
const GUESSED_PX = 96;
/** Narrower there is no room to say so. */
const BRIEF_PX = 260;

/** The heading of a day, a month or a year, with the circle that selects all of it. */
export function headingRow(day, index, isSelected, isOwn) {
  const isBrief = day.guessed && day.width < BRIEF_PX;
  const words = isOwn ? texts.ownOrder : (isBrief ? "~ " : "") + dayWords(day.date, day.width - CIRCLE_PX - (day.guessed ? GUESSED_PX : 0));
  const title = isOwn ? null : isBrief ? `${dayWords(day.date)}: ${texts.dateByFileLong}` : dayWords(day.date);
  const circle = make("button", { type: "button", class: "circle", tabindex: "-1", "aria-pressed": String(isSelected), "aria-label": texts.selectDay(words) }, icon("check"));
  const text = make("h2", { text: words, title });
  const guessed = day.guessed ? make("span", { class: isBrief ? "unseen" : "guessed", text: texts.dateByFile, title: texts.dateByFileLong }) : null;
  const cell = make("div", { role: "rowheader", class: "day" }, text, guessed, circle);
  const row = make("div", { role: "row", class: "heading", "data-day": index, "aria-rowindex": day.row + 1 }, cell);
  return styled(row, { width: px(day.width) });
}

/** A date in words, as long as there is room for. */
export function dayWords(date, width = Infinity) {
  if (!date) return texts.noDate;
  if (date.length === 4) return date;
  if (date.length === 7) return dates.month(date);
  return width < 148 ? dates.bareDay(date) : width < 248 ? dates.shortDay(date) : dates.day(date);
}

/** A row of photos; `tiles` and `cells` (x and width) belong together. */
export function photoRow(row, tiles, { first, total, ariaRow, isSelected }) {
  const made = make("div", { role: "row", class: "row", "aria-rowindex": ariaRow });
  for (const [place, cell] of row.cells.entries()) {
    const rank = first + row.first + place;
    const tile = tiles[row.first + place];
    made.append(photoCell(tile, { rank, total, isSelected: isSelected(tile.id), ...cell, height: row.height }));
  }
  return styled(made, { height: px(row.height) });
}

function photoCell(tile, { rank, total, isSelected, x, width, height }) {
  const attributes = { role: "gridcell", class: "tile", id: `r${rank}`, "data-rank": rank, "aria-label": described(tile, rank, total), "aria-selected": String(isSelected) };
  const cell = make("div", attributes, anchor(tile), ...over(tile));
  return styled(cell, { left: px(x), width: px(width), height: px(height), backgroundColor: tile.color ? `#${tile.color}` : "" });
}

/** A link, so that the browser can open a photo beside this page. Its address is made when it is used: there are many. */
function anchor(tile) {
  const image = make("img", { alt: "", decoding: "async", draggable: "false" });
  if (tile.flags & DAMAGED) return make("a", { tabindex: "-1", class: "damaged" }, make("span", { text: texts.damaged }), make("span", { text: tile.name }));
  image.dataset.hash = tile.hash;
  const made = make("a", { tabindex: "-1" }, image);
  // A picture that can't be had says so in its place.
  image.onerror = () => made.classList.add("lost");
  return made;
}

export function withAddress(anchorElement, tile) {
  anchorElement.href = link({ ...read(), photo: tile.id });
}

function over(tile) {
  const parts = [make("span", { class: "circle", "aria-hidden": "true" }, icon("check"))];
  if (tile.flags & PICKED) parts.push(make("span", { class: "mark", title: texts.picked }, icon("pick")));
  if (tile.flags & REJECTED) parts.push(make("span", { class: "mark", title: texts.rejected }, icon("reject")));
  if (tile.emotions.length) {
    parts.push(make("span", { class: "words", "aria-hidden": "true", text: moodWords(tile) }));
    parts.push(make("span", { class: "mood", "aria-hidden": "true" }, tile.emotions.map(part)));
  }
  return parts;
}

function part([emotion, count]) {
  return styled(make("i"), { flexGrow: count, backgroundColor: `var(--emotion-${emotion})` });
}

export const moodWords = (tile) => tile.emotions.map(([emotion, count]) => `${count > 1 ? `${count} ` : ""}${emotionName(emotion)}`).join(", ");

/** What a reader of the screen says of a photo. */
export function described(tile, rank, total) {
  const parts = [tile.name, tile.takenAt ? dates.day(tile.takenAt) : texts.noDate];
  if (tile.faces) parts.push(tile.emotions.length ? texts.facesThatLook(tile.faces, moodWords(tile)) : texts.faces(tile.faces));
  if (tile.flags & PICKED) parts.push(texts.picked);
  if (tile.flags & REJECTED) parts.push(texts.rejected);
  if (tile.flags & DAMAGED) parts.push(texts.damaged);
  parts.push(texts.place(rank, total));
  return parts.join(", ");
}

/** The images of a row that nobody has asked for yet, each with its address. */
export const imagesOf = (row) => [...row.querySelectorAll("img:not([src])")].map((image) => [image, thumbnail(image.dataset.hash)]);

/** Where the photos of a segment will be, while they are on their way. */
export function placeholder(segment, target) {
  return styled(make("div", { class: "coming", "aria-hidden": "true" }), {
    width: px(segment.width),
    height: px(segment.height),
    "--row": px(segment.justified ? Math.max(40, segment.height / segment.rows) : target),
  });
}
