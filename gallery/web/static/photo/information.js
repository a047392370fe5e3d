// What is known of the photo: when, where, with what, in which albums, where else it lies.

import { albumPlace, go } from "/static/address.js";
import { original } from "/static/api.js";
import { make } from "/static/dom.js";
import * as dates from "/static/dates.js";
import { icon } from "/static/icons.js";
import { texts } from "/static/texts.js";

/** `keep` puts the photo into an album. */
export function information(photo, keep) {
  const rows = factsOf(photo).filter(([, value]) => value !== null && value !== undefined && value !== "" && value.length !== 0);
  const facts = rows.flatMap(([name, value]) => [make("dt", { text: texts.info[name] }), make("dd", {}, ...[value].flat())]);
  const save = make("a", { class: "button", href: original(photo.id), download: fileName(photo) }, icon("download"), texts.download);
  const add = make("button", { type: "button", class: "button writes", onclick: keep }, icon("albums"), texts.intoAlbum);
  return [make("h3", { text: texts.information }), make("dl", {}, facts), make("div", { class: "choices" }, add, save)];
}

function factsOf(photo) {
  const [first, ...copies] = photo.paths ?? [photo.path];
  return [
    ["date", photo.taken_at ? dates.moment(photo.taken_at) : texts.noDate],
    ["dateSource", texts.dateSources[photo.taken_source] ?? photo.taken_source],
    ["place", place(photo)],
    ["camera", photo.camera],
    ["lens", photo.lens],
    ["file", first],
    ["size", `${dates.number(photo.width)} × ${dates.number(photo.height)}`],
    ["rating", photo.rating],
    ["keywords", (photo.keywords ?? []).join(", ")],
    ["albums", albums(photo)],
    ["copies", copies.map((path) => make("div", { text: path }))],
  ];
}

function place({ place: at }) {
  return Array.isArray(at) ? at.map((degrees) => degrees.toFixed(5)).join(", ") : at;
}

function albums({ albums: names }) {
  return (names ?? []).map((album) => {
    const name = album.name ?? album;
    return make("button", { type: "button", class: "chip", text: name, onclick: () => go({ view: "photos", ...albumPlace({ name }) }) });
  });
}

export const fileName = (photo) => (photo.path ?? photo.paths?.[0] ?? "").split(/[/\\]/).at(-1);
