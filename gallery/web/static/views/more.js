// More: folders and how they are looked through, duplicates, errors, the keys.

import { ask, thumbnail } from "/static/api.js";
import { go, read } from "/static/address.js";
import { make } from "/static/dom.js";
import * as dates from "/static/dates.js";
import * as frame from "/static/frame.js";
import * as pictures from "/static/pictures.js";
import { state } from "/static/state.js";
import { texts } from "/static/texts.js";
import { indexButton } from "/static/views/index_button.js";

const FEW_PATHS = 4;

export class MoreView {
  constructor() {
    this.shownOnly = make("p", { class: "quiet lead", text: texts.readOnly, hidden: true });
    this.folders = make("section");
    this.duplicates = make("section");
    this.errors = make("section");
    const keys = make("button", { type: "button", text: texts.showKeys, onclick: () => frame.help() });
    this.version = make("p", { class: "quiet" });
    this.element = make("section", { class: "view page more" }, this.shownOnly, this.folders, this.errors, this.duplicates, make("section", {}, make("h2", { text: texts.helpTitle }), keys, make("p", { class: "quiet", text: texts.disclaimer }), this.version));
  }

  async show() {
    frame.title(texts.moreTitle, null);
    this.knows();
    await this.refresh();
  }

  /** What the state tells, which may come after the view. */
  knows() {
    this.shownOnly.hidden = !(state.read_only || state.guest);
    this.version.textContent = state.program_version ? texts.version(state.program_version) : "";
    // Guests are told of photos alone.
    for (const each of [this.folders, this.errors, this.duplicates]) each.hidden = state.guest;
    const roots = JSON.stringify(state.roots);
    if (roots === this.roots || state.photos === null) return;
    this.roots = roots;
    const list = state.roots.length ? make("ul", { class: "plainly" }, state.roots.map(folder)) : make("p", { class: "quiet", text: texts.noFolders });
    this.folders.replaceChildren(make("h2", { text: texts.folders }), list);
  }

  async refresh() {
    if (read().view !== "more") return;
    this.knows();
    const [errors, duplicates] = await Promise.all([ask("errors").catch(() => []), ask("duplicates").catch(() => [])]);
    this.list(this.errors, texts.errors, errors.errors ?? errors, texts.noErrors, problem);
    this.list(this.duplicates, texts.duplicates, duplicates.groups ?? duplicates, texts.noDuplicates, twice, texts.duplicatesLead);
  }

  list(section, heading, found, none, item, lead = null) {
    const list = found.length ? [lead && make("p", { class: "quiet", text: lead }), make("ul", { class: "plainly" }, found.map(item))].filter(Boolean) : [make("p", { class: "quiet", text: none })];
    section.replaceChildren(make("h2", { text: heading }, found.length ? make("span", { class: "count", text: ` ${dates.number(found.length)}` }) : null), ...list);
  }
}

function folder({ folder: path, reachable }) {
  return make("li", {}, make("span", { text: path }), reachable ? indexButton(path, texts.lookThrough) : make("span", { class: "quiet", text: texts.unreachable }));
}

function problem({ path, name, reason }) {
  return make("li", {}, make("span", {}, make("b", { text: name ?? path }), make("span", { class: "quiet", text: ` ${reason}` })));
}

/** The pictures in a field of even squares, beside them where their files are; many files only when they are asked for. */
function twice({ photos }) {
  const shots = photos.map((photo) => make("button", { type: "button", class: "shot", "aria-label": photo.paths.join(", "), title: photo.paths.join("\n"), onclick: () => go({ photo: String(photo.id), query: "" }) },
    pictures.add(make("img", { alt: "" }), thumbnail(photo.hash))));
  const paths = photos.flatMap((photo) => photo.paths).map((path) => make("div", { text: path }));
  const listed = paths.length > FEW_PATHS ? make("details", {}, make("summary", { text: texts.files(paths.length) }), paths) : paths;
  return make("li", { class: "twice" }, make("div", { class: "alike" }, shots), make("div", { class: "paths" }, listed));
}
