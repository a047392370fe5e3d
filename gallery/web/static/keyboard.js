// Keys, a layer at a time: the top one that knows a key has it, and nothing while text is typed.

const layers = [];
let prefix = "";
let prefixTimer = 0;
const PREFIX_MS = 1500;

/** Puts keys on top of those that are there; a layer that is `alone` hides what lies under it. Returns what takes it off. */
export function layer(keys, { alone = false } = {}) {
  const added = { keys, alone };
  layers.push(added);
  return () => {
    const place = layers.indexOf(added);
    if (place >= 0) layers.splice(place, 1);
  };
}

const isTyped = (target) => target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

function pressed(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const name = named(event);
  if (isTyped(event.target) && !name.startsWith("Ctrl+k")) return;
  const act = looked(prefix ? `${prefix} ${name}` : name);
  prefix = "";
  if (act === "prefix") return wait(name, event);
  if (!act) return;
  if (act(event) !== false) event.preventDefault();
}

function wait(name, event) {
  event.preventDefault();
  prefix = name;
  clearTimeout(prefixTimer);
  prefixTimer = setTimeout(() => (prefix = ""), PREFIX_MS);
}

function named(event) {
  if (event.altKey) return "";
  const key = digit(event) ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key);
  const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  return control + (event.shiftKey && (event.key.length > 1 || /[a-z0-9]/.test(key)) ? "Shift+" : "") + (key === " " ? "Space" : key);
}

/** A digit with Shift is still that digit, unless the layout has one of our keys there, as "/" on a German one. */
function digit(event) {
  const [, found] = /^(?:Digit|Numpad)(\d)$/.exec(event.code) ?? [];
  return found && event.shiftKey && !"/?+-=".includes(event.key) && !event.ctrlKey && !event.metaKey ? found : null;
}

function looked(name) {
  for (const { keys, alone } of [...layers].reverse()) {
    if (keys[name]) return keys[name];
    if (Object.keys(keys).some((key) => key.startsWith(`${name} `))) return "prefix";
    if (alone) return null;
  }
  return null;
}

addEventListener("keydown", pressed);
