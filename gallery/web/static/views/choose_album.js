// Into which album: one that is there, or a new one.

import { ask, tell } from "/static/api.js";
import { done, failed } from "/static/announce.js";
import * as asking from "/static/asking.js";
import { make } from "/static/dom.js";
import { texts } from "/static/texts.js";

/** Asks for the album and puts the photos in: `named` says which, by ids or by their query; `after` that is called. */
export async function chooseAlbum(named, { smart, query, after = () => {} }) {
  const albums = (await ask("albums")).filter((album) => !album.query);
  const name = make("input", { type: "text", maxlength: "200", "aria-label": texts.albumName, placeholder: texts.albumName, required: true, autocomplete: "off" });
  const keepsUp = make("input", { type: "checkbox", checked: Boolean(smart && !named.photos) });
  const create = (event) => {
    event.preventDefault();
    said(tell("albums", { name: name.value.trim(), ...(keepsUp.checked ? { query, smart: true } : named) }), texts.albumMade(name.value.trim()), after);
  };
  const form = make("form", { class: "line", onsubmit: create }, name, make("button", { type: "submit", class: "strong", text: texts.make }));
  const choice = query ? make("label", { class: "check" }, keepsUp, texts.smartAlbum) : null;
  const add = (album) => said(tell(`albums/${album.id}`, { add: named.photos ?? { query: named.query } }), texts.added(named.photos?.length ?? 0, album.name), after);
  const existing = albums.map((album) => make("li", {}, make("button", { type: "button", onclick: () => add(album) }, make("span", { text: album.name }), make("span", { class: "count", text: album.count }))));
  asking.show(texts.whichAlbum, ...[form, choice, make("ul", { class: "existing" }, existing)].filter(Boolean));
  name.focus();
}

async function said(answer, otherwise, after) {
  asking.close();
  try {
    const { done: words, undo = null } = await answer;
    done(words ?? otherwise, undo);
    after();
  } catch (error) {
    failed(error);
  }
}
