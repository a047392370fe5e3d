// Has a folder looked through, says how far that is, and stops it.

import { tell } from "/static/api.js";
import { done, failed } from "/static/announce.js";
import { make } from "/static/dom.js";
import { state } from "/static/state.js";
import { texts } from "/static/texts.js";

const shown = new Set();

/** The button of a folder, with how far it is behind it; `words` stand on it while nothing goes on. */
export function indexButton(folder, words) {
  const far = make("span", { class: "quiet" });
  const button = make("button", { type: "button", onclick: () => (isMine() ? stop() : start(folder)) });
  const isMine = () => running()?.folder === folder;
  const element = make("span", { class: "looking writes" }, far, button);
  const update = () => {
    const run = running();
    far.textContent = !isMine() ? "" : run.total ? texts.indexing(run.done, run.total) : texts.indexBegins;
    button.textContent = !isMine() ? words : run.stopping ? texts.indexStopping : texts.indexStop;
    button.disabled = Boolean(run) && (!isMine() || run.stopping === true);
  };
  update();
  shown.add({ element, update });
  return element;
}

/** When there is news of a run. */
export function updateButtons() {
  for (const each of shown) each.element.isConnected ? each.update() : shown.delete(each);
}

const running = () => (state.indexing && !state.indexing.finished ? state.indexing : null);

async function start(folder) {
  try {
    await tell("index", { folder });
    if (!running()) state.indexing = { folder, done: 0, total: 0 };
    done(texts.indexStarted(folder));
  } catch (error) {
    failed(error);
  }
  updateButtons();
}

async function stop() {
  try {
    await tell("index", undefined, "DELETE");
    if (running()) state.indexing.stopping = true;
  } catch (error) {
    failed(error);
  }
  updateButtons();
}
