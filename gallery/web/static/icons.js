// Small drawings for buttons: strokes on a field of 24 by 24. Words stand beside or behind them, always.

const PATHS = {
  photos: "M3 5h8v6H3zM13 5h8v6h-8zM3 13h5v6H3zM10 13h11v6H10z",
  review: "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16M9 10v.01M15 10v.01M8.5 14.5c2 2.2 5 2.2 7 0",
  moods: "M4 20V11M9.3 20V5M14.6 20v-6M20 20V8",
  albums: "M5 3h14M4 6.5h16M3 10h18v11H3z",
  best: "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1.1 5.9L12 16.9l-5.3 2.8 1.1-5.9-4.3-4.1 5.9-.8z",
  more: "M5 11.2a.8.8 0 1 0 0 1.6a.8.8 0 0 0 0-1.6M12 11.2a.8.8 0 1 0 0 1.6a.8.8 0 0 0 0-1.6M19 11.2a.8.8 0 1 0 0 1.6a.8.8 0 0 0 0-1.6",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M15.5 15.5L20.5 20.5",
  close: "M5.5 5.5l13 13M18.5 5.5l-13 13",
  back: "M15 5l-7 7 7 7",
  on: "M9 5l7 7-7 7",
  smaller: "M5 12h14",
  larger: "M5 12h14M12 5v14",
  select: "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16M8 12.2l2.8 2.8L16 9.5",
  check: "M6 12.5l4 4L18 8",
  faces: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9.5 10v.01M14.5 10v.01M9 14.5c1.8 1.6 4.2 1.6 6 0",
  draw: "M4 8V4h4M16 4h4v4M8 20H4v-4M17 14v6M14 17h6",
  information: "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16M12 11v5M12 8v.01",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  rotate: "M16 5l4 4-4 4M20 9h-7.5a6.5 6.5 0 1 0 6 9",
  undo: "M8 5L4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4",
  pick: "M6 21V4h11l-2.5 4L17 12H6",
  reject: "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16M6.5 6.5l11 11",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4 20h16",
  help: "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16M9.8 9.5a2.3 2.3 0 1 1 3.4 2c-.8.5-1.2 1-1.2 2M12 16.3v.01",
};

const SVG = "http://www.w3.org/2000/svg";

/** A drawing that readers of the screen pass over. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["class", "icon"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
