// Best: a burst a row, the best shot first and why; Enter lays the shots side by side.

import { ask, tell, thumbnail } from "/static/api.js";
import { read } from "/static/address.js";
import { done, failed } from "/static/announce.js";
import { find, make } from "/static/dom.js";
import * as frame from "/static/frame.js";
import { icon } from "/static/icons.js";
import * as pictures from "/static/pictures.js";
import { state } from "/static/state.js";
import { texts } from "/static/texts.js";
import { Compare } from "/static/views/compare.js";
import { chooseAlbum } from "/static/views/choose_album.js";
import { message } from "/static/views/empty.js";

const PAGE = 40;

export class BestView {
  constructor() {
    this.list = make("ol", { class: "bursts", "aria-label": texts.bestTitle });
    this.more = make("button", { type: "button", text: texts.views.more, onclick: () => this.fetch(), hidden: true });
    this.element = make("section", { class: "view page" }, make("p", { class: "quiet lead", text: texts.bestLead }), this.list, this.more);
    this.compare = new Compare((shot, word) => this.say(shot, word), () => this.row()?.querySelector(".shot")?.focus());
    this.element.append(this.compare.element);
    this.tools = [make("button", { type: "button", class: "writes", text: texts.bestAlbum, onclick: () => this.album() })];
    this.keys = {
      ArrowDown: () => this.move(1),
      ArrowUp: () => this.move(-1),
      ArrowRight: () => this.moveShot(1),
      ArrowLeft: () => this.moveShot(-1),
      Enter: () => this.isFocused() && this.open(),
      p: () => this.sayFocused("pick"),
      x: () => this.sayFocused("reject"),
    };
    this.list.addEventListener("click", (event) => this.clicked(event));
    this.query = null;
  }

  async show({ query }) {
    frame.title(texts.bestTitle, query || null);
    if (query === this.query) return;
    this.query = query;
    this.bursts = [];
    this.list.replaceChildren(make("li", { class: "empty quiet", role: "status", text: texts.loading }));
    await this.fetch();
  }

  async fetch() {
    const found = await ask("bursts", { query: this.query, offset: this.bursts.length, limit: PAGE }).catch(failed);
    if (!found) return;
    const bursts = found.bursts ?? found;
    if (!this.bursts.length) this.list.replaceChildren();
    this.list.append(...bursts.map((burst, place) => this.burst(burst, this.bursts.length + place)));
    this.bursts.push(...bursts);
    this.more.hidden = bursts.length < PAGE;
    if (!this.bursts.length) this.list.replaceChildren(make("li", { class: "empty" }, message(texts.bestEmpty, texts.bestEmptyHint)));
  }

  burst(burst, place) {
    const reason = burst.photos.find(({ best }) => best)?.reason ?? "";
    const shots = burst.photos.map((shot, index) => this.shot(shot, index, burst.photos.length));
    const open = make("button", { type: "button", class: "compare", onclick: () => this.open(place) }, icon("select"), texts.compare);
    return make("li", { "data-place": place }, make("div", { class: "shots" }, shots), make("p", {}, make("span", { class: "quiet", text: reason }), open));
  }

  shot(shot, index, count) {
    const words = [texts.shot(index + 1, count), shot.best ? texts.best : "", wordOf(shot)].filter(Boolean).join(", ");
    const mark = shot.word ? make("span", { class: "mark" }, icon(shot.word)) : null;
    return make("button", { type: "button", class: `shot${shot.best ? " best" : ""}${shot.word ? ` ${shot.word}` : ""}`, "data-id": shot.id, "aria-label": words }, pictures.add(make("img", { alt: "", draggable: "false" }), thumbnail(shot.hash)), mark);
  }

  // Moving -----------------------------------------------------------------------------------------------------------------------

  isFocused() {
    return document.activeElement?.classList.contains("shot");
  }

  row() {
    return document.activeElement?.closest(".bursts > li") ?? this.list.children[this.opened ?? 0];
  }

  move(by) {
    const row = this.isFocused() ? this.list.children[Number(this.row().dataset.place) + by] : this.list.firstElementChild;
    row?.querySelector(".shot")?.focus();
  }

  moveShot(by) {
    if (!this.isFocused()) return this.move(0);
    const { activeElement } = document;
    (by > 0 ? activeElement.nextElementSibling : activeElement.previousElementSibling)?.focus();
  }

  clicked(event) {
    const shot = event.target.closest(".shot");
    if (shot) this.open(Number(shot.closest("li").dataset.place), Number(shot.dataset.id));
  }

  open(place = Number(this.row().dataset.place), id = Number(document.activeElement?.dataset.id)) {
    this.opened = place;
    this.compare.show(this.bursts[place].photos, id, (by) => this.bursts[place + by] && this.open(place + by, null));
  }

  // Saying -----------------------------------------------------------------------------------------------------------------------

  sayFocused(word) {
    if (!this.isFocused()) return;
    const id = Number(document.activeElement.dataset.id);
    const burst = this.bursts[Number(this.row().dataset.place)];
    this.say(burst.photos.find((shot) => shot.id === id), word);
  }

  /** Said again, a word is taken away. */
  async say(shot, word) {
    if (state.read_only) return;
    const before = shot.word ?? null;
    shot.word = before === word ? null : word;
    this.redraw(shot);
    try {
      const answer = await tell("picks", { photos: [shot.id], word: shot.word ?? "none" });
      done(answer.done, answer.undo);
    } catch (error) {
      shot.word = before;
      this.redraw(shot);
      failed(error);
    }
  }

  redraw(shot) {
    const old = this.list.querySelector(`.shot[data-id="${shot.id}"]`);
    const place = Number(old.closest("li").dataset.place);
    const { photos } = this.bursts[place];
    const made = this.shot(shot, photos.indexOf(shot), photos.length);
    const had = document.activeElement === old;
    old.replaceWith(made);
    if (had) made.focus();
    this.compare.mark(shot);
  }

  album() {
    const photos = (this.bursts ?? []).map((burst) => (burst.photos.find(({ best }) => best) ?? burst.photos[0]).id);
    if (photos.length) chooseAlbum({ photos }, { smart: false, query: null }).catch(failed);
  }

  /** What others said meanwhile; the rows stay where they are. */
  async refresh() {
    if (read().view !== "best" || !this.bursts?.length || find("dialog[open]")) return;
    const found = await ask("bursts", { query: this.query, offset: 0, limit: this.bursts.length }).catch(() => null);
    const bursts = found?.bursts ?? found;
    if (!bursts || JSON.stringify(bursts) === JSON.stringify(this.bursts)) return;
    const focused = document.activeElement?.dataset.id;
    this.bursts = bursts;
    this.list.replaceChildren(...bursts.map((burst, place) => this.burst(burst, place)));
    if (focused) this.list.querySelector(`.shot[data-id="${focused}"]`)?.focus();
  }
}

const wordOf = ({ word }) => ({ pick: texts.picked, reject: texts.rejected })[word] ?? "";
