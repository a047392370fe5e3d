// Photos: the timeline of all that matches, by days, months or years.

import { ask } from "/static/api.js";
import { go, note, noted, read, titleOf } from "/static/address.js";
import { failed, say } from "/static/announce.js";
import { find, make, rested } from "/static/dom.js";
import * as frame from "/static/frame.js";
import { icon } from "/static/icons.js";
import * as pictures from "/static/pictures.js";
import { Facets } from "/static/search/facets.js";
import { state } from "/static/state.js";
import { texts } from "/static/texts.js";
import { AlbumHead } from "/static/timeline/album_head.js";
import { Arranging } from "/static/timeline/arranging.js";
import { described, withAddress } from "/static/timeline/cells.js";
import { Grid } from "/static/timeline/grid.js";
import { Pieces } from "/static/timeline/pieces.js";
import { dayOf, grouped, plan } from "/static/timeline/plan.js";
import { Scrubber, yOfDate } from "/static/timeline/scrubber.js";
import { Wall } from "/static/timeline/wall.js";
import { emptyState, notUnderstood } from "/static/views/empty.js";
import { OnThisDay } from "/static/views/on_this_day.js";

const SIZES = [0.55, 0.75, 1, 1.35, 1.8];
const DENSITY = { all: 1, months: 0.55, years: 0.34 };
const EDGE_PX = { wide: 56, narrow: 0 };
const NOTE_MS = 250;
/** The order of an album, as it was put in order by hand. */
const OWN = "album";

export class PhotosView {
  constructor() {
    this.scroller = make("div", { class: "scroller", id: "grid", role: "grid", tabindex: "0", "aria-label": texts.timeline, "aria-multiselectable": "true" });
    this.edge = make("div", { class: "scrubber", hidden: true });
    this.empty = make("div", { class: "empty", hidden: true });
    this.facets = new Facets();
    this.memories = new OnThisDay();
    this.albumHead = new AlbumHead({ go: (place) => go({ view: "photos", ...place }), known: () => this.wall.selectionChanged() });
    this.element = make("section", { class: "view timeline" }, this.facets.element, this.memories.element, this.albumHead.element, make("div", { class: "wall" }, this.scroller, this.edge, this.empty));
    this.size = Number(localStorage.getItem("size") ?? 2);
    this.wall = new Wall(this);
    this.grid = new Grid(this.scroller, {
      changed: () => this.settled(),
      isSelected: (id) => this.wall.selection.has(id),
      isDaySelected: (index) => this.wall.selection.hasDay(index),
    });
    this.scrubber = new Scrubber(this.edge, this.grid);
    this.scroller.addEventListener("scroll", () => this.scrubber.update(), { passive: true });
    this.keep = rested(() => this.noteView(), NOTE_MS);
    Object.assign(this, { refreshing: Promise.resolve(), due: null });
    this.tools = this.makeTools();
    this.arranging = new Arranging(this);
    this.keys = { ...this.wall.keys, ...this.arranging.keys, "+": () => this.zoom(1), "=": () => this.zoom(1), "-": () => this.zoom(-1) };
    new ResizeObserver(() => this.resized()).observe(this.scroller);
  }

  makeTools() {
    const choose = ({ target: { value } }) => go(value === OWN ? { by: null, order: OWN } : { by: value === "all" ? null : value, order: null });
    const options = Object.entries(texts.densities).map(([value, text]) => make("option", { value, text }));
    this.own = options.find(({ value }) => value === OWN);
    this.density = make("select", { "aria-label": texts.density, onchange: choose }, options);
    const button = (name, words, act) => make("button", { type: "button", class: "plain", "aria-label": words, title: words, onclick: act }, icon(name));
    return [
      this.density,
      button("smaller", texts.smaller, () => this.zoom(-1)),
      button("larger", texts.larger, () => this.zoom(1)),
      this.wall.selectButton,
    ];
  }

  // What is shown --------------------------------------------------------------------------------------------------------

  async show(place) {
    const isHere = this.timeline && place.query === this.query && (place.order ?? "newest") === this.order;
    frame.title(titleOf(place.query) || texts.allPhotos, isHere ? texts.photos(this.timeline.total) : "");
    if (isHere) return this.come(place);
    await this.load(place);
  }

