// Elements made and found; nothing here knows the gallery.

export const find = (selector, within = document) => within.querySelector(selector);

/** An element with attributes, listeners (`onclick`), `text` and children; null and false leave an attribute out. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(made, name, value);
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "text") element.textContent = value;
  else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else element.setAttribute(name, value === true ? "" : value);
}

/** Sizes and colours go through the style sheet's object model: the page's policy forbids `style` attributes. */
export function styled(element, styles) {
  for (const [name, value] of Object.entries(styles)) {
    if (name.startsWith("--")) element.style.setProperty(name, value);
    else element.style[name] = value;
  }
  return element;
}

export const px = (value) => `${value}px`;

/** Calls `act` once, `after` ms after the last call. */
export function rested(act, after) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), after);
  };
}

/** Calls `act` at most once a frame. */
export function framed(act) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      act();
    });
  };
}

export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
