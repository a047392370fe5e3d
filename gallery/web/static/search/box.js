// The search box: the program's own language, completed as it is typed, its parts as chips that can be taken out.

import { ask } from "/static/api.js";
import { go, read } from "/static/address.js";
import { failed } from "/static/announce.js";
import { make, rested } from "/static/dom.js";
import { icon } from "/static/icons.js";
import { Completion } from "/static/search/completion.js";
import { remember } from "/static/search/history.js";
import { texts } from "/static/texts.js";

const TYPED_MS = 120;

export class SearchBox {
  constructor(element) {
    this.element = element;
    this.input = make("input", { id: "query", type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": "completions", "aria-autocomplete": "list", "aria-label": texts.search, placeholder: texts.searchHint, autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search", maxlength: "20000" });
    this.clearButton = make("button", { type: "button", class: "plain", "aria-label": texts.clearSearch, onclick: () => this.clear(), hidden: true }, icon("close"));
    this.error = make("p", { class: "error", id: "query-error", role: "alert", hidden: true });
    this.completion = new Completion(this.input, (text, caret) => this.put(text, caret));
    const form = make("form", { onsubmit: (event) => this.submit(event) }, icon("search"), this.input, this.clearButton);
    element.append(form, this.completion.element, this.error);
    this.typed = rested(() => this.completion.offer(), TYPED_MS);
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => this.completion.offer());
    this.input.addEventListener("blur", () => setTimeout(() => this.completion.hide(), 150));
    element.addEventListener("refused", ({ detail }) => this.refused(detail));
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  /** The query of the place one is at. */
  show({ query }) {
    if (this.input.value !== query && document.activeElement !== this.input) this.put(query);
    if (this.shownQuery !== query) this.input.value = query;
    this.shownQuery = query;
    this.clearButton.hidden = !this.input.value;
    this.accepted();
  }

  put(text, caret = text.length) {
    this.input.value = text;
    this.clearButton.hidden = !text;
    if (document.activeElement === this.input) this.input.setSelectionRange(caret, caret);
  }

  changed() {
    this.clearButton.hidden = !this.input.value;
    this.accepted();
    this.typed();
  }

  clear() {
    this.put("");
    this.search("");
    this.input.focus();
  }

  submit(event) {
    event.preventDefault();
    this.search(this.input.value.trim());
  }

  async search(query) {
    this.completion.hide();
    if (query === read().query) return;
    try {
      const parsed = query ? await ask("parse", { query }) : { ok: true };
      if (!parsed.ok) return this.refused({ message: parsed.error, caret: parsed.caret });
    } catch (error) {
      // Too long to be asked for, or no answer.
      return error.status === 400 ? this.refused(error) : failed(error);
    }
    this.accepted();
    if (query) remember(query);
    go({ query, view: KEEPS_VIEW.has(read().view) ? read().view : "photos" });
    document.querySelector("#main").focus({ preventScroll: true });
  }

  /** What is wrong, and a caret under the place where. */
  refused({ message, caret }) {
    const line = typeof caret === "number" ? `${" ".repeat(Math.min(caret, this.input.value.length))}^` : "";
    const shown = line ? [make("pre", { "aria-hidden": "true", text: `${this.input.value}\n${line}` })] : [];
    this.error.replaceChildren(...shown, make("span", { text: message }));
    this.error.hidden = false;
    this.input.setAttribute("aria-invalid", "true");
    this.input.setAttribute("aria-describedby", "query-error");
  }

  accepted() {
    this.error.hidden = true;
    this.input.removeAttribute("aria-invalid");
    this.input.removeAttribute("aria-describedby");
  }

  key(event) {
    if (this.completion.key(event)) return;
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.put(read().query);
    this.accepted();
    document.querySelector("#main").focus({ preventScroll: true });
  }
}

const KEEPS_VIEW = new Set(["photos", "moods", "best"]);
