// On this day: one line above the timeline with a picture a year, until it is put away.

import { ask, thumbnail } from "/static/api.js";
import { go } from "/static/address.js";
import { make } from "/static/dom.js";
import { icon } from "/static/icons.js";
import { texts } from "/static/texts.js";

const KEY = "no-on-this-day";
const PATIENCE_MS = 150;

export class OnThisDay {
  constructor() {
    this.element = make("aside", { class: "memories", "aria-label": texts.onThisDay, hidden: true });
  }

  /** Asks what there is, unless it was put away. Who waits for the photos waits no longer for this: `late` is called. */
  load(query, late) {
    if (query || localStorage.getItem(KEY)) return null;
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    this.asked ??= ask("on-this-day").then(({ years }) => (this.found = years), () => (this.found = []));
    this.asked.then(late);
    return Promise.race([this.asked, patience]);
  }

  show(query) {
    if (query || localStorage.getItem(KEY) || !this.found) {
      this.element.hidden = true;
      return;
    }
    const years = this.found.filter(({ photos }) => photos.length);
    this.element.hidden = years.length === 0;
    if (!years.length || this.element.childElementCount) return;
    const away = make("button", { type: "button", class: "plain", "aria-label": texts.putAway, title: texts.putAway, onclick: () => this.putAway() }, icon("close"));
    this.element.append(make("h2", { text: texts.onThisDay }), make("div", { class: "years" }, years.map(yearOf)), away);
  }

  putAway() {
    localStorage.setItem(KEY, "1");
    this.element.hidden = true;
  }
}

function yearOf({ year, query, photos }) {
  const ago = texts.yearsAgo(new Date().getFullYear() - year);
  const picture = make("img", { src: thumbnail(photos[0].hash), alt: "", decoding: "async" });
  const onclick = () => go({ view: "photos", query });
  return make("button", { type: "button", onclick }, picture, make("span", {}, make("b", { text: year }), make("span", { text: `${ago}, ${texts.photos(photos.length)}` })));
}
