// One picture on a stage: as large as it fits, in steps of sharpness, zoomed by wheel, two fingers or a double click.

import { original, thumbnail } from "/static/api.js";
import { make, px, styled } from "/static/dom.js";

const VIEW_LONG_SIDE = 1440;
const LARGEST = 8;
const SWIPE_PX = 60;
/** By an arrow, as a share of the stage. */
const MOVED_BY_KEY = 0.15;
/** A small picture isn't blown up further than this. */
const BLOWN_UP = 2.5;

export class Zoom {
  /** `moved` is called whenever the picture lies elsewhere, `swiped` with 1 or -1, `lost` where it can't be shown. */
  constructor(stage, { moved, swiped, lost, tapped }) {
    Object.assign(this, { stage, moved, swiped, lost, tapped, scale: 1, x: 0, y: 0, isFixed: false });
    this.frame = make("div", { class: "frame" });
    stage.append(this.frame);
    this.fingers = new Map();
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("dblclick", (event) => this.doubled(event));
    stage.addEventListener("pointerdown", (event) => this.down(event));
    stage.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => this.up(event));
    new ResizeObserver(() => this.fit()).observe(stage);
  }

  /** Another picture: {id, hash, width, height, color}. */
  show(photo, description) {
    Object.assign(this, { photo, loaded: 0 });
    this.frame.replaceChildren(...[320, VIEW_LONG_SIDE].map((size) => this.layer(size, size === 320 ? description : "")));
    styled(this.frame, { backgroundColor: photo.color ? `#${photo.color}` : "" });
    this.reset();
  }

  layer(size, alt) {
    const image = make("img", { alt, draggable: "false", decoding: "async" });
    image.onload = () => this.came(size);
    image.onerror = () => this.broke(size);
    image.src = size === Infinity ? original(this.photo.id) : thumbnail(this.photo.hash, size);
    image.dataset.size = size;
    return image;
  }

  came(size) {
    this.loaded = Math.max(this.loaded, size);
    this.frame.classList.add("there");
  }

  broke(size) {
    this.frame.querySelector(`[data-size="${size}"]`)?.remove();
    if (size === VIEW_LONG_SIDE && this.loaded === 0) this.lost();
  }

  /** Where a pixel of the picture lies on the stage. */
  toStage([x, y]) {
    const factor = (this.width / this.photo.width) * this.scale;
    return [this.left + x * factor, this.top + y * factor];
  }

  toPicture([x, y]) {
    const factor = (this.width / this.photo.width) * this.scale;
    return [(x - this.left) / factor, (y - this.top) / factor];
  }

  get left() {
    return this.stage.clientWidth / 2 + this.x - (this.width * this.scale) / 2;
  }

  get top() {
    return this.stage.clientHeight / 2 + this.y - (this.height * this.scale) / 2;
  }

  fit() {
    if (!this.photo) return;
    const { width, height } = this.photo;
    const fitting = Math.min(BLOWN_UP, this.stage.clientWidth / width, this.stage.clientHeight / height);
    Object.assign(this, { width: width * fitting, height: height * fitting });
    styled(this.frame, { width: px(this.width), height: px(this.height) });
    this.place();
  }

  reset() {
    Object.assign(this, { scale: 1, x: 0, y: 0 });
    this.fit();
  }

  place() {
    this.x = held(this.x, this.width * this.scale - this.stage.clientWidth);
    this.y = held(this.y, this.height * this.scale - this.stage.clientHeight);
    this.frame.style.transform = `translate(${this.left}px, ${this.top}px) scale(${this.scale})`;
    this.stage.classList.toggle("zoomed", this.scale > 1.01);
    this.sharpen();
    this.moved();
  }

  /** The photo's own file, once more is looked at than the picture of before holds. */
  sharpen() {
    const shown = Math.max(this.width, this.height) * this.scale * devicePixelRatio;
    const longest = Math.max(this.photo.width, this.photo.height);
    if (this.scale < 1.2 || shown <= VIEW_LONG_SIDE || longest <= VIEW_LONG_SIDE) return;
    // The file itself isn't turned.
    if (this.photo.turned) return;
    if (!this.frame.querySelector('[data-size="Infinity"]') && this.frame.dataset.asked !== String(this.photo.id)) {
      this.frame.dataset.asked = this.photo.id;
      this.frame.append(this.layer(Infinity, ""));
    }
  }

  /** Zooms by a factor, the point of the stage that is given staying where it is. */
  zoom(factor, [x, y] = [this.stage.clientWidth / 2, this.stage.clientHeight / 2]) {
    const scale = Math.max(1, Math.min(LARGEST, this.scale * factor));
    const grown = scale / this.scale;
    const [fromX, fromY] = [x - this.stage.clientWidth / 2 - this.x, y - this.stage.clientHeight / 2 - this.y];
    this.x -= fromX * (grown - 1);
    this.y -= fromY * (grown - 1);
    this.scale = scale;
    this.place();
  }

  /** Arrows move a picture that is zoomed. False where it isn't. */
  moveByKey({ key }) {
    if (this.scale <= 1.01 || key === "Enter") return false;
    const step = (key === "ArrowLeft" || key === "ArrowUp" ? 1 : -1) * MOVED_BY_KEY;
    if (key === "ArrowLeft" || key === "ArrowRight") this.x += step * this.stage.clientWidth;
    else this.y += step * this.stage.clientHeight;
    this.place();
    return true;
  }

  // Wheel, mouse and fingers -----------------------------------------------------------------------------------------------

  at(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  wheel(event) {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * 30 : event.deltaY;
    this.zoom(Math.exp(-pixels / (event.ctrlKey ? 120 : 400)), this.at(event));
  }

  doubled(event) {
    if (event.target.closest("button, .face")) return;
    if (this.scale > 1.01) this.reset();
    else this.zoom(Math.max(2, this.photo.width / this.width / devicePixelRatio), this.at(event));
  }

  down(event) {
    if (this.isFixed || event.button || event.target.closest("button, .face")) return;
    this.stage.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, this.at(event));
    this.start = { at: this.at(event), type: event.pointerType, moved: false };
  }

  move(event) {
    if (!this.fingers.has(event.pointerId)) return;
    const before = this.gesture();
    this.fingers.set(event.pointerId, this.at(event));
    const now = this.gesture();
    if (Math.hypot(now.x - this.start.at[0], now.y - this.start.at[1]) > 6) this.start.moved = true;
    if (this.fingers.size === 1 && this.scale <= 1.01) return;
    this.x += now.x - before.x;
    this.y += now.y - before.y;
    if (this.fingers.size > 1) {
      this.start.moved = true;
      this.start.pinched = true;
      this.zoom(now.span / before.span, [now.x, now.y]);
    } else this.place();
  }

  gesture() {
    const points = [...this.fingers.values()];
    const [x, y] = [0, 1].map((side) => points.reduce((sum, point) => sum + point[side], 0) / points.length);
    const span = points.length > 1 ? Math.max(1, Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1])) : 1;
    return { x, y, span };
  }

  up(event) {
    if (!this.fingers.delete(event.pointerId) || this.fingers.size) return;
    const [x, y] = this.at(event);
    const [right, down] = [x - this.start.at[0], y - this.start.at[1]];
    if (!this.start.moved) return this.tapped(event);
    if (this.scale > 1.01 || this.start.pinched || this.start.type === "mouse") return;
    if (Math.abs(right) > SWIPE_PX && Math.abs(right) > Math.abs(down)) this.swiped(right < 0 ? 1 : -1);
    else if (down > 2 * SWIPE_PX) this.swiped(0);
  }
}

/** A shift that leaves no gap: none where the picture is smaller than the stage, else up to half of what is over. */
function held(shift, over) {
  return over <= 0 ? 0 : Math.max(-over / 2, Math.min(over / 2, shift));
}
