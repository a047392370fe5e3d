// Photos of an album put in order: dragged with the mouse, or moved by keys and buttons. What is selected moves together.

import { tell } from "/static/api.js";
import { done, failed, say } from "/static/announce.js";
import { make, px, styled } from "/static/dom.js";
import { texts } from "/static/texts.js";

const DRAGGED_PX = 6;
/** So near to an edge the wall scrolls under what is dragged. */
const EDGE_PX = 70;
const SCROLL_PX = 14;

export class Arranging {
  constructor(view) {
    Object.assign(this, { view, drag: null, moves: Promise.resolve() });
    const onWall = (act) => () => (view.wall.isHere() && this.isPossible() ? act() : false);
    this.keys = {
      "Shift+ArrowLeft": onWall(() => this.step(-1)),
      "Shift+ArrowRight": onWall(() => this.step(1)),
      "Shift+Home": onWall(() => this.toEnd(-1)),
      "Shift+End": onWall(() => this.toEnd(1)),
    };
    this.marker = make("div", { class: "drop", "aria-hidden": "true" });
    this.load = make("div", { class: "load", "aria-hidden": "true", hidden: true });
    view.element.append(this.load);
    view.scroller.addEventListener("pointerdown", (event) => this.pressed(event));
    view.scroller.addEventListener("dragstart", (event) => this.isPossible() && event.preventDefault());
  }

  /** Whether this album can be put in order, and is shown in it. */
  isPossible() {
    return this.view.isOwn && this.view.albumHead.isManual;
  }

  // What moves -----------------------------------------------------------------------------------------------------------

  /** The ids that move: those selected, where `tile` is one of them or isn't given; else that one. */
  chosen(tile = null) {
    const { selection } = this.view.wall;
    if (selection.count(this.view.timeline.total) && (!tile || selection.has(tile.id))) return (id) => selection.has(id);
    const alone = tile ?? this.view.pieces.at(this.view.wall.active ?? -1);
    return (id) => id === alone?.id;
  }

  /** A place earlier or later; several are put side by side. */
  step(by) {
    this.move(this.chosen(), (tiles, ranks) => (by < 0 ? Math.max(0, ranks[0] - 1) : Math.min(tiles.length, ranks.at(-1) + 2)));
  }

  toEnd(by) {
    this.move(this.chosen(), (tiles) => (by < 0 ? 0 : tiles.length));
  }

  /** One move after the other, for each stands on what the last one left. */
  move(isMoved, placeOf) {
    this.moves = this.moves.then(() => this.moved(isMoved, placeOf)).catch(failed);
  }

  async moved(isMoved, placeOf) {
    const { view } = this;
    const tiles = await view.pieces.all(0, view.timeline.total);
    const ranks = tiles.flatMap(({ id }, rank) => (isMoved(id) ? [rank] : []));
    if (!ranks.length) return;
    const place = placeOf(tiles, ranks);
    const moved = ranks.map((rank) => tiles[rank]);
    const rest = tiles.filter(({ id }) => !isMoved(id));
    const before = tiles.slice(place).find(({ id }) => !isMoved(id)) ?? null;
    const at = before ? rest.indexOf(before) : rest.length;
    const order = [...rest.slice(0, at), ...moved, ...rest.slice(at)];
    if (order.every((tile, rank) => tile === tiles[rank])) return;
    const answer = await tell(`albums/${view.timeline.album}`, { move: { photos: moved.map(({ id }) => id), before: before?.id ?? null } });
    await view.refresh();
    view.wall.moveTo(at, { quiet: true });
    done(answer.done, answer.undo);
    say(texts.movedTo(at, order.length));
  }

  // Dragging -------------------------------------------------------------------------------------------------------------

  pressed(event) {
    const cell = event.target.closest(".tile");
    if (!cell || event.button || event.pointerType !== "mouse" || event.shiftKey || !this.isPossible()) return;
    const tile = this.view.pieces.at(Number(cell.dataset.rank));
    if (!tile) return;
    const from = { x: event.clientX, y: event.clientY };
    this.listeners = {
      pointermove: (moved) => this.dragged(moved, tile, from),
      pointerup: () => this.dropped(),
      pointercancel: () => this.let(),
      keydown: (pressed) => pressed.key === "Escape" && this.drag && this.givenUp(pressed),
    };
    for (const [name, listener] of Object.entries(this.listeners)) addEventListener(name, listener, true);
  }

  dragged(event, tile, from) {
    const at = { x: event.clientX, y: event.clientY };
    if (!this.drag) {
      if (Math.hypot(at.x - from.x, at.y - from.y) < DRAGGED_PX) return;
      this.begin(tile);
    }
    this.drag.at = at;
    styled(this.load, { transform: `translate(${at.x + 14}px, ${at.y + 10}px)` });
    this.show(at);
  }

  begin(tile) {
    const isMoved = this.chosen(tile);
    const { selection } = this.view.wall;
    const count = selection.has(tile.id) ? selection.count(this.view.timeline.total) : 1;
    this.drag = { isMoved, before: undefined };
    this.load.textContent = texts.photos(count);
    this.load.hidden = false;
    this.view.element.classList.add("dragging");
    this.view.wall.swallow = true;
    this.scroll();
  }

  /** Where what is dragged would go: before or behind the photo under the pointer. */
  show({ x, y }) {
    const cell = document.elementFromPoint(x, y)?.closest(".tile");
    if (!cell || !this.view.scroller.contains(cell)) return;
    const box = cell.getBoundingClientRect();
    const isBehind = x > box.left + box.width / 2;
    this.drag.before = this.view.pieces.at(Number(cell.dataset.rank) + isBehind)?.id ?? null;
    cell.append(styled(this.marker, { left: isBehind ? "auto" : px(0), right: isBehind ? px(0) : "auto" }));
  }

  scroll() {
    if (!this.drag) return;
    requestAnimationFrame(() => this.scroll());
    const { at } = this.drag;
    if (!at) return;
    const { top, bottom } = this.view.scroller.getBoundingClientRect();
    const by = at.y < top + EDGE_PX ? -SCROLL_PX : at.y > bottom - EDGE_PX ? SCROLL_PX : 0;
    if (!by) return;
    this.view.grid.to(this.view.grid.map.top + by);
    this.show(at);
  }

  dropped() {
    const { drag } = this;
    this.let();
    // The click that follows would open the photo.
    setTimeout(() => (this.view.wall.swallow = false));
    if (drag && drag.before !== undefined) this.move(drag.isMoved, (tiles) => placeOf(tiles, drag.before));
  }

  givenUp(event) {
    event.preventDefault();
    event.stopPropagation();
    this.let();
  }

  let() {
    for (const [name, listener] of Object.entries(this.listeners ?? {})) removeEventListener(name, listener, true);
    this.drag = null;
    this.load.hidden = true;
    this.marker.remove();
    this.view.element.classList.remove("dragging");
  }
}

/** Where the photo of this id stands; without one behind all. */
const placeOf = (tiles, id) => (id === null ? tiles.length : tiles.findIndex((tile) => tile.id === id));
