// Two to four shots of a burst side by side, zoomed to the same face, moving together.

import { thumbnail } from "/static/api.js";
import { find, make, px, styled } from "/static/dom.js";
import { help } from "/static/frame.js";
import { icon } from "/static/icons.js";
import { layer } from "/static/keyboard.js";
import { texts } from "/static/texts.js";

const AT_ONCE = 4;
/** How much of a pane's height the face takes at first. */
const FACE_SHARE = 0.38;
const DRAGGED_PX = 4;

export class Compare {
  constructor(say, closed) {
    Object.assign(this, { say, after: closed, shots: [], zoom: 1, x: 0, y: 0 });
    this.panes = make("div", { class: "panes" });
    const shut = make("button", { type: "button", class: "plain", "aria-label": texts.back, title: texts.back, onclick: () => this.element.close() }, icon("back"));
    this.heading = make("h2", { id: "compare-title", text: texts.compare });
    this.element = make("dialog", { class: "photo comparing", "aria-labelledby": "compare-title" }, make("div", { class: "bar" }, shut, make("div", { class: "names" }, this.heading)), this.panes);
    this.element.addEventListener("close", () => this.closed());
    this.panes.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.panes.addEventListener("pointerdown", (event) => this.pressed(event));
    new ResizeObserver(() => this.place()).observe(this.panes);
    this.keys = {
      ArrowRight: () => this.move(1),
      ArrowLeft: () => this.move(-1),
      ArrowDown: () => this.turn(1),
      ArrowUp: () => this.turn(-1),
      p: () => this.said("pick"),
      x: () => this.said("reject"),
      "+": () => this.zoomBy(1.3),
      "=": () => this.zoomBy(1.3),
      "-": () => this.zoomBy(1 / 1.3),
      "?": help,
    };
  }

  /** The shots, the one of `id` among them; `turn` goes to another burst. */
  show(shots, id, turn) {
    const place = Math.max(0, shots.findIndex((shot) => shot.id === id));
    const from = Math.max(0, Math.min(place - 1, shots.length - AT_ONCE));
    Object.assign(this, { shots: shots.slice(from, from + AT_ONCE), turn, zoom: 1, x: 0, y: 0 });
    this.panes.replaceChildren(...this.shots.map((shot, index) => this.pane(shot, from + index, shots.length)));
    this.heading.textContent = `${texts.compare}: ${texts.photos(shots.length)}`;
    if (!this.element.open) {
      this.element.showModal();
      this.takeOff = layer(this.keys, { alone: true });
    }
    this.place();
    (this.panes.children[place - from] ?? this.panes.firstElementChild).focus();
  }

  pane(shot, place, count) {
    const image = make("img", { src: thumbnail(shot.hash), alt: "", draggable: "false" });
    sharpen(image, thumbnail(shot.hash, 1440));
    const button = (word, words) => make("button", { type: "button", class: "does", "aria-pressed": String(shot.word === word), "data-word": word, onclick: () => this.say(shot, word) }, icon(word), words);
    const says = make("div", { class: "says" }, make("p", { text: shot.reason ?? "" }), make("div", { class: "choices writes" }, button("pick", texts.pickThis), button("reject", texts.rejectThis)));
    const label = [texts.shot(place + 1, count), shot.best ? texts.best : "", shot.reason ?? ""].filter(Boolean).join(", ");
    return make("div", { class: `pane${shot.best ? " best" : ""}`, role: "group", tabindex: "0", "aria-label": label, "data-id": shot.id }, make("div", { class: "window" }, image), says);
  }

  mark(shot) {
    for (const button of this.panes.querySelectorAll(`[data-id="${shot.id}"] [data-word]`)) button.setAttribute("aria-pressed", String(button.dataset.word === shot.word));
  }

  closed() {
    this.takeOff?.();
    for (const each of ["#toast", "#live"]) document.body.append(find(each));
    this.after();
  }

  // Where the pictures lie -------------------------------------------------------------------------------------------------------

  /** Each picture so that its face is in the middle of its pane; then all of them zoomed and moved by the same. */
  place() {
    for (const [index, pane] of [...this.panes.children].entries()) {
      const room = pane.firstElementChild;
      const { scale, x, y } = fitted(this.shots[index], room.clientWidth, room.clientHeight);
      const { width, height } = this.shots[index];
      const zoomed = scale * this.zoom;
      const [left, top] = [room.clientWidth / 2 - x * zoomed + this.x, room.clientHeight / 2 - y * zoomed + this.y];
      styled(room.firstElementChild, { width: px(width * zoomed), height: px(height * zoomed), transform: `translate(${left}px, ${top}px)` });
    }
  }

  zoomBy(factor) {
    const zoom = Math.max(0.3, Math.min(6, this.zoom * factor));
    this.x *= zoom / this.zoom;
    this.y *= zoom / this.zoom;
    this.zoom = zoom;
    this.place();
  }

  wheel(event) {
    event.preventDefault();
    this.zoomBy(Math.exp(-event.deltaY / 400));
  }

  pressed(event) {
    if (event.button || event.target.closest("button")) return;
    const from = { x: event.clientX - this.x, y: event.clientY - this.y };
    const move = (moved) => {
      if (Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) < DRAGGED_PX) return;
      Object.assign(this, { x: moved.clientX - from.x, y: moved.clientY - from.y });
      this.place();
    };
    const up = () => removeEventListener("pointermove", move);
    addEventListener("pointermove", move);
    addEventListener("pointerup", up, { once: true });
    addEventListener("pointercancel", up, { once: true });
  }

  // Keys -------------------------------------------------------------------------------------------------------------------------

  move(by) {
    const panes = [...this.panes.children];
    const here = panes.indexOf(document.activeElement.closest(".pane"));
    panes[Math.max(0, Math.min(here + by, panes.length - 1))].focus();
  }

  said(word) {
    const pane = document.activeElement.closest(".pane");
    if (pane) this.say(this.shots.find(({ id }) => id === Number(pane.dataset.id)), word);
  }
}

/** The small picture is there already; the large one takes its place, which is as large, when it has come. */
function sharpen(image, address) {
  const large = make("img", { src: address });
  large.decode().then(() => (image.src = address), () => {});
}

/** The scale and the middle, in pixels of the picture, that show its face; without one all of it. */
function fitted({ width, height, box }, roomWidth, roomHeight) {
  const whole = Math.min(roomWidth / width, roomHeight / height);
  if (!box) return { scale: whole, x: width / 2, y: height / 2 };
  const [left, top, right, bottom] = box;
  return { scale: Math.max(whole, (roomHeight * FACE_SHARE) / (bottom - top)), x: (left + right) / 2, y: (top + bottom) / 2 };
}
