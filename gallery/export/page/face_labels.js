// Where the words of faces go: outside the face, never on a neighbour, inside the stage. Pure.

const AWAY = 3;

/**
 * @param {Array<[number, number, number, number]>} boxes left, top, right, bottom of each face
 * @param {Array<[number, number]>} sizes width and height of each label
 * @param {[number, number]} room width and height of the stage
 * @returns {Array<{x, y, clear}>} the upper left corner of each label, `clear` where it covers no face and no other label
 */
export function placeLabels(boxes, sizes, room) {
  const placed = [];
  const places = [];
  for (const [index, box] of boxes.entries()) {
    const others = [...boxes.filter((_, other) => other !== index), ...placed];
    const best = bestOf(candidates(box, sizes[index]).map((place) => inside(place, sizes[index], room)), sizes[index], box, others);
    placed.push(rectangle(best, sizes[index]));
    places.push(best);
  }
  return places;
}

function candidates([left, top, right, bottom], [width, height]) {
  const middle = (left + right - width) / 2;
  return [
    [left, top - height - AWAY],
    [right - width, top - height - AWAY],
    [middle, top - height - AWAY],
    [left, bottom + AWAY],
    [right - width, bottom + AWAY],
    [middle, bottom + AWAY],
    [right + AWAY, top],
    [left - width - AWAY, top],
    [right + AWAY, bottom - height],
    [left - width - AWAY, bottom - height],
  ];
}

function inside([x, y], [width, height], [roomX, roomY]) {
  return [Math.max(0, Math.min(x, roomX - width)), Math.max(0, Math.min(y, roomY - height))];
}

/** The first that covers nothing, else the one that covers least. */
function bestOf(places, size, own, others) {
  let best = null;
  for (const [x, y] of places) {
    const label = rectangle({ x, y }, size);
    const covered = others.reduce((sum, other) => sum + overlap(label, other), 0) + overlap(label, own);
    if (!best || covered < best.covered) best = { x, y, covered, clear: covered === 0 };
    if (best.clear) break;
  }
  return best;
}

const rectangle = ({ x, y }, [width, height]) => [x, y, x + width, y + height];

function overlap(one, other) {
  const width = Math.min(one[2], other[2]) - Math.max(one[0], other[0]);
  const height = Math.min(one[3], other[3]) - Math.max(one[1], other[1]);
  return width > 0 && height > 0 ? width * height : 0;
}
