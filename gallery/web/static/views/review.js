// Review: a wall of faces that the program is unsure of. One key a face, and the focus goes on by itself.

import { ask, crop } from "/static/api.js";
import { go, read } from "/static/address.js";
import { failed, say } from "/static/announce.js";
import { make, styled } from "/static/dom.js";
import * as dates from "/static/dates.js";
import * as frame from "/static/frame.js";
import * as pictures from "/static/pictures.js";
import { state } from "/static/state.js";
import { emotionIndex, SAYABLE, texts } from "/static/texts.js";
import { message } from "/static/views/empty.js";
import { Sayings } from "/static/views/sayings.js";

const AHEAD = 60;
const WALL = 40;

export class ReviewView {
  constructor() {
    this.sayings = new Sayings((faces) => this.takenBack(faces));
    Object.assign(this, { faces: [], waiting: [], seen: new Set(), active: 0, said: 0, emotion: null });
    this.lead = make("p", { class: "quiet learn" });
    this.filter = make("div", { class: "chips", role: "group", "aria-label": texts.views.review });
    this.wall = make("div", { class: "faces", role: "group", "aria-label": texts.reviewWall });
    this.palette = make("div", { class: "palette writes", role: "toolbar", "aria-label": texts.sayWhat }, this.makePalette());
    this.element = make("section", { class: "view review" }, make("div", { class: "top" }, this.filter, this.lead), this.wall, this.palette);
    this.wall.addEventListener("focusin", (event) => this.focused(event.target.closest(".doubt")));
    this.wall.addEventListener("click", (event) => event.target.closest(".doubt")?.focus());
    this.wall.addEventListener("dblclick", (event) => event.target.closest(".doubt") && this.open());
    this.keys = this.makeKeys();
  }

  makeKeys() {
    const keys = {
      ArrowRight: () => this.move(1),
      ArrowLeft: () => this.move(-1),
      ArrowDown: () => this.moveRow(1),
      ArrowUp: () => this.moveRow(-1),
      Space: () => this.say("right"),
      "Shift+Space": () => this.sayRow("right"),
      0: () => this.say("not_face"),
      "Shift+0": () => this.sayRow("not_face"),
      u: () => this.sayings.takeBack(),
      "Ctrl+z": () => this.sayings.takeBack(),
      Enter: () => this.open(),
    };
    for (const [index, word] of SAYABLE.entries()) {
      keys[index + 1] = () => this.say(word);
      keys[`Shift+${index + 1}`] = () => this.sayRow(word);
    }
    return keys;
  }

  makePalette() {
    const button = (key, words, act, index = -1) => make("button", { type: "button", tabindex: "-1", onclick: act }, make("kbd", { text: key }), index < 0 ? null : styled(make("span", { class: "dot" }), { "--emotion": `var(--emotion-${index})` }), make("span", { text: words }));
    return [
      ...SAYABLE.map((word, index) => button(index + 1, word, () => this.say(word), index)),
      button("0", texts.removeFace, () => this.say("not_face")),
      button("␣", texts.right, () => this.say("right")),
      button("u", texts.undo, () => this.sayings.takeBack()),
    ];
  }

  // What is shown --------------------------------------------------------------------------------------------------------------

  async show(place) {
    frame.title(texts.reviewTitle, this.left === undefined ? "" : texts.reviewLeft(this.left));
    this.showFilter(place.emotion);
    if (this.loaded && place.emotion === this.emotion) return this.focusActive();
    this.emotion = place.emotion;
    Object.assign(this, { faces: [], waiting: [], seen: new Set(), active: 0, loaded: true });
    await this.fetch();
    this.turn();
  }

  showFilter(emotion) {
    const chip = (value, words) => make("button", { type: "button", class: "chip", "aria-pressed": String(value === emotion), onclick: () => go({ emotion: value }) }, value ? styled(make("span", { class: "dot" }), { "--emotion": `var(--emotion-${value})` }) : null, words);
    this.filter.replaceChildren(chip(null, texts.allDoubts), ...SAYABLE.map((word) => chip(word, word)));
  }

  async fetch() {
    if (this.fetching) return this.fetching;
    this.fetching = ask("review", { limit: AHEAD, emotion: this.emotion }).then((answer) => this.take(answer), failed);
    await this.fetching;
    this.fetching = null;
  }

  take({ left, faces }) {
    this.left = left;
    for (const face of faces) {
      if (this.seen.has(face.face)) continue;
      this.seen.add(face.face);
      this.waiting.push(face);
    }
    pictures.expect(this.waiting.map(({ face }) => crop(face)));
    this.tell();
  }

  /** The next wall: those that wait, put together by what the program thinks. */
  turn() {
    this.faces = this.waiting.splice(0, WALL).sort((one, other) => emotionIndex(one.emotion) - emotionIndex(other.emotion));
    this.active = 0;
    this.wall.replaceChildren(...(this.faces.length ? this.groups() : message(texts.reviewEmpty, texts.reviewEmptyHint)));
    this.palette.hidden = !this.faces.length;
    this.lead.hidden = !this.faces.length && !this.said;
    this.tiles = [...this.wall.querySelectorAll(".doubt")];
    this.focusActive();
    if (this.waiting.length < WALL) this.fetch();
  }

