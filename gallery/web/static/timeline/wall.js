// What a person does at the wall of photos: moves over it, opens, selects. The focus is the wall's; `aria-activedescendant`
// says on which photo it is, so that it isn't lost with a row that is scrolled out of the page.

import { failed, say } from "/static/announce.js";
import { make } from "/static/dom.js";
import { icon } from "/static/icons.js";
import { texts } from "/static/texts.js";
import { SelectedBar } from "/static/timeline/selected_bar.js";
import { Selection } from "/static/timeline/selection.js";

const LONG_PRESS_MS = 450;
const MOVED_PX = 10;

export class Wall {
  constructor(view) {
    Object.assign(this, { view, active: null, selecting: false });
    this.selection = new Selection(() => this.selectionChanged());
    this.bar = new SelectedBar(view, this.selection);
    this.selectButton = make("button", { type: "button", class: "plain", "aria-pressed": "false", "aria-label": texts.select, title: texts.select, onclick: () => this.setSelecting(!this.selecting) }, icon("select"));
    this.keys = this.makeKeys();
    const { scroller } = view;
    scroller.addEventListener("click", (event) => this.clicked(event));
    scroller.addEventListener("pointerover", (event) => event.target.closest(".tile") && view.hover(event.target.closest(".tile")));
    scroller.addEventListener("pointerdown", (event) => this.pressed(event));
    scroller.addEventListener("focus", () => this.focused());
    for (const end of ["pointerup", "pointercancel", "pointermove", "scroll"]) scroller.addEventListener(end, (event) => this.let(event), { passive: true });
    scroller.addEventListener("contextmenu", (event) => this.held && event.preventDefault());
    new MutationObserver(() => this.markActive()).observe(view.grid?.layer ?? scroller, { childList: true, subtree: true });
  }

  makeKeys() {
    const onWall = (act) => (event) => (this.isHere() ? act(event) : false);
    return {
      ArrowRight: onWall(() => this.step(1)),
      ArrowLeft: onWall(() => this.step(-1)),
      ArrowDown: onWall(() => this.stepRow(1)),
      ArrowUp: onWall(() => this.stepRow(-1)),
      PageDown: onWall(() => this.page(1)),
      PageUp: onWall(() => this.page(-1)),
      Home: onWall(() => this.moveTo(0)),
      End: onWall(() => this.moveTo(this.total - 1)),
      Enter: onWall(() => this.active !== null && this.view.open(this.active)),
      x: () => this.active !== null && this.toggle(this.active),
      "Shift+x": () => this.active !== null && this.range(this.active),
      "Ctrl+a": () => this.selection.all(),
      a: () => this.bar.album(),
      s: () => this.play(),
      Escape: () => (this.selection.count(this.total) || this.selecting ? this.clear() : false),
    };
  }

  get total() {
    return this.view.timeline?.total ?? 0;
  }

  isHere() {
    const { activeElement } = document;
    return activeElement === this.view.scroller || activeElement === document.body || activeElement === document.querySelector("#main");
  }

  // Moving ---------------------------------------------------------------------------------------------------------------

  /** The slideshow, from the photo with the focus or the first that is seen. */
  play() {
    this.view.plays = true;
    this.view.open(this.active ?? this.view.grid.anchor().rank);
  }

  step(by) {
    if (this.active === null) return this.moveTo(this.view.grid.anchor().rank);
    this.moveTo(this.active + by);
  }

  stepRow(by) {
    const { grid } = this.view;
    if (this.active === null) return this.moveTo(grid.anchor().rank);
    const here = grid.whereIs(this.active);
    const rank = grid.rankNear(here.x + here.width / 2, by > 0 ? here.y + here.height + 1 : here.y - 1, by);
    if (rank !== null && rank !== this.active) this.moveTo(rank);
    else if (rank === null) this.moveTo(this.active + by);
  }

  page(by) {
    const { grid } = this.view;
    const here = grid.whereIs(this.active ?? grid.anchor().rank);
    grid.to(grid.map.top + by * grid.map.screen * 0.85);
    const rank = grid.rankNear(here.x, here.y + by * grid.map.screen * 0.85, by);
    if (rank !== null) this.moveTo(rank);
  }

