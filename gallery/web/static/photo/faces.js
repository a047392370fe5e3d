// The faces of the photo: boxes over the picture, one with the focus, its bars and why; and drawing one that was missed.

import { tell } from "/static/api.js";
import { done, failed, say } from "/static/announce.js";
import { make, px, styled } from "/static/dom.js";
import { state } from "/static/state.js";
import { placeLabels } from "/static/face_labels.js";
import { choicePanel, facePanel } from "/static/photo/face_panel.js";
import { SAYABLE, texts } from "/static/texts.js";

const SMALLEST_PX = 12;
/** By an arrow key. */
const STEP_PX = 8;

export class Faces {
  /** `changed` is called after something was said, so that the photo is asked for again. */
  constructor(stage, panel, zoom, changed) {
    Object.assign(this, { stage, panel, zoom, changed, current: null, shown: false, drawing: false });
    this.layer = make("div", { class: "boxes", role: "group", "aria-label": texts.facesHere, hidden: true });
    stage.append(this.layer);
    this.layer.addEventListener("focusin", (event) => this.focused(event.target.closest(".face")));
    this.layer.addEventListener("click", (event) => event.target.closest(".face")?.focus());
    stage.addEventListener("pointerdown", (event) => this.startDrawing(event), true);
    this.keys = Object.fromEntries(["0", ...SAYABLE.keys()].map((key) => [String(key === "0" ? 0 : key + 1), () => this.sayByKey(key === "0" ? "not_face" : SAYABLE[key])]));
  }

  /** The faces of another photo, or the same after a word. */
  show(photo) {
    const same = this.photo?.id === photo.id;
    this.photo = photo;
    this.faces = photo.faces.filter(isShown);
    const number = same && this.current ? this.current.number : null;
    this.layer.replaceChildren(...this.faces.map(faceBox));
    this.current = this.faces.find((face) => face.number === number) ?? null;
    if (!this.current) this.panel.hidden = true;
    else this.showPanel();
    this.place();
  }

  toggle(shown = !this.shown) {
    this.shown = shown;
    this.layer.hidden = !shown;
    if (!shown) this.leave();
    this.place();
  }

  /** To the first face, by Tab from anywhere; faces that aren't shown become so. */
  enter() {
    if (!this.faces?.length) return false;
    this.toggle(true);
    this.layer.firstElementChild.focus();
    return true;
  }

  /** From a face to what can be said of it, by Enter; and back by Esc. */
  enterPanel({ key }) {
    if (key !== "Enter" || !this.current || !this.layer.contains(document.activeElement)) return false;
    (this.panel.querySelector("[aria-pressed=true]") ?? this.panel.querySelector("button"))?.focus();
    return true;
  }

  leavePanel() {
    if (!this.current || !this.panel.contains(document.activeElement)) return false;
    this.layer.querySelector(".current").focus();
    return true;
  }

  leave() {
    this.current = null;
    this.panel.hidden = true;
    this.setDrawing(false);
  }

  place() {
    if (this.layer.hidden || !this.faces) return;
    const boxes = this.faces.map(({ box }) => [...this.zoom.toStage(box), ...this.zoom.toStage(box.slice(2))]);
    const elements = [...this.layer.children];
    const labels = elements.map((element) => element.firstElementChild);
    for (const label of labels) label.classList.remove("short");
    const room = [this.stage.clientWidth, this.stage.clientHeight];
    const long = placeLabels(boxes, labels.map(sizeOf), room);
    // A crowd has no room for words: then numbers, and the words in the panel.
    for (const [index, { clear }] of long.entries()) labels[index].classList.toggle("short", !clear);
    const places = long.every(({ clear }) => clear) ? long : placeLabels(boxes, labels.map(sizeOf), room);
    for (const [index, [left, top, right, bottom]] of boxes.entries()) {
      styled(elements[index], { transform: `translate(${px(left)}, ${px(top)})`, width: px(right - left), height: px(bottom - top) });
      labels[index].style.transform = `translate(${px(places[index].x - left - 2)}, ${px(places[index].y - top - 2)})`;
    }
  }

  // Saying -------------------------------------------------------------------------------------------------------------------

  focused(element) {
    if (!element) return;
    this.current = this.faces.find((face) => String(face.number) === element.dataset.number);
    this.showPanel();
  }

  showPanel() {
    const { current } = this;
    for (const each of this.layer.children) each.classList.toggle("current", each.dataset.number === String(current.number));
    this.panel.hidden = false;
    this.panel.replaceChildren(...facePanel(current, this.faces.length, state.read_only ? null : (word) => this.say(word)));
  }

  /** Digits are words only while a face has the focus, or its bars have. */
  sayByKey(word) {
    const { activeElement } = document;
    if (!this.current || state.read_only || !(this.layer.contains(activeElement) || this.panel.contains(activeElement))) return false;
    // On a button Space presses that; and what can't be told isn't right.
    if (word === "right" && (this.panel.contains(activeElement) || this.current.emotion === "uncertain")) return false;
    this.say(word);
    return true;
  }

  async say(emotion) {
    const face = this.current;
    const before = { ...face };
    Object.assign(face, emotion === "not_face" ? { emotion: "not_face", source: "person" } : { emotion: emotion === "right" ? face.emotion : emotion, source: "person" });
    this.relabel(face);
    try {
      const answer = await tell("labels", { faces: [{ photo: this.photo.id, number: face.number }], emotion });
      done(answer.done, answer.undo);
      this.changed();
    } catch (error) {
      Object.assign(face, before);
      this.relabel(face);
      failed(error);
    }
  }

