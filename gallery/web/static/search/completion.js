// What may follow in the search box: fields, emotions, albums, cameras; with nothing typed, what was searched before.

import { ask } from "/static/api.js";
import { make } from "/static/dom.js";
import { recent } from "/static/search/history.js";
import { texts } from "/static/texts.js";

const SHOWN = 10;

export class Completion {
  /** `put` writes into the box: a text, and where the caret goes. */
  constructor(input, put) {
    Object.assign(this, { input, put, items: [], chosen: -1, abort: null });
    this.element = make("ul", { id: "completions", class: "completions", role: "listbox", "aria-label": texts.completions, hidden: true });
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
    this.element.addEventListener("click", (event) => this.clicked(event));
  }

  async offer() {
    const text = this.input.value;
    const caret = this.input.selectionStart ?? text.length;
    if (!text) return this.show({ from: 0, to: 0, items: recent().slice(0, 6).map((each) => ({ text: each, what: texts.recent })) });
    this.abort?.abort();
    this.abort = new AbortController();
    try {
      const found = await ask("complete", { text, caret }, { signal: this.abort.signal });
      if (document.activeElement === this.input && this.input.value === text) this.show(found);
    } catch {
      this.hide();
    }
  }

  show({ from, to, items }) {
    Object.assign(this, { from, to, items: items.slice(0, SHOWN), chosen: -1 });
    if (!this.items.length || document.activeElement !== this.input) return this.hide();
    this.element.replaceChildren(...this.items.map(({ text, what }, place) => make("li", { role: "option", id: `completion-${place}`, "aria-selected": "false", "data-place": place },
      make("span", { text }), make("span", { class: "quiet", text: what ?? "" }))));
    this.element.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
  }

  hide() {
    this.items = [];
    this.chosen = -1;
    this.element.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  /** Whether the key was one of the list's. */
  key(event) {
    if (!this.items.length) return false;
    const acts = { ArrowDown: () => this.move(1), ArrowUp: () => this.move(-1), Escape: () => this.hide() };
    if (event.key === "Tab" && !event.shiftKey && this.chosen >= 0) acts.Tab = () => this.take(this.chosen);
    if (event.key === "Enter" && this.chosen >= 0) acts.Enter = () => this.take(this.chosen);
    if (!acts[event.key]) return false;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
    return true;
  }

  move(by) {
    const count = this.items.length + 1;
    this.chosen = ((this.chosen + 1 + by + count) % count) - 1;
    this.mark();
  }

  mark() {
    for (const [place, item] of [...this.element.children].entries()) item.setAttribute("aria-selected", String(place === this.chosen));
    if (this.chosen < 0) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", `completion-${this.chosen}`);
    this.element.children[this.chosen].scrollIntoView({ block: "nearest" });
  }

  clicked(event) {
    const item = event.target.closest("[data-place]");
    if (item) this.take(Number(item.dataset.place));
  }

  take(place) {
    const { text } = this.items[place];
    const before = this.input.value.slice(0, this.from);
    this.put(before + text + this.input.value.slice(this.to), before.length + text.length);
    this.input.focus();
    this.hide();
    this.input.dispatchEvent(new Event("input"));
  }
}
