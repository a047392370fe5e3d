// Pictures a few at a time. Browsers keep six connections to a server: were all of them waiting for thumbnails that are
// just being made, no word could be said and no page turned.

const AT_ONCE = 3;
const running = new Set();
let wall = [];
let others = [];
let ahead = [];
let isHeld = false;

/** These images of the wall are wanted, the first soonest, [image, address]; those of before that aren't among them no more. */
export function wanted(list) {
  wall = list;
  next();
}

/** An image that is fetched when its turn comes. */
export function add(image, address) {
  others.push([image, address]);
  next();
  return image;
}

/** Addresses that will probably be looked at soon, instead of those of before. */
export function expect(addresses) {
  ahead = addresses.map((address) => [new Image(), address]);
  next();
}

/** An image that isn't looked at any more; what comes for it meanwhile is let go. */
export function drop(image) {
  wall = wall.filter(([each]) => each !== image);
  if (running.delete(image)) next();
  if (!image.complete) image.removeAttribute("src");
}

/** While one photo is looked at, the wall behind it waits. */
export function hold(held) {
  isHeld = held;
  next();
}

/** Lets go of all of them, as when another view is shown. A page that the browser keeps for "back" would keep its
 * connections, too. */
export function stop() {
  [wall, others, ahead] = [[], [], []];
  for (const image of [...running]) image.removeAttribute("src");
  running.clear();
}

function next() {
  while (running.size < AT_ONCE) {
    const one = (isHeld ? null : wall.shift()) ?? others.shift() ?? ahead.shift();
    if (!one) return;
    start(...one);
  }
}

function start(image, address) {
  if (image.src) return;
  running.add(image);
  const ended = () => running.delete(image) && next();
  image.addEventListener("load", ended, { once: true });
  image.addEventListener("error", ended, { once: true });
  image.src = address;
}
