// One photo on black ground: looked at, its faces, what is known of it, the next.

import { ask, tell, thumbnail } from "/static/api.js";
import { leave, note, read } from "/static/address.js";
import { done, failed, say } from "/static/announce.js";
import { find, make } from "/static/dom.js";
import * as dates from "/static/dates.js";
import { help } from "/static/frame.js";
import { icon } from "/static/icons.js";
import { layer } from "/static/keyboard.js";
import * as pictures from "/static/pictures.js";
import { Faces, isShown } from "/static/photo/faces.js";
import { fileName, information } from "/static/photo/information.js";
import { strip } from "/static/photo/strip.js";
import { Zoom } from "/static/photo/zoom.js";
import { state } from "/static/state.js";
import { texts } from "/static/texts.js";
import { chooseAlbum } from "/static/views/choose_album.js";

const SLIDE_MS = 5000;
const KEPT = 12;
/** Beside left and right, which also lead to the next photo. */
const DRAWING_KEYS = ["ArrowUp", "ArrowDown", "Shift+ArrowLeft", "Shift+ArrowRight", "Shift+ArrowUp", "Shift+ArrowDown", "Enter"];

export class Photo {
  constructor(dialog) {
    Object.assign(this, { dialog, id: null, data: null, known: new Map(), timer: 0 });
    this.build();
    this.zoom = new Zoom(this.stage, { moved: () => this.faces?.place(), swiped: (way) => (way ? this.go(way) : this.close()), lost: () => this.isLost(texts.lost), tapped: () => {} });
    this.faces = new Faces(this.stage, this.panel, this.zoom, () => this.refresh());
    dialog.addEventListener("cancel", (event) => this.escaped(event));
    dialog.addEventListener("close", () => this.closed());
    this.keys = {
      ArrowLeft: (event) => this.faces.drawByKey(event) || this.go(-1),
      ArrowRight: (event) => this.faces.drawByKey(event) || this.go(1),
      ...Object.fromEntries(DRAWING_KEYS.map((name) => [name, (event) => this.faces.drawByKey(event) || this.zoom.moveByKey(event) || this.faces.enterPanel(event)])),
      Home: () => this.goTo(this.data?.first),
      f: () => this.press("faces"),
      i: () => this.press("info"),
      s: () => this.press("play"),
      d: () => !state.read_only && this.press("draw"),
      a: () => this.toAlbum(),
      "?": help,
      r: () => !state.read_only && this.press("rotate"),
      Space: () => this.faces.sayByKey("right"),
      "+": () => this.zoom.zoom(1.5),
      "=": () => this.zoom.zoom(1.5),
      "-": () => this.zoom.zoom(1 / 1.5),
      "Ctrl+z": () => import("/static/announce.js").then(({ undo }) => undo()),
      Tab: () => (document.activeElement === this.stage ? this.faces.enter() : false),
      ...this.faces.keys,
    };
  }

  build() {
    const button = (name, drawing, words, act, pressed = "false") => (this.buttons[name] = make("button", { type: "button", class: "plain", "aria-label": words, title: words, "aria-pressed": pressed, onclick: act }, icon(drawing)));
    this.buttons = {};
    this.heading = make("h2", { id: "photo-name" });
    this.when = make("p", { class: "when" });
    const drawing = button("draw", "draw", texts.drawFace, () => this.toggleDrawing());
    const rotating = button("rotate", "rotate", texts.rotate, () => this.rotate(), null);
    for (const each of [drawing, rotating]) each.classList.add("writes");
    const bar = make("div", { class: "bar" },
      button("close", "back", texts.back, () => this.close(), null),
      make("div", { class: "names" }, this.heading, this.when),
      button("faces", "faces", texts.showFaces, () => this.toggleFaces()),
      drawing,
      rotating,
      button("play", "play", texts.slideshow, () => this.togglePlaying()),
      button("info", "information", texts.information, () => this.toggleInformation()));
    this.stage = make("div", { class: "stage", tabindex: "-1" });
    this.message = make("p", { class: "lost", role: "alert", hidden: true });
    this.previous = make("button", { type: "button", class: "turn previous", "aria-label": texts.previous, title: texts.previous, onclick: () => this.go(-1) }, icon("back"));
    this.next = make("button", { type: "button", class: "turn next", "aria-label": texts.next, title: texts.next, onclick: () => this.go(1) }, icon("on"));
    this.panel = make("aside", { class: "panel", "aria-label": texts.facesHere, hidden: true });
    this.about = make("aside", { class: "panel about", "aria-label": texts.information, hidden: true });
    this.burst = make("div", { class: "burst" });
    this.dialog.setAttribute("aria-labelledby", "photo-name");
    this.dialog.replaceChildren(bar, make("div", { class: "middle" }, this.stage, this.previous, this.next, this.message), this.panel, this.about, this.burst);
  }