  /** At once what was said; what the gallery makes of it comes behind. */
  relabel(face) {
    const old = this.layer.querySelector(`[data-number="${face.number}"]`);
    const had = document.activeElement === old;
    const made = faceBox(face);
    old?.replaceWith(made);
    if (had) made.focus();
    else this.showPanel();
    this.place();
    say(made.ariaLabel);
  }

  // Drawing ------------------------------------------------------------------------------------------------------------------

  setDrawing(on) {
    this.drawing = on;
    this.zoom.isFixed = on;
    this.stage.classList.toggle("drawing", on);
    this.stage.querySelector(".drawn")?.remove();
    this.keyed = null;
    if (!on) return;
    this.toggle(true);
    this.drawing = true;
    say(texts.drawHint);
  }

  startDrawing(event) {
    const inFaces = this.shown && event.pointerType === "mouse" && this.zoom.scale <= 1.01;
    if (state.read_only || event.button || event.target.closest("button, .face") || !(this.drawing || inFaces)) return;
    const from = this.zoom.at(event);
    const box = make("div", { class: "drawn" });
    const move = (moved) => this.stretch(box, from, this.zoom.at(moved));
    const up = (ended) => {
      this.stage.removeEventListener("pointermove", move);
      this.drawn(box, from, this.zoom.at(ended));
    };
    event.stopPropagation();
    this.stage.querySelector(".drawn")?.remove();
    this.stage.append(box);
    this.stage.setPointerCapture(event.pointerId);
    this.stage.addEventListener("pointermove", move);
    this.stage.addEventListener("pointerup", up, { once: true });
    this.stage.addEventListener("pointercancel", up, { once: true });
  }

  /** Arrows move a box that begins in the middle, with Shift they size it; Enter takes it. False where none is drawn. */
  drawByKey({ key, shiftKey }) {
    if (!this.drawing || this.panel.contains(document.activeElement)) return false;
    const found = this.stage.querySelector(".drawn");
    if (key === "Enter" && !found) return false;
    const { clientWidth, clientHeight } = this.stage;
    const side = Math.min(clientWidth, clientHeight) / 5;
    this.keyed = found && this.keyed ? this.keyed : { x: (clientWidth - side) / 2, y: (clientHeight - side) / 2, width: side, height: side };
    const box = this.keyed;
    const corners = () => [[box.x, box.y], [box.x + box.width, box.y + box.height]];
    if (key === "Enter") return this.drawn(found, ...corners()), true;
    const [way, size] = key === "ArrowLeft" || key === "ArrowRight" ? ["x", "width"] : ["y", "height"];
    const step = key === "ArrowLeft" || key === "ArrowUp" ? -STEP_PX : STEP_PX;
    if (!found) this.stage.append(make("div", { class: "drawn" }));
    else if (shiftKey) box[size] = Math.max(SMALLEST_PX, box[size] + step);
    else box[way] += step;
    this.stretch(this.stage.querySelector(".drawn"), ...corners());
    return true;
  }

  stretch(box, from, to) {
    const [left, top] = [0, 1].map((side) => Math.min(from[side], to[side]));
    styled(box, { transform: `translate(${left}px, ${top}px)`, width: px(Math.abs(to[0] - from[0])), height: px(Math.abs(to[1] - from[1])) });
  }

  drawn(element, from, to) {
    if (Math.abs(to[0] - from[0]) < SMALLEST_PX || Math.abs(to[1] - from[1]) < SMALLEST_PX) return element.remove();
    const corners = [this.zoom.toPicture(from), this.zoom.toPicture(to)];
    const { width, height } = this.photo;
    const [left, right] = corners.map(([x]) => Math.max(0, Math.min(width, x))).sort((one, other) => one - other);
    const [top, bottom] = corners.map(([, y]) => Math.max(0, Math.min(height, y))).sort((one, other) => one - other);
    this.panel.hidden = false;
    this.panel.replaceChildren(...choicePanel((emotion) => this.addFace([left, top, right, bottom], emotion), () => this.leave()));
    this.panel.querySelector("button").focus();
  }

  async addFace(box, emotion) {
    try {
      const answer = await tell("faces", { photo: this.photo.id, box: box.map((side) => Math.round(side * 10) / 10), emotion });
      done(answer.done, answer.undo);
      this.leave();
      this.changed();
    } catch (error) {
      failed(error);
    }
  }
}

/** Faces that the program is too unsure of, and what isn't one by a person's word, aren't shown. */
export const isShown = (face) => !face.rejected && face.counts !== false;

const sizeOf = (element) => [element.offsetWidth, element.offsetHeight];

function faceBox(face) {
  const word = face.emotion === "not_face" ? texts.notAFace : face.emotion;
  const by = texts.bySaid[face.source] ?? "";
  const label = make("span", { class: "label", "aria-hidden": "true" }, make("b", { text: face.number }), make("span", { text: ` ${word}` }));
  return styled(make("div", { class: "face", role: "button", tabindex: "0", "data-number": face.number, "aria-label": `${texts.faceNumber(face.number)}: ${word}, ${by}` }, label), {
    "--emotion": `var(--emotion-${face.emotion}, #f2ede6)`,
  });
}
