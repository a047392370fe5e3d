// What can be done with an album: another name, note, query or order, all of it as a file, away with it.

import { tell } from "/static/api.js";
import { done, failed } from "/static/announce.js";
import * as asking from "/static/asking.js";
import { make } from "/static/dom.js";
import { icon } from "/static/icons.js";
import { state } from "/static/state.js";
import { texts } from "/static/texts.js";

/** Shows it; `changed` is called with the name that the album has now, with null where it is deleted. */
export function albumDialog(album, changed) {
  const send = async (body, method) => {
    try {
      const answer = await tell(`albums/${album.id}`, body, method);
      asking.close();
      if (answer.done) done(answer.done, answer.undo ?? null);
      changed(method === "DELETE" ? null : body.name ?? album.name);
    } catch (error) {
      failed(error);
    }
  };
  const remove = () => asking.confirm(texts.sureRemove(album.name), texts.removeAlbum, () => send(undefined, "DELETE"));
  const parts = [
    state.read_only || state.guest ? make("p", { class: "note", text: album.note ?? "" }) : form(album, send),
    album.problem ? make("p", { class: "quiet", text: album.problem }) : null,
    section(texts.albumOrder, album.query ? [] : ["newest", "oldest"].map((sort) => act(texts.albumSorts[sort], () => send({ sort })))),
    section(texts.cover, album.has_chosen_cover ? [act(texts.firstAsCover, () => send({ cover: null }))] : []),
    section(texts.smart, album.query ? [act(texts.freeze, () => send({ freeze: true }))] : []),
    make("h3", { text: texts.takeAway }),
    make("div", { class: "choices" }, save(album, "zip"), save(album, "page")),
    make("div", { class: "choices writes last" }, act(texts.removeAlbum, remove)),
  ];
  asking.show(album.name, ...parts.flat().filter(Boolean));
}

const act = (text, onclick) => make("button", { type: "button", text, onclick });

const section = (heading, buttons) => (buttons.length ? make("section", { class: "writes" }, make("h3", { text: heading }), make("div", { class: "choices" }, buttons)) : null);

function save(album, form) {
  return make("a", { class: "button", href: `/api/albums/${album.id}/${form}`, download: "" }, icon("download"), texts.downloads[form]);
}

/** Only what was changed is sent: each is a step that undo takes back. */
function form(album, send) {
  const name = field("input", texts.albumName, { type: "text", value: album.name, maxlength: "200", required: true });
  const query = album.query ? field("input", texts.albumQuery, { type: "text", value: album.query, spellcheck: "false", autocapitalize: "off", required: true }) : null;
  const note = field("textarea", texts.note, { rows: "3", maxlength: "10000" });
  note.lastElementChild.value = album.note ?? "";
  const given = (label) => label.lastElementChild.value;
  const submit = (event) => {
    event.preventDefault();
    const wanted = { name: given(name).trim(), note: given(note), ...(query && { query: given(query).trim() }) };
    const fresh = Object.entries(wanted).filter(([key, value]) => value !== (album[key] ?? ""));
    fresh.length ? send(Object.fromEntries(fresh)) : asking.close();
  };
  return make("form", { class: "fields", onsubmit: submit }, name, query, note, make("button", { type: "submit", class: "strong", text: texts.save }));
}

const field = (tag, words, attributes) => make("label", {}, make("span", { text: words }), make(tag, attributes));