  groups() {
    const emotions = [...new Set(this.faces.map(({ emotion }) => emotion))];
    return emotions.map((emotion) => make("section", {}, make("h2", { text: texts.reviewLead(emotion) }),
      make("ul", {}, this.faces.filter((face) => face.emotion === emotion).map((face) => make("li", {}, tile(face, this.faces.indexOf(face)))))));
  }

  tell() {
    frame.title(texts.reviewTitle, texts.reviewLeft(Math.max(0, this.left)));
    const { learn } = state;
    const gained = learn?.after ? texts.learned(learn) : learn?.needed ? texts.canLearn(learn.needed) : "";
    const words = this.said ? texts.saidNow(this.said) : matchMedia("(hover: none)").matches && innerWidth < 740 ? texts.reviewHintTouch : texts.reviewHint;
    this.lead.textContent = [words, gained].filter(Boolean).join(" · ");
  }

  // Moving -----------------------------------------------------------------------------------------------------------------------

  focused(element) {
    if (!element) return;
    this.tiles[this.active]?.setAttribute("tabindex", "-1");
    this.active = Number(element.dataset.place);
    element.setAttribute("tabindex", "0");
  }

  focusActive() {
    this.tiles?.[this.active]?.focus();
  }

  move(by) {
    this.tiles[Math.max(0, Math.min(this.active + by, this.tiles.length - 1))]?.focus();
  }

  moveRow(by) {
    const here = this.tiles[this.active].getBoundingClientRect();
    const away = (each) => {
      const box = each.getBoundingClientRect();
      const down = (box.top - here.top) * by;
      return down > 4 ? down * 10 + Math.abs(box.left - here.left) : Infinity;
    };
    const best = this.tiles.reduce((one, other) => (away(other) < away(one) ? other : one), this.tiles[this.active]);
    best.focus();
  }

  open() {
    const face = this.faces[this.active];
    if (face) go({ photo: String(face.photo), query: "" });
  }

  // Saying -----------------------------------------------------------------------------------------------------------------------

  say(word) {
    const face = this.faces[this.active];
    if (!face || state.read_only) return;
    this.mark([face], word);
    this.sayings.say([face], word);
    this.on();
  }

  /** A word for all of the row that has none yet. */
  sayRow(word) {
    if (!this.tiles?.length || state.read_only) return;
    const here = this.tiles[this.active];
    const isBeside = (tile) => tile.offsetTop === here.offsetTop && tile.closest("section") === here.closest("section");
    const row = this.faces.filter((face, place) => isBeside(this.tiles[place]) && !face.said);
    this.mark(row, word);
    this.sayings.say(row, word);
    this.active = Math.max(this.active, ...row.map((face) => this.faces.indexOf(face)));
    this.on();
  }

  mark(faces, word) {
    for (const face of faces) {
      if (!face.said) {
        this.said += 1;
        this.left -= 1;
      }
      face.said = word;
      const shown = word === "right" ? face.emotion : word;
      const element = this.tiles[this.faces.indexOf(face)];
      element.classList.add("said");
      styled(element, { "--emotion": `var(--emotion-${shown}, var(--ink))` });
      element.querySelector(".word").textContent = shown === "not_face" ? texts.notAFace : shown;
    }
    this.tell();
  }

  /** To the next face without a word, on this wall or the next. */
  on() {
    const places = [...this.faces.keys()];
    const next = [...places.slice(this.active + 1), ...places.slice(0, this.active)].find((place) => !this.faces[place].said);
    if (next !== undefined) return this.tiles[next].focus();
    this.finish();
  }

  async finish() {
    if (!this.waiting.length) {
      await this.sayings.sent();
      await this.fetch();
    }
    this.turn();
  }

  takenBack(faces) {
    for (const face of faces) {
      face.said = null;
      this.said -= 1;
      this.left += 1;
    }
    const here = faces.filter((face) => this.faces.includes(face));
    for (const face of here) this.unmark(face);
    // Said on a wall that is gone: it comes before this one.
    const gone = faces.filter((face) => !this.faces.includes(face));
    if (gone.length) {
      this.waiting.unshift(...gone, ...this.faces.filter((face) => !face.said));
      this.turn();
    } else if (here.length) this.tiles[this.faces.indexOf(here[0])].focus();
    this.tell();
    say(texts.takenBack);
  }

  unmark(face) {
    const element = this.tiles[this.faces.indexOf(face)];
    element.classList.remove("said");
    styled(element, { "--emotion": `var(--emotion-${face.emotion})` });
    element.querySelector(".word").textContent = face.emotion;
  }

  refresh() {
    if (read().view === "review") this.tell();
  }
}

function tile(face, place) {
  const score = typeof face.score === "number" ? dates.percent(face.score) : "";
  const image = pictures.add(make("img", { alt: "", draggable: "false", decoding: "async" }), crop(face.face));
  const made = make("button", { type: "button", class: "doubt", tabindex: place ? "-1" : "0", "data-place": place, "aria-label": texts.faceOf(face.name, face.emotion, score), title: face.name }, image, make("span", { class: "word", text: face.emotion }));
  return styled(made, { "--emotion": `var(--emotion-${face.emotion}, var(--line))` });
}
