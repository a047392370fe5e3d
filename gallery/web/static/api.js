// What is asked of the gallery's server, and what it answers; a refusal is an `ApiError` with words for people.

import { texts } from "/static/texts.js";

const VERSION_HEADER = "X-Gallery-Version";
const EARLY_MS = 10_000;
const listeners = [];
let known = null;
globalThis.early ??= new Map();

export class ApiError extends Error {
  constructor(status, { error, field = null, caret = null }) {
    super(error);
    Object.assign(this, { status, field, caret });
  }
}

/** The answer to a question; `given` are its parameters, those that are null or empty left out. */
export function ask(path, given = {}, options = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (value !== null && value !== undefined && value !== "") parameters.set(name, value);
  }
  const text = parameters.toString();
  return answered(`/api/${path}${text ? `?${text}` : ""}`, options);
}

/** Something is said or changed. */
export function tell(path, body, method = "POST") {
  const headers = { "Content-Type": "application/json" };
  return answered(`/api/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

async function answered(address, options) {
  let response;
  let answer;
  try {
    response = await (taken(address) ?? fetch(address, options));
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(response?.status ?? 0, { error: response ? texts.oddAnswer(response.status) : texts.noServer });
  }
  if (!response.ok) throw new ApiError(response.status, answer);
  seen(response.headers.get(VERSION_HEADER));
  return answer;
}

/** What early.js asked for already, once, while the page begins. */
function taken(address) {
  if (performance.now() > EARLY_MS) globalThis.early.clear();
  const answer = globalThis.early.get(address);
  globalThis.early.delete(address);
  return answer;
}

/** Tells who listens when the gallery isn't what it was: somebody corrected, indexed or undid. */
export function seen(version) {
  if (version === null || version === undefined || String(version) === known) return;
  const first = known === null;
  known = String(version);
  if (!first) for (const listener of listeners) listener(known);
}

export function onVersion(listener) {
  listeners.push(listener);
}

/** News from the server while the page is open; the browser connects again by itself. */
export function listen(hear) {
  const events = new EventSource("/api/events");
  for (const name of ["version", "indexing", "learn"]) {
    events.addEventListener(name, (event) => hear(name, parsed(event.data)));
  }
  return events;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const thumbnail = (hash, size = 320) => `/thumbnails/${hash}?size=${size}`;
export const original = (id) => `/originals/${id}`;
export const crop = (face) => `/crops/${face}`;
