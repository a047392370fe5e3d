// Around every view: what is shown and how much, the views to go to, the keys.

import { go, link, read } from "/static/address.js";
import { done, failed } from "/static/announce.js";
import * as asking from "/static/asking.js";
import { find, make, styled } from "/static/dom.js";
import * as dates from "/static/dates.js";
import { icon } from "/static/icons.js";
import { state } from "/static/state.js";
import { texts } from "/static/texts.js";

export function build() {
  find("#skip").textContent = texts.skip;
  find("#rail").setAttribute("aria-label", texts.navigation);
  find("#rail").replaceChildren(...Object.entries(texts.views).map(railLink));
}

function railLink([view, words]) {
  const onclick = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go({ view, by: null, emotion: null });
  };
  const inside = [icon(view), make("span", { class: "word", text: words }), make("span", { class: "badge", id: `badge-${view}` })];
  return make("a", { href: link({ view, query: read().query }), "data-view": view, onclick }, inside);
}

/** Which view is shown; the links take the query along. */
export function mark(view) {
  for (const each of find("#rail").children) {
    each.href = link({ ...read(), view: each.dataset.view, photo: null, at: null, by: null, emotion: null });
    each.dataset.view === view ? each.setAttribute("aria-current", "page") : each.removeAttribute("aria-current");
  }
}

/** The heading: what is shown, and how much of it; null where nothing is counted. */
export function title(words, counted) {
  find("#title").textContent = words;
  find("#title").title = words;
  find("#count").hidden = counted === null;
  if (find("#count").textContent !== (counted ?? "")) find("#count").textContent = counted ?? "";
  document.title = `${words} · ${texts.program}`;
}

/** The buttons at the right, those of the view. */
export function tools(buttons) {
  find("#tools").replaceChildren(...buttons);
}

export function count() {
  find("#badge-review").textContent = state.review ? dates.number(state.review) : "";
  find('#rail [data-view="review"]').hidden = state.read_only || state.guest;
}

let isRunning = false;

/** How far a run of indexing is: a line under the header, a share beside More, where it is stopped. */
export function indexing(news) {
  const ran = isRunning;
  isRunning = Boolean(news && !news.finished);
  find("#indexing")?.remove();
  find("#badge-more").textContent = isRunning && news.total ? dates.percent(news.done / news.total) : "";
  if (ran && news?.error) failed(new Error(news.error));
  else if (ran && news?.finished) done((news.stopped ? texts.indexStopped : texts.indexed)(news.new ?? 0, news.failed ?? 0));
  if (!isRunning || !news.total) return;
  const bar = styled(make("i"), { width: `${(100 * news.done) / news.total}%` });
  find("#head").append(make("div", { id: "indexing", title: texts.indexing(news.done, news.total) }, bar));
}

/** The keys, and what a tag says and doesn't. */
export function help() {
  const rows = texts.keyList.map(([keys, words]) => [make("dt", {}, make("kbd", { text: keys })), make("dd", { text: words })]);
  asking.show(texts.help, make("dl", { class: "keys" }, rows), make("p", { class: "quiet", text: texts.disclaimer }));
}
