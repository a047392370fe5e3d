// Where every photo of the timeline lies, known before any of them is: from the days, their counts and their sums of
// aspects (width / height). Nothing jumps when photos arrive, for a day's height never depends on them.
//
// A day of c photos whose aspects sum to S, in n rows of width W with gaps g, is n * (n * W - (c - n) * g) / S high
// where the rows are even. Rows of real photos aren't quite: they are scaled together by the percent or two that they
// differ, and the pictures cropped by as much.

export const GAP = 4;
export const HEADING = 44;
const BELOW = 20;
const DAY_GAP = 28;
/** A day of more photos than this is laid out in parts of near SEGMENT photos, each as high as its share of the day. */
const LARGE_DAY = 240;
const SEGMENT = 200;

/**
 * @param {Array} days [day or null, count, sum of aspects, guessed] in the order of the result
 * @param {{width: number, target: number, heading: number}} sizes in pixels; `heading`: the narrowest a day may be
 * @returns {{height, rows, total, width, target, days, segments}} `segments` in order of rank and of y
 */
export function plan(days, sizes) {
  const made = { ...sizes, days: [], segments: [], height: 0, rows: 0, total: 0 };
  let line = { x: 0, y: 0, height: 0 };
  for (const [index, day] of days.entries()) line = placed(made, line, { index, day, ...shape(day[1], day[2], sizes) });
  made.height = line.y + line.height;
  return made;
}

/** The width and height of some photos, and in how many rows. */
function shape(count, sum, { width, target, heading }) {
  const natural = sum * target + (count - 1) * GAP;
  if (natural <= width) {
    return { count, sum, rows: 1, justified: false, width: Math.min(width, Math.max(natural, heading)), height: target };
  }
  const rows = Math.max(1, Math.round((sum * target + count * GAP) / (width + GAP)));
  const row = (width - (count / rows - 1) * GAP) / (sum / rows);
  return { count, sum, rows, justified: true, width, height: Math.round(rows * row + (rows - 1) * GAP) };
}

/** Puts a day behind the last on its line where both are narrow, else on a line of its own. */
function placed(made, line, day) {
  const fits = !day.justified && line.narrow && line.x + DAY_GAP + day.width <= made.width;
  const at = fits ? { ...line, x: line.x + DAY_GAP } : { x: 0, y: line.y + line.height, height: 0 };
  const top = at.y + HEADING;
  const first = made.total;
  made.days.push({ date: day.day[0], guessed: Boolean(day.day[3]), first, count: day.count, x: at.x, y: at.y, width: day.width, row: made.rows });
  made.rows += 1;
  const height = segmented(made, { ...day, x: at.x, y: top, first });
  made.total = first + day.count;
  return { x: at.x + day.width, y: at.y, height: HEADING + height + BELOW, narrow: !day.justified };
}

function segmented(made, day) {
  const parts = day.count > LARGE_DAY ? Math.ceil(day.count / SEGMENT) : 1;
  let y = day.y;
  for (let part = 0; part < parts; part++) {
    const from = Math.round((day.count * part) / parts);
    const count = Math.round((day.count * (part + 1)) / parts) - from;
    const shaped = parts === 1 ? day : shape(count, (day.sum * count) / day.count, made);
    made.segments.push({
      ...{ day: day.index, first: day.first + from, count, sum: shaped.sum, rows: shaped.rows, row: made.rows },
      ...{ justified: shaped.justified, exact: parts === 1, x: day.x, y, width: day.width, height: shaped.height },
    });
    made.rows += shaped.rows;
    y += shaped.height + GAP;
  }
  return y - GAP - day.y;
}

/** The rows of a segment whose photos are known, by their aspects: [{y, height, first, cells: [{x, width}]}] */
export function rowsOf(segment, aspects, { width, target }) {
  if (!segment.justified) return [rowAt(0, target, 0, aspects.map((aspect) => aspect * target))];
  const split = splitEvenly(aspects, rowCount(segment, aspects, width));
  const natural = split.map((row) => (width - (row.length - 1) * GAP) / total(row));
  const scale = (segment.height - (split.length - 1) * GAP) / total(natural);
  const rows = [];
  let [y, first] = [0, 0];
  for (const [place, row] of split.entries()) {
    const bottom = y + natural[place] * scale;
    const share = (width - (row.length - 1) * GAP) / total(row);
    rows.push(rowAt(Math.round(y), Math.round(bottom) - Math.round(y), first, row.map((aspect) => aspect * share)));
    [y, first] = [bottom + GAP, first + row.length];
  }
  return rows;
}

/** As many rows as fill the height best: of part of a large day only that was known before. */
function rowCount(segment, aspects, width) {
  return segment.exact ? segment.rows : Math.max(1, Math.round(Math.sqrt((segment.height * total(aspects)) / width)));
}

function rowAt(y, height, first, widths) {
  let x = 0;
  const cells = widths.map((width) => {
    const left = Math.round(x);
    const right = Math.round(x + width);
    x += width + GAP;
    return { x: left, width: right - left };
  });
  return { y, height, first, cells };
}

/** The aspects in at most n rows whose sums are near each other, in order: each goes to the row that its middle is in. */
function splitEvenly(aspects, n) {
  const share = total(aspects) / n;
  const rows = new Map();
  let before = 0;
  for (const aspect of aspects) {
    const row = Math.min(n - 1, Math.floor((before + aspect / 2) / share));
    rows.has(row) ? rows.get(row).push(aspect) : rows.set(row, [aspect]);
    before += aspect;
  }
  return [...rows.values()];
}

const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** The last place in a list, sorted by `key`, whose key is at most `value`; 0 where none is. */
export function lastUpTo(list, value, key) {
  let [low, high] = [0, list.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (key(list[middle]) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const segmentOf = (made, rank) => lastUpTo(made.segments, rank, (segment) => segment.first);
export const dayOf = (made, rank) => lastUpTo(made.days, rank, (day) => day.first);
export const dayAt = (made, y) => lastUpTo(made.days, y, (day) => day.y);

/** Where a photo lies whose segment's photos aren't known yet: by its share of the segment. */
export function guessedY(segment, rank) {
  return segment.y + (segment.height * (rank - segment.first)) / segment.count;
}

/** The same days, put together by month or year. */
export function grouped(days, by) {
  const letters = { months: 7, years: 4 }[by];
  if (!letters) return days;
  const groups = [];
  for (const [date, count, sum, guessed] of days) {
    const key = date && date.slice(0, letters);
    const last = groups.at(-1);
    if (last && last[0] === key) {
      last[1] += count;
      last[2] += sum;
      last[3] &= guessed;
    } else groups.push([key, count, sum, guessed]);
  }
  return groups;
}
