// Where one is, as the address says it: which view, which query, which photo, which day. "Back" is the browser's.

const FIELDS = ["view", "query", "order", "photo", "at", "by", "emotion"];
const listeners = [];

/** What the address says now; `view` is always there. */
export function read(search = location.search) {
  const given = new URLSearchParams(search);
  const found = { view: "photos", query: "", order: null, photo: null, at: null, by: null, emotion: null };
  for (const field of FIELDS) if (given.get(field)) found[field] = given.get(field);
  return found;
}

/** The address of this place, as a link holds it. */
export function link(place) {
  const given = new URLSearchParams();
  for (const field of FIELDS) {
    const value = place[field];
    if (value && !(field === "view" && value === "photos")) given.set(field, value);
  }
  const text = given.toString();
  return text ? `/?${text}` : "/";
}

/** Goes to another place; what isn't named stays, but for the photo and the day, which belong to the place left, and the
 * order of an album where the query names none any more. */
export function go(change) {
  const next = { ...read(), photo: null, at: null, ...change };
  if (!("order" in change) && !next.query.includes("album:")) next.order = null;
  if (link(next) !== link(read())) history.pushState({ depth: depth() + 1 }, "", link(next));
  told();
}

/** Says more exactly where one is, without a step that "back" would take. */
export function note(change, state = {}) {
  history.replaceState({ ...history.state, ...state }, "", link({ ...read(), ...change }));
}

/** What was noted with this place, as the pixel that the timeline was at. */
export const noted = () => history.state ?? {};

const depth = () => history.state?.depth ?? 0;

/** A step back where there was one in this gallery, else on to the place given. */
export function leave(otherwise) {
  if (depth() > 0) history.back();
  else {
    note(otherwise);
    told();
  }
}

export function onChange(listener) {
  listeners.push(listener);
}

export function told() {
  const place = read();
  for (const listener of listeners) listener(place);
}

addEventListener("popstate", told);

/** Where the photos of an album are: as somebody put them in order, those of a smart one by days. */
export const albumPlace = ({ name, query }) => ({ query: albumQuery(name), order: query ? null : "album", by: null });

/** The name of the album that a search asks for and nothing else, else the search itself. */
export const titleOf = (query) => /^album:"((?:[^"\\]|\\.)*)"$/.exec(query)?.[1].replace(/\\(.)/g, "$1") ?? query;

const albumQuery = (name) => `album:"${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
