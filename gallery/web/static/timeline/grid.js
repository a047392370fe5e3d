// The wall itself: of a timeline of any length only what is near the view is in the page, a few rows a frame.

import { framed, make, px, rested, styled } from "/static/dom.js";
import * as pictures from "/static/pictures.js";
import { headingRow, imagesOf, photoRow, placeholder } from "/static/timeline/cells.js";
import { HEADING, lastUpTo, rowsOf, segmentOf } from "/static/timeline/plan.js";
import { ScrollMap } from "/static/timeline/scroll_map.js";

/** Rows made in a frame: more would hold up scrolling. */
const ROWS_A_FRAME = 8;
/** Faster than so many screens a second nothing is fetched: it would be gone before it came. */
const FAST_SCREENS = 6;
const RESTED_MS = 130;
/** Places in the page are counted from here, and from elsewhere after this many pixels: large numbers are imprecise. */
const FAR = 400_000;

export class Grid {
  /** `changed` is called after scrolling, `selected` tells of an id or a day whether it is. */
  constructor(scroller, { changed, isSelected, isDaySelected }) {
    Object.assign(this, { scroller, changed, isSelected, isDaySelected });
    this.layer = make("div", { class: "layer", role: "presentation" });
    this.spacer = make("div", { class: "spacer", role: "presentation" }, this.layer);
    scroller.replaceChildren(this.spacer);
    this.map = new ScrollMap(scroller, this.spacer);
    this.shown = new Map();
    this.geometry = new Map();
    this.origin = 0;
    this.speed = { at: 0, top: 0, screens: 0 };
    this.draw = framed(() => this.render());
    this.rest = rested(() => this.rested(), RESTED_MS);
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
  }

  /** Another result or other sizes; the view stays where `top` is put next. */
  show(plan, pieces) {
    Object.assign(this, { plan, pieces });
    this.geometry.clear();
    this.clear();
    this.map.resize(plan.height);
    this.draw();
  }

  clear() {
    this.shown.clear();
    this.layer.replaceChildren();
  }

  scrolled() {
    this.map.scrolled();
    this.measureSpeed();
    this.draw();
    this.rest();
  }

  measureSpeed() {
    const now = performance.now();
    const seconds = (now - this.speed.at) / 1000;
    if (seconds < 0.03) return;
    const screens = Math.abs(this.map.top - this.speed.top) / this.map.screen / seconds;
    this.speed = { at: now, top: this.map.top, screens: seconds > 0.3 ? 0 : screens };
  }

  rested() {
    this.speed = { at: performance.now(), top: this.map.top, screens: 0 };
    if (!this.map.isSettled()) this.map.settle();
    this.render();
    this.changed();
  }

  to(top) {
    this.map.to(top);
    this.measureSpeed();
    this.draw();
    this.rest();
  }

  // What is in the page --------------------------------------------------------------------------------------------------

  render() {
    if (!this.plan) return;
    this.moveLayer();
    const near = this.near();
    for (const [key, element] of this.shown) if (!near.has(key)) this.remove(key, element);
    let budget = ROWS_A_FRAME;
    for (const [key, part] of near) {
      if (this.shown.has(key)) continue;
      if (budget-- <= 0) {
        this.draw();
        break;
      }
      this.add(key, part);
    }
    if (this.isSlow()) this.fetch(near);
  }

  isSlow() {
    return this.speed.screens < FAST_SCREENS;
  }

  moveLayer() {
    if (Math.abs(this.map.top - this.origin) > FAR) {
      this.origin = Math.round(this.map.top);
      this.clear();
    }
    const shift = this.origin - this.map.shift;
    if (shift !== this.layerAt) this.layer.style.transform = `translateY(${shift}px)`;
    this.layerAt = shift;
  }

  /** What shall be in the page, by key: what is seen first, then what is a screen away. */
  near() {
    const { top, screen } = this.map;
    const parts = [];
    const from = top - screen;
    const to = top + 2 * screen;
    for (let place = this.firstAt(from); place < this.plan.segments.length; place++) {
      const segment = this.plan.segments[place];
      if (segment.y - HEADING > to) break;
      this.collect(parts, segment, place, from, to);
    }
    const middle = top + screen / 2;
    parts.sort((one, other) => Math.abs(one[1].middle - middle) - Math.abs(other[1].middle - middle));
    return new Map(parts);
  }

  firstAt(y) {
    const { segments } = this.plan;
    let place = lastUpTo(segments, y, (segment) => segment.y + segment.height);
    while (place > 0 && segments[place - 1].y + segments[place - 1].height >= y) place--;
    return place;
  }

  collect(parts, segment, place, from, to) {
    const day = this.plan.days[segment.day];
    if (segment.first === day.first) {
      parts.push([`d${segment.day}`, { kind: "heading", day, index: segment.day, x: day.x, y: day.y, middle: day.y }]);
    }
    const rows = this.rowsIn(segment, place);
    if (!rows) {
      parts.push([`s${place}`, { kind: "placeholder", segment, x: segment.x, y: segment.y, middle: Math.max(segment.y, from) }]);
      return;
    }
    for (const [number, row] of rows.entries()) {
      const y = segment.y + row.y;
      if (y + row.height < from || y > to) continue;
      parts.push([`${place}:${number}`, { kind: "row", segment, row, number, x: segment.x, y, middle: y + row.height / 2 }]);
    }
  }