  get isOpen() {
    return this.dialog.open;
  }

  press(name) {
    this.buttons[name].click();
  }

  // Coming and going -----------------------------------------------------------------------------------------------------------

  async show(place, view) {
    this.view = view;
    if (!place.photo) return this.isOpen && this.dialog.close();
    if (!this.isOpen) this.open();
    if (String(this.id) !== place.photo) await this.load(place.photo);
    if (view.plays && !this.timer) this.togglePlaying();
    view.plays = false;
  }

  open() {
    pictures.hold(true);
    this.dialog.showModal();
    this.takeOff = layer(this.keys, { alone: true });
    this.stage.focus({ preventScroll: true });
  }

  /** Esc takes back one thing at a time: the face, the drawing, the zoom, the photo. */
  escaped(event) {
    event.preventDefault();
    if (!this.faces.drawing && this.faces.leavePanel()) return;
    if (this.faces.drawing || this.faces.current) {
      this.faces.leave();
      this.mark("draw", false);
      this.stage.focus({ preventScroll: true });
    } else if (this.zoom.scale > 1.01) this.zoom.reset();
    else this.close();
  }

  close() {
    leave({ photo: null });
  }

  closed() {
    this.takeOff?.();
    pictures.hold(false);
    this.stopPlaying();
    this.faces.leave();
    for (const each of ["#toast", "#live"]) document.body.append(find(each));
    const rank = this.data?.rank;
    Object.assign(this, { id: null, data: null });
    this.view?.seen?.(rank);
    this.view?.scroller?.focus({ preventScroll: true });
    if (read().photo) note({ photo: null });
  }

  go(way) {
    this.goTo(way < 0 ? this.data?.previous : this.data?.next);
  }

  goTo(id) {
    if (id === null || id === undefined) return;
    note({ photo: String(id) });
    this.load(String(id)).catch(failed);
  }

  async load(id) {
    this.id = id;
    this.message.hidden = true;
    try {
      const data = this.known.get(id) ?? (await this.fetch(id));
      if (this.id === id) this.shown(data);
    } catch (error) {
      if (this.id === id) this.isLost(error.status === 404 ? texts.gone : error.message);
    }
  }

  async fetch(id) {
    const data = await ask(`photos/${encodeURIComponent(id)}`, { query: read().query, order: read().order });
    this.known.set(id, data);
    if (this.known.size > KEPT) this.known.delete(this.known.keys().next().value);
    return data;
  }

  /** The photo again, after somebody said something. */
  async refresh() {
    if (!this.id) return;
    this.known.clear();
    const id = this.id;
    const data = await this.fetch(id).catch(failed);
    if (!data || this.id !== id) return;
    // Turned, by whomever.
    if (data.hash !== this.data?.hash) this.zoom.show(data, description(data));
    this.data = data;
    this.faces.show(data);
    this.around(data);
  }

  // What is shown ----------------------------------------------------------------------------------------------------------------

  shown(data) {
    this.data = data;
    const words = description(data);
    this.zoom.show(data, words);
    this.faces.leave();
    this.mark("draw", false);
    this.faces.show(data);
    this.around(data);
    say(`${words}. ${this.placed(data)}`);
    this.fetchAhead(data).catch(() => {});
  }

