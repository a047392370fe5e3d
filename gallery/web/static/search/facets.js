// Chips that narrow the search, with how many photos each leaves; and the parts of the query, to be taken out again.

import { ask } from "/static/api.js";
import { go } from "/static/address.js";
import { isStill, make, styled } from "/static/dom.js";
import * as dates from "/static/dates.js";
import { icon } from "/static/icons.js";
import { emotionIndex, texts } from "/static/texts.js";

export class Facets {
  constructor() {
    this.chips = make("div", { class: "chips", role: "toolbar", "aria-label": texts.facets });
    this.chips.addEventListener("keydown", (event) => this.key(event));
    this.chips.addEventListener("focusin", (event) => this.reach(event.target));
    this.along = make("button", { type: "button", class: "plain along", hidden: true, onclick: () => this.goAlong() });
    this.element = make("div", { class: "facets" }, this.chips, this.along);
    this.query = null;
    this.chips.addEventListener("scroll", () => this.tellMore(), { passive: true });
    new ResizeObserver(() => this.tellMore()).observe(this.chips);
  }

  async show(query, again = false) {
    if (query === this.query && !again) return;
    this.query = query;
    this.abort?.abort();
    this.abort = new AbortController();
    const { signal } = this.abort;
    const [parsed, found] = await Promise.all([
      query ? ask("parse", { query }, { signal }).catch(() => null) : null,
      ask("facets", { query }, { signal }).catch(() => null),
    ]);
    if (query !== this.query || signal.aborted) return;
    this.chips.replaceChildren(...parts(query, parsed), ...(found?.groups ?? []).flatMap(group));
    this.element.hidden = !this.chips.childElementCount;
    this.reach(this.chips.firstElementChild);
    this.chips.scrollLeft = 0;
    this.tellMore();
  }

  // By keyboard: one stop for Tab, or the photos would lie behind a hundred; arrows go from chip to chip ----------------

  reach(chip) {
    for (const each of this.chips.children) each.tabIndex = each === chip ? 0 : -1;
  }

  key(event) {
    const all = [...this.chips.children];
    const here = all.indexOf(event.target);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (here < 0 || to === undefined) return;
    event.preventDefault();
    all[to]?.focus();
  }

  // More chips than there is room for ------------------------------------------------------------------------------------

  /** Whether there are chips beyond the right edge; beyond the left one where all at the right are seen. */
  tellMore() {
    const { scrollLeft, scrollWidth, clientWidth } = this.chips;
    this.isMore = scrollWidth - clientWidth - scrollLeft > 2;
    const words = this.isMore ? texts.moreFacets : texts.firstFacets;
    this.chips.classList.toggle("more", this.isMore);
    this.along.hidden = scrollWidth - clientWidth <= 2;
    if (this.along.title === words) return;
    this.along.title = words;
    this.along.setAttribute("aria-label", words);
    this.along.replaceChildren(icon(this.isMore ? "on" : "back"));
  }

  goAlong() {
    const { clientWidth, scrollLeft } = this.chips;
    this.chips.scrollTo({ left: this.isMore ? scrollLeft + 0.75 * clientWidth : 0, behavior: isStill() ? "auto" : "smooth" });
  }
}

/** The parts of the query. Pressed, a part goes. */
function parts(query, parsed) {
  return (parsed?.chips ?? []).map(({ text, from, to }) => {
    const rest = `${query.slice(0, from).trimEnd()} ${query.slice(to).trimStart()}`.trim();
    return make("button", { type: "button", class: "chip part", "aria-label": texts.removeFilter(text), onclick: () => go({ query: rest }) }, make("span", { text }), icon("close"));
  });
}

/** One chip a value; those that are on already stand among the parts. */
function group({ name, items }) {
  return items.filter((item) => !item.on && item.count).map((item) => {
    const index = name === "emotion" ? emotionIndex(item.label) : -1;
    const dot = index >= 0 ? styled(make("span", { class: "dot" }), { "--emotion": `var(--emotion-${index})` }) : null;
    return make("button", { type: "button", class: "chip", title: texts.facetNames[name] ?? "", onclick: () => go({ query: item.query }) }, dot, item.label, make("span", { class: "count", text: dates.number(item.count) }));
  });
}