  /** To a place in the timeline that is here: by "back", or another density. */
  come(place) {
    if (this.by !== (place.by ?? "all")) this.lay(place.by ?? "all");
    this.density.value = this.isOwn ? OWN : this.by;
    const { view } = noted();
    if (view && view.key === this.viewKey()) this.goTo(view);
    else if (place.at && !place.photo) this.grid.to(yOfDate(this.plan, place.at));
    this.grid.draw();
    this.facets.show(place.query);
  }

  async load(place) {
    const { query, order: given } = place;
    const order = given ?? "newest";
    Object.assign(this, { query, order });
    const isLeft = () => read().query !== query || (read().order ?? "newest") !== order;
    try {
      const [timeline] = await Promise.all([ask("timeline", { query, order }), this.memories.load(query, () => this.remember())]);
      if (isLeft()) return;
      this.memories.show(query);
      this.take(timeline);
    } catch (error) {
      if (error.name === "AbortError" || isLeft()) return;
      this.refused(error);
      return;
    }
    this.lay(place.by ?? "all");
    this.come(place);
    say(texts.found(this.timeline.total));
  }

  /** What was on this day has come after the photos. It lies over the upper edge of the wall: no photo moves. */
  remember() {
    if (!this.timeline || this.query || !this.memories.element.hidden) return;
    const edge = () => this.scroller.getBoundingClientRect().top;
    const before = edge();
    this.memories.show(this.query);
    const by = edge() - before;
    if (this.grid.map.end >= by) this.grid.to(this.grid.map.top + by);
    else this.memories.element.hidden = true;
  }

  take(timeline) {
    this.pieces?.close();
    this.timeline = timeline;
    this.pieces = new Pieces(this, timeline, { arrived: () => this.grid.arrived(), failed });
    this.wall.selection.clear();
    this.own.hidden = !timeline.album;
    this.albumHead.show(timeline.album);
    frame.title(titleOf(this.query) || texts.allPhotos, texts.photos(timeline.total));
    this.knows();
  }

  /** When the number of all photos is known: whether there is nothing at all, or nothing that matches. */
  knows() {
    if (!this.timeline) return;
    this.empty.hidden = this.timeline.total > 0;
    this.scroller.hidden = this.timeline.total === 0;
    if (this.timeline.total === 0) this.empty.replaceChildren(...emptyState(this.query));
  }

  /** A query that can't be read is told of by the search box, with its caret; the photos of before stay. */
  refused(error) {
    this.query = null;
    if (error.status !== 400 && error.status !== 422) return failed(error);
    find("#search").dispatchEvent(new CustomEvent("refused", { detail: error }));
    if (this.timeline) return;
    this.empty.replaceChildren(...notUnderstood());
    this.empty.hidden = false;
  }

  sizes() {
    const wide = this.scroller.clientWidth >= 640;
    const width = Math.max(120, this.scroller.clientWidth - (wide ? EDGE_PX.wide : EDGE_PX.narrow) - (wide ? 12 : 8));
    const target = Math.round((wide ? 220 : 110) * SIZES[this.size] * DENSITY[this.by]);
    return { width, target: Math.min(target, Math.round(width * 0.9)), heading: Math.min(width, wide ? 180 : 164) };
  }

  lay(by) {
    const anchor = this.plan && this.by === by && this.anchor;
    this.by = by;
    this.plan = { ...plan(grouped(this.timeline.days, by), this.sizes()), isOwn: this.isOwn };
    this.scroller.setAttribute("aria-rowcount", this.plan.rows);
    this.grid.show(this.plan, this.pieces);
    this.scrubber.show(this.plan);
    if (anchor) this.goTo(anchor);
    this.wall.replaced();
  }

  /** Whether the photos are as somebody put them in order in their album. */
  get isOwn() {
    return this.order === OWN && Boolean(this.timeline?.album);
  }

  // Where one is ---------------------------------------------------------------------------------------------------------

  viewKey() {
    return `${this.query}|${this.order}|${this.by}|${this.plan?.width}|${this.plan?.target}`;
  }