  /** Which of how many it is; nothing where that isn't known. */
  placed({ rank }) {
    return rank === null || rank === undefined ? "" : texts.place(rank, this.view?.timeline?.total ?? rank + 1);
  }

  around(data) {
    this.heading.textContent = fileName(data);
    const when = data.taken_at ? [make("span", { class: "long", text: dates.moment(data.taken_at) }), make("span", { class: "brief", text: dates.bareDay(data.taken_at) })] : [texts.noDate];
    this.when.replaceChildren(...when, make("span", { class: "long", text: this.placed(data) && ` · ${this.placed(data)}` }));
    this.previous.disabled = data.previous === null || data.previous === undefined;
    this.next.disabled = data.next === null || data.next === undefined;
    this.about.replaceChildren(...information(data, () => this.toAlbum()));
    this.burst.replaceChildren(...strip(data, (id) => this.goTo(id), () => this.refresh()));
    this.faces.place();
  }

  async fetchAhead({ next, previous }) {
    const found = [];
    for (const id of [next, previous]) {
      if (id !== null && id !== undefined) found.push(this.known.get(String(id)) ?? (await this.fetch(String(id))));
    }
    pictures.expect(found.map(({ hash }) => thumbnail(hash, 1440)));
  }

  isLost(text) {
    this.message.textContent = text;
    this.message.hidden = false;
  }

  // Buttons ------------------------------------------------------------------------------------------------------------------------

  mark(name, pressed) {
    this.buttons[name].setAttribute("aria-pressed", String(pressed));
  }

  toggleFaces() {
    this.faces.toggle();
    this.mark("faces", this.faces.shown);
    if (this.faces.shown && !this.faces.faces?.length) done(texts.noFacesHere);
  }

  toggleDrawing() {
    this.faces.setDrawing(!this.faces.drawing);
    this.mark("draw", this.faces.drawing);
    this.mark("faces", this.faces.shown);
    if (!this.faces.drawing) return;
    done(matchMedia("(hover: none)").matches ? texts.drawHint : `${texts.drawHint} ${texts.drawHintKeys}`);
    this.stage.focus({ preventScroll: true });
  }

  toAlbum() {
    if (this.data && !state.read_only) chooseAlbum({ photos: [this.data.id] }, { smart: false, query: null }).catch(failed);
  }

  /** A quarter further to the right than it is shown now. */
  async rotate() {
    const { data } = this;
    if (!data) return;
    try {
      const answer = await tell("turns", { photos: [data.id], degrees: (data.turned + 90) % 360 });
      done(answer.done, answer.undo);
      this.known.clear();
      await this.load(this.id);
    } catch (error) {
      failed(error);
    }
  }

  toggleInformation() {
    this.about.hidden = !this.about.hidden;
    this.mark("info", !this.about.hidden);
    this.zoom.fit();
  }

  togglePlaying() {
    if (this.timer) return this.stopPlaying();
    this.markPlaying(true);
    this.dialog.classList.add("playing");
    this.timer = setInterval(() => (this.data?.next ? this.go(1) : this.stopPlaying()), SLIDE_MS);
  }

  stopPlaying() {
    clearInterval(this.timer);
    this.timer = 0;
    this.markPlaying(false);
    this.dialog.classList.remove("playing");
  }

  markPlaying(isPlaying) {
    const { play } = this.buttons;
    this.mark("play", isPlaying);
    play.replaceChildren(icon(isPlaying ? "pause" : "play"));
    play.title = isPlaying ? texts.pause : texts.slideshow;
  }
}

function description(data) {
  const faces = data.faces.filter(isShown);
  const words = faces.length ? texts.facesThatLook(faces.length, faces.map(({ emotion }) => (emotion === "not_face" ? texts.notAFace : emotion)).join(", ")) : texts.noFaces;
  return `${fileName(data)}, ${data.taken_at ? dates.day(data.taken_at) : texts.noDate}, ${words}`;
}