  moveTo(rank, { quiet = false } = {}) {
    if (!this.total) return;
    this.active = Math.max(0, Math.min(rank, this.total - 1));
    this.view.grid.reveal(this.active);
    this.view.scroller.setAttribute("aria-activedescendant", `r${this.active}`);
    this.markActive();
    if (quiet) return;
    this.view.scroller.focus({ preventScroll: true });
    say(this.view.describe(this.active));
  }

  /** The focus stays on its photo, which may stand elsewhere now among these tiles. */
  follow(tile, tiles, first) {
    const place = tile ? tiles.findIndex(({ id }) => id === tile.id) : -1;
    if (place < 0 || first + place === this.active) return;
    this.active = first + place;
    this.view.scroller.setAttribute("aria-activedescendant", `r${this.active}`);
  }

  focused() {
    if (this.active === null && this.total && this.view.scroller.matches(":focus-visible")) this.moveTo(this.view.grid.anchor().rank, { quiet: true });
  }

  markActive() {
    for (const old of this.view.scroller.querySelectorAll(".tile.active")) if (old.id !== `r${this.active}`) old.classList.remove("active");
    if (this.active !== null) document.getElementById(`r${this.active}`)?.classList.add("active");
  }

  replaced() {
    if (this.active !== null && this.active >= this.total) this.active = null;
  }

  // Selecting ------------------------------------------------------------------------------------------------------------

  clicked(event) {
    if (this.swallow) return this.swallowed(event);
    const heading = event.target.closest(".heading .circle");
    if (heading) return this.toggleDay(Number(heading.closest(".heading").dataset.day));
    const cell = event.target.closest(".tile");
    if (!cell || event.ctrlKey || event.metaKey || event.button) return;
    event.preventDefault();
    const rank = Number(cell.dataset.rank);
    const selects = this.selecting || event.target.closest(".circle") || this.selection.count(this.total) > 0;
    this.active = rank;
    this.markActive();
    if (event.shiftKey) this.range(rank);
    else if (selects) this.toggle(rank);
    else this.view.open(rank);
  }

  swallowed(event) {
    this.swallow = false;
    event.preventDefault();
  }

  pressed(event) {
    const cell = event.target.closest(".tile");
    if (!cell || event.pointerType === "mouse") return;
    this.start = { x: event.clientX, y: event.clientY };
    this.timer = setTimeout(() => this.pressedLong(cell), LONG_PRESS_MS);
    this.held = true;
  }

  pressedLong(cell) {
    this.swallow = true;
    this.setSelecting(true);
    this.toggle(Number(cell.dataset.rank));
  }

  let(event) {
    const near = event.type === "pointermove" && this.start && Math.hypot(event.clientX - this.start.x, event.clientY - this.start.y) < MOVED_PX;
    if (near) return;
    clearTimeout(this.timer);
    this.held = false;
    if (event.type !== "pointermove") this.start = null;
  }

  toggle(rank) {
    const tile = this.view.pieces.at(rank);
    if (tile) this.selection.toggle(tile.id, rank);
  }

  async range(rank) {
    const from = this.selection.from ?? this.active ?? rank;
    const [first, last] = [Math.min(from, rank), Math.max(from, rank)];
    const tiles = await this.view.pieces.all(first, last - first + 1).catch(failed);
    if (!tiles) return;
    this.selection.add(tiles.map(({ id }) => id));
    this.selection.from = rank;
  }

  async toggleDay(index) {
    const { first, count } = this.view.plan.days[index];
    const tiles = await this.view.pieces.all(first, count).catch(failed);
    if (tiles) this.selection.toggleMany(tiles.map(({ id }) => id), index);
  }

  setSelecting(on) {
    this.selecting = on;
    this.selectButton.setAttribute("aria-pressed", String(on));
    this.view.element.classList.toggle("selecting", on);
    if (!on && this.selection.count(this.total)) this.selection.clear();
  }

  clear() {
    this.selection.clear();
    this.setSelecting(false);
  }

  selectionChanged() {
    const { view, selection } = this;
    const count = selection.count(this.total);
    view.element.classList.toggle("some", count > 0);
    for (const cell of view.scroller.querySelectorAll(".tile")) {
      const tile = view.pieces.at(Number(cell.dataset.rank));
      if (tile) cell.setAttribute("aria-selected", String(selection.has(tile.id)));
    }
    for (const heading of view.scroller.querySelectorAll(".heading")) {
      heading.querySelector(".circle").setAttribute("aria-pressed", String(selection.hasDay(Number(heading.dataset.day))));
    }
    this.bar?.show(count);
  }
}
