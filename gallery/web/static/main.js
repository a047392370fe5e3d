// Starts the page: state and frame, then the view that the address names; later views are loaded when they are wanted.

import { ask, listen, onVersion, seen } from "/static/api.js";
import { go, onChange, read, told } from "/static/address.js";
import { failed, undo } from "/static/announce.js";
import { find, rested } from "/static/dom.js";
import * as frame from "/static/frame.js";
import { layer } from "/static/keyboard.js";
import * as pictures from "/static/pictures.js";
import { SearchBox } from "/static/search/box.js";
import { state } from "/static/state.js";
import { updateButtons } from "/static/views/index_button.js";
import { PhotosView } from "/static/views/photos.js";

const LOADED = {
  review: () => import("/static/views/review.js").then(({ ReviewView }) => new ReviewView()),
  moods: () => import("/static/views/moods.js").then(({ MoodsView }) => new MoodsView()),
  albums: () => import("/static/views/albums.js").then(({ AlbumsView }) => new AlbumsView()),
  best: () => import("/static/views/best.js").then(({ BestView }) => new BestView()),
  more: () => import("/static/views/more.js").then(({ MoreView }) => new MoreView()),
};
const CHANGED_MS = 250;

const views = {};
let shown = null;
let takeOff = () => {};
let photo = null;

async function show(place) {
  const name = place.view === "photos" || LOADED[place.view] ? place.view : "photos";
  if (!views[name]) {
    views[name] = await LOADED[name]();
    find("#main").append(views[name].element);
  }
  // Meanwhile one may have gone elsewhere.
  if (read().view !== place.view) return;
  if (shown !== views[name]) turnTo(name);
  frame.mark(name);
  await shown.show(place);
  if (shown.isStale) shown.refresh?.();
  shown.isStale = false;
  await showPhoto(place);
}

function turnTo(name) {
  takeOff();
  shown?.hide?.();
  for (const view of Object.values(views)) view.element.hidden = view !== views[name];
  shown = views[name];
  takeOff = layer(shown.keys ?? {});
  frame.tools(shown.tools ?? []);
}

async function showPhoto(place) {
  if (!place.photo && !photo?.isOpen) return;
  photo ??= await import("/static/photo/photo.js").then(({ Photo }) => new Photo(find("#photo")));
  photo.show(place, shown);
}

function changed(place) {
  show(place).catch(failed);
  box.show(place);
}

const refresh = rested(async () => {
  await state.load().catch(failed);
  frame.count();
  for (const view of Object.values(views)) view.isStale = view !== shown;
  photo?.isOpen && photo.refresh();
  shown?.refresh?.();
}, CHANGED_MS);

function heard(name, news) {
  if (name === "version") seen(typeof news === "object" ? news.version : news);
  if (name !== "indexing") return;
  state.indexing = news;
  frame.indexing(news);
  updateButtons();
}

const goTo = (view) => () => go({ view, by: null, emotion: null });
const KEYS = {
  "/": () => box.focus(),
  "Ctrl+k": () => box.focus(),
  "Ctrl+z": undo,
  "?": () => frame.help(),
  "g p": goTo("photos"),
  "g r": goTo("review"),
  "g m": goTo("moods"),
  "g a": goTo("albums"),
  "g b": goTo("best"),
  "g o": goTo("more"),
};

let news = null;

/** A page that is left and kept by the browser holds no connection, and begins anew when one comes back to it. */
function left() {
  news?.close();
  pictures.stop();
}

addEventListener("pagehide", left);
addEventListener("pageshow", (event) => event.persisted && location.reload());

const box = new SearchBox(find("#search"));
views.photos = new PhotosView();
find("#main").append(views.photos.element);
frame.build();
layer(KEYS);
onChange(changed);
onVersion(refresh);
told();
state.load().then(() => {
  frame.count();
  frame.indexing(state.indexing);
  for (const view of Object.values(views)) view.knows?.();
  news = listen(heard);
}, failed);