  goTo({ rank, delta }) {
    this.grid.to(this.grid.whereIs(Math.min(rank, Math.max(0, this.timeline.total - 1))).y - delta);
  }

  settled() {
    this.anchor = this.grid.anchor();
    this.scrubber.update();
    this.keep();
  }

  /** The address gets the day, what the browser keeps with it the pixel. */
  noteView() {
    const place = read();
    if (place.view !== "photos" || place.photo || !this.plan?.days.length || place.query !== this.query || (place.order ?? "newest") !== this.order) return;
    this.anchor = this.grid.anchor();
    const day = this.plan.days[dayOf(this.plan, this.anchor.rank)];
    note({ at: this.grid.map.top > 0 && day.date ? day.date : null }, { view: { ...this.anchor, key: this.viewKey() } });
  }

  resized() {
    if (!this.timeline || !this.scroller.clientWidth) return;
    const sizes = this.sizes();
    if (sizes.width === this.plan.width && sizes.target === this.plan.target) return this.scrubber.show(this.plan);
    const anchor = this.anchor ?? { rank: 0, delta: 0 };
    this.lay(this.by);
    this.goTo(anchor);
  }

  zoom(step) {
    const size = Math.max(0, Math.min(SIZES.length - 1, this.size + step));
    if (size === this.size || !this.plan) return;
    this.size = size;
    localStorage.setItem("size", size);
    const anchor = this.grid.anchor();
    this.lay(this.by);
    this.goTo(anchor);
  }

  // News -----------------------------------------------------------------------------------------------------------------

  /** Somebody changed the gallery: what is seen stays where it is, and says what is true now.
   *
   * One after the other, for two at once would each follow the focus from where the other one left the tiles; whoever
   * asks while one waits shares it.
   */
  refresh() {
    this.due ??= this.refreshing.then(() => {
      this.due = null;
      return this.refreshed();
    });
    this.refreshing = this.due.catch(() => {});
    return this.due;
  }

  async refreshed() {
    if (this.query === null || !this.timeline) return;
    const { query, order } = this;
    const timeline = await ask("timeline", { query, order }).catch(failed);
    if (!timeline || query !== this.query || order !== this.order) return;
    this.albumHead.show(timeline.album, true);
    const anchor = this.grid.anchor();
    const before = this.pieces.at(anchor.rank);
    if (JSON.stringify(timeline.days) === JSON.stringify(this.timeline.days)) return this.renew(timeline);
    const found = before ? await ask("rank", { query, order, id: before.id }).catch(() => null) : null;
    this.take(timeline);
    this.lay(this.by);
    this.goTo({ rank: found?.rank ?? anchor.rank, delta: anchor.delta });
    this.facets.show(this.query, true);
  }

  async renew(timeline) {
    this.timeline = timeline;
    const { first, count } = this.grid.seenRanks();
    const active = this.pieces.at(this.wall.active ?? -1);
    await this.pieces.renew(timeline.version, first, count).catch(failed);
    // In an album they may stand in another order now.
    this.grid.geometry.clear();
    this.wall.follow(active, this.pieces.range(first, count) ?? [], first);
    this.grid.redraw();
    this.facets.show(this.query, true);
  }

  hide() {
    pictures.stop();
    this.wall.selection.clear();
  }

  // For one photo, which goes on in the order of this view ---------------------------------------------------------------

  open(rank) {
    const tile = this.pieces.at(rank);
    if (!tile) return;
    this.noteView();
    go({ photo: tile.id });
  }

  /** The photo that was looked at last is where one comes back to. */
  seen(rank) {
    if (rank === null || rank === undefined || !this.plan || rank >= this.timeline.total) return;
    this.wall.moveTo(rank, { quiet: true });
  }

  hover(cell) {
    const tile = this.pieces.at(Number(cell.dataset.rank));
    if (tile) withAddress(cell.querySelector("a"), tile);
  }

  describe(rank) {
    const tile = this.pieces.at(rank);
    return tile ? described(tile, rank, this.timeline.total) : texts.place(rank, this.timeline.total);
  }
}