  /** The rows of a segment, or null while its photos aren't there. */
  rowsIn(segment, place) {
    const known = this.geometry.get(place);
    if (known) return known;
    const tiles = this.pieces.range(segment.first, segment.count);
    if (!tiles) return null;
    const rows = rowsOf(segment, tiles.map((tile) => tile.aspect), this.plan);
    this.geometry.set(place, rows);
    return rows;
  }

  add(key, part) {
    const element = this.made(part);
    if (!element) return;
    element.style.transform = `translate(${px(part.x)}, ${px(part.y - this.origin)})`;
    this.shown.set(key, element);
    element.dataset.y = part.y;
    this.layer.insertBefore(element, this.after(part.y));
  }

  /** In the page things follow each other as on the wall, for who hears it read. */
  after(y) {
    let next = null;
    for (let each = this.layer.lastElementChild; each && Number(each.dataset.y) > y; each = each.previousElementSibling) next = each;
    return next;
  }

  made({ kind, segment, row, day, index, number }) {
    if (kind === "heading") return headingRow(day, index, this.isDaySelected(index), this.plan.isOwn);
    if (kind === "placeholder") return placeholder(segment, this.plan.target);
    // The photos may have been let go of since the rows were worked out.
    const tiles = this.pieces.range(segment.first + row.first, row.cells.length);
    if (!tiles) return null;
    const about = { first: segment.first + row.first, total: this.plan.total, ariaRow: segment.row + number + 1, isSelected: this.isSelected };
    return styled(photoRow({ ...row, first: 0 }, tiles, about), { width: px(segment.width) });
  }

  remove(key, element) {
    for (const image of element.querySelectorAll("img")) pictures.drop(image);
    element.remove();
    this.shown.delete(key);
  }

  fetch(near) {
    const ranges = [];
    const images = [];
    for (const [key, { kind, segment, row }] of near) {
      if (kind === "placeholder") ranges.push([segment.first, segment.count]);
      if (kind === "row" && !this.shown.has(key)) ranges.push([segment.first + row.first, row.cells.length]);
      if (kind === "row" && this.shown.has(key)) images.push(...imagesOf(this.shown.get(key)));
    }
    pictures.wanted(images);
    this.pieces.want(ranges);
  }

  /** Photos have come. */
  arrived() {
    this.draw();
  }

  /** Everything in the page is made anew, as after corrections. */
  redraw() {
    const kept = [...this.layer.children];
    this.shown.clear();
    this.render();
    while (this.shown.size < kept.length && this.pending()) this.render();
    for (const element of kept) element.remove();
  }

  pending() {
    return [...this.near().keys()].some((key) => !this.shown.has(key));
  }

  /** The ranks that are in the page, as first and count. */
  seenRanks() {
    const cells = [...this.layer.querySelectorAll(".tile")].map((cell) => Number(cell.dataset.rank));
    const first = Math.min(...cells);
    return cells.length ? { first, count: Math.max(...cells) - first + 1 } : { first: 0, count: 0 };
  }

  // Where photos are -----------------------------------------------------------------------------------------------------

  /** The place of a photo in the timeline, `exact` where its row is known. */
  whereIs(rank) {
    const place = segmentOf(this.plan, rank);
    const segment = this.plan.segments[place];
    const rows = this.rowsIn(segment, place);
    const within = rank - segment.first;
    if (!rows) return { exact: false, y: segment.y + (segment.height * within) / segment.count, height: this.plan.target, x: segment.x, width: 0 };
    const row = rows[lastUpTo(rows, within, (each) => each.first)];
    const cell = row.cells[within - row.first];
    return { exact: true, y: segment.y + row.y, height: row.height, x: segment.x + cell.x, width: cell.width };
  }

  /** The photo nearest to a place in the timeline, above or below it as `step` says. */
  rankNear(x, y, step) {
    const { segments } = this.plan;
    let place = step > 0 ? this.firstAt(y) : lastUpTo(segments, y, (segment) => segment.y);
    let best = null;
    for (; place >= 0 && place < segments.length; place += step) {
      best = this.nearestIn(place, x, y, step, best);
      const segment = segments[place];
      if (best && (step > 0 ? segment.y > best.y + best.height : segment.y + segment.height < best.y)) break;
    }
    return best?.rank ?? null;
  }

  nearestIn(place, x, y, step, best) {
    const segment = this.plan.segments[place];
    const rows = this.rowsIn(segment, place) ?? [];
    for (const row of rows) {
      const top = segment.y + row.y;
      if (step > 0 ? top < y : top > y) continue;
      for (const [number, cell] of row.cells.entries()) {
        const away = Math.abs(top - y) * 10 + Math.abs(segment.x + cell.x + cell.width / 2 - x);
        if (!best || away < best.away) best = { away, y: top, height: row.height, rank: segment.first + row.first + number };
      }
    }
    return best;
  }

  /** Scrolls no further than needed to show a photo. */
  reveal(rank) {
    const { y, height } = this.whereIs(rank);
    const { top, screen } = this.map;
    if (y - HEADING < top) this.to(y - HEADING);
    else if (y + height > top + screen) this.to(y + height - screen + 8);
  }

  /** The photo at the upper edge and how far below the edge it is, to come back to it. */
  anchor() {
    const place = this.firstAt(this.map.top + 1);
    const segment = this.plan.segments[place];
    if (!segment) return { rank: 0, delta: 0 };
    const rows = this.rowsIn(segment, place);
    const row = rows?.find((each) => segment.y + each.y + each.height > this.map.top);
    const rank = row ? segment.first + row.first : segment.first;
    return { rank, delta: this.whereIs(rank).y - this.map.top };
  }
}
