(() => {
  "use strict";
  const find = (id) => document.getElementById(id);
  const photos = JSON.parse(find("photos").textContent);
  const items = [...find("grid").children];
  const cover = find("cover");
  const [viewer, stage, frame, picture] = ["viewer", "stage", "frame", "picture"].map(find);
  const SWIPE_PX = 45;
  const ARROW_PX = 56;
  const STEP = 1.5;
  const hasRoomForArrows = window.matchMedia("(min-width: 46.01rem)");

  // Which photo is seen in the viewer, as its place among all; the filter leaves places as they are.
  let current = 0;

  // Filter ------------------------------------------------------------------------------------------------------------

  const isShown = (place) => !items[place].hidden;
  const shownPlaces = () => [...items.keys()].filter(isShown);

  function filter(emotion) {
    for (const item of items) {
      item.hidden = emotion !== "" && !item.dataset.emotions.split(" ").includes(emotion);
    }
    for (const button of find("filters").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.emotion === emotion));
    }
    markDays();
    find("shown").textContent = `${shownPlaces().length} of ${items.length} photos shown`;
  }

  function chooseFilter(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const pressedAgain = button.getAttribute("aria-pressed") === "true";
    filter(pressedAgain ? "" : button.dataset.emotion);
  }

  /** The day stands on the first of its photos that are shown. */
  function markDays() {
    let last = "";
    for (const item of items.filter((each) => !each.hidden)) {
      const when = item.querySelector(".when");
      const day = when ? when.textContent : "";
      if (when) when.classList.toggle("same", day === last);
      last = day;
    }
  }

  // Viewer ------------------------------------------------------------------------------------------------------------

  function open(place) {
    // "Back" on a phone closes the viewer. Where the page had been scrolled to is our business: focus leads there.
    history.scrollRestoration = "manual";
    if (!isViewerInHistory()) history.pushState({ viewer: true }, "");
    show(place);
    viewer.showModal();
    fit();
  }

  const isViewerInHistory = () => Boolean(history.state && history.state.viewer);

  function wentBack() {
    if (viewer.open && !isViewerInHistory()) viewer.close();
  }

  function closed() {
    if (isViewerInHistory()) history.back();
    const link = items[current].firstElementChild;
    link.focus();
    link.scrollIntoView({ block: "nearest" });
  }

  function show(place) {
    current = place;
    const photo = photos[place];
    const link = items[place].firstElementChild;
    const places = shownPlaces();
    const position = places.indexOf(place);
    frame.classList.add("loading");
    find("lost").hidden = true;
    picture.alt = link.firstElementChild.alt;
    picture.src = link.href;
    find("name").textContent = photo.name;
    find("date").textContent = photo.date;
    find("place").textContent = `${position + 1} of ${places.length}`;
    find("summary").textContent = photo.summary;
    find("previous").setAttribute("aria-disabled", String(position === 0));
    find("next").setAttribute("aria-disabled", String(position === places.length - 1));
    showFaces(photo.faces);
    zoomTo(1);
    [places[position + 1], places[position - 1]].forEach(fetchAhead);
  }

  function fetchAhead(place) {
    if (place !== undefined) new Image().src = items[place].firstElementChild.href;
  }

  function loaded() {
    frame.classList.remove("loading");
  }

  function lost() {
    find("lost").hidden = false;
  }

  // The frame gets the picture's size on the screen, so that boxes in per cent of it lie where the faces are. Beside it
  // there is room for the arrows.
  function fit() {
    if (!viewer.open) return;
    const { width, height } = photos[current];
    const scale = fitting() * zoom;
    size = { width: width * scale, height: height * scale };
    frame.style.width = `${size.width}px`;
    frame.style.height = `${size.height}px`;
    frame.style.left = `${(stage.clientWidth - size.width) / 2}px`;
    frame.style.top = `${(stage.clientHeight - size.height) / 2}px`;
    place();
    placeNames();
  }

  function fitting() {
    const { width, height } = photos[current];
    const sides = hasRoomForArrows.matches ? 2 * ARROW_PX : 0;
    return Math.min(1, (stage.clientWidth - sides) / width, stage.clientHeight / height);
  }

  // Zoom --------------------------------------------------------------------------------------------------------------

  // How much larger than it fits, its size then, and how far its middle was drawn from that of the stage.
  let zoom = 1;
  let size = { width: 0, height: 0 };
  let pan = { x: 0, y: 0 };

  /** To the point of the screen where the pointer is, else to the middle. */
  function zoomTo(wanted, pointer) {
    const before = zoom;
    zoom = Math.max(1, Math.min(wanted, Math.max(2.5, 2 / fitting())));
    const area = stage.getBoundingClientRect();
    const x = pointer ? pointer.clientX - area.left - area.width / 2 : 0;
    const y = pointer ? pointer.clientY - area.top - area.height / 2 : 0;
    pan = { x: x - ((x - pan.x) * zoom) / before, y: y - ((y - pan.y) * zoom) / before };
    stage.classList.toggle("large", zoom > 1);
    find("zoom").setAttribute("aria-pressed", String(zoom > 1));
    fit();
  }

  const toggleZoom = (pointer) => zoomTo(zoom > 1 ? 1 : 2.5, pointer);

  /** The picture is moved no further than its edges. */
  function place(slip = 0) {
    const most = (own, room) => Math.max(0, (own - room) / 2);
    const held = (value, limit) => Math.max(-limit, Math.min(value, limit));
    pan.x = held(pan.x, most(size.width, stage.clientWidth));
    pan.y = held(pan.y, most(size.height, stage.clientHeight));
    frame.style.transform = `translate(${pan.x + slip}px, ${pan.y}px)`;
  }

  function wheeled(event) {
    event.preventDefault();
    zoomTo(zoom * Math.exp(-event.deltaY / 300), event);
  }

  function clickedTwice(event) {
    if (!event.target.closest("button")) toggleZoom(event);
  }

  function go(step) {
    const places = shownPlaces();
    const to = { first: 0, last: places.length - 1 }[step] ?? places.indexOf(current) + step;
    if (to >= 0 && to < places.length && places[to] !== current) show(places[to]);
  }

  // Faces -------------------------------------------------------------------------------------------------------------

  function showFaces(faces) {
    find("boxes").classList.toggle("many", faces.length > 1);
    find("boxes").replaceChildren(...faces.map(box), ...faces.map(says));
    find("labels").replaceChildren(...faces.map(label), ...(faces.length ? [] : [element("li", "", "no face found")]));
  }

  function box(face) {
    const [left, top, width, height] = face.box;
    const frame = element("div", `face ${face.emotion}`);
    Object.assign(frame.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
    return frame;
  }

  function says(face, _, faces) {
    const text = element("span", `says ${face.emotion}`, numbered(face, faces));
    text.append(element("span", "", face.label));
    return text;
  }

  /** Puts what is said of faces outside of them all; where words find no place there, only the number. */
  function placeNames() {
    if (find("boxes").hidden) return;
    const left = (stage.clientWidth - size.width) / 2 + pan.x;
    const top = (stage.clientHeight - size.height) / 2 + pan.y;
    const [wide, high] = [size.width / 100, size.height / 100];
    const [wideRoom, highRoom] = [stage.clientWidth, stage.clientHeight];
    const all = photos[current].faces.map(({ box: [x, y, width, height] }) =>
      [left + x * wide, top + y * high, left + (x + width) * wide, top + (y + height) * high]);
    // Of a face that was moved out of sight nothing is said.
    const seen = all.map(([x, y, right, bottom]) => right > 0 && bottom > 0 && x < wideRoom && y < highRoom);
    const names = [...find("boxes").querySelectorAll(".says")].filter((name, index) => {
      name.hidden = !seen[index];
      name.classList.remove("short");
      return seen[index];
    });
    const boxes = all.filter((_, index) => seen[index]);
    const placed = () => placeLabels(boxes, names.map((name) => [name.offsetWidth, name.offsetHeight]), [wideRoom, highRoom]);
    const long = placed();
    for (const [index, { clear }] of long.entries()) names[index].classList.toggle("short", !clear);
    const places = long.every(({ clear }) => clear) ? long : placed();
    for (const [index, { x, y }] of places.entries()) names[index].style.transform = `translate(${x - left}px, ${y - top}px)`;
  }

  function label(face, _, faces) {
    const item = element("li", face.emotion);
    item.append(element("span", "dot"), numbered(face, faces), face.label);
    return item;
  }

  // By these numbers the command line knows the faces; a photo that never had a second one needs none.
  function numbered(face, faces) {
    return faces.some(({ number }) => number > 1) ? `${face.number} ` : "";
  }

  function element(tag, className, text = "") {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function toggleFaces() {
    const wanted = find("boxes").hidden;
    find("boxes").hidden = find("labels").hidden = !wanted;
    fit();
    find("faces").setAttribute("aria-pressed", String(wanted));
  }

  // Keys and fingers --------------------------------------------------------------------------------------------------

  const KEYS = {
    ArrowLeft: () => go(-1),
    ArrowRight: () => go(1),
    Home: () => go("first"),
    End: () => go("last"),
    "+": () => zoomTo(zoom * STEP),
    "=": () => zoomTo(zoom * STEP),
    "-": () => zoomTo(zoom / STEP),
    b: toggleFaces,
    B: toggleFaces,
  };

  function pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.key in KEYS)) return;
    event.preventDefault();
    KEYS[event.key]();
  }

  let start = null;

  function touched(event) {
    const draws = event.pointerType !== "mouse" || (zoom > 1 && !event.target.closest("button"));
    if (event.isPrimary && draws && !stage.classList.contains("zoomed")) {
      start = { x: event.clientX, y: event.clientY, from: { ...pan } };
      frame.classList.add("held");
    }
  }

  function moved(event) {
    if (!start || !event.isPrimary) return;
    const [x, y] = [event.clientX - start.x, event.clientY - start.y];
    if (zoom === 1) return place(x);
    pan = { x: start.from.x + x, y: start.from.y + y };
    place();
    placeNames();
  }

  function released(event) {
    if (!start || !event.isPrimary) return;
    const [x, y] = [event.clientX - start.x, event.clientY - start.y];
    letGo();
    if (zoom === 1 && Math.abs(x) > SWIPE_PX && Math.abs(x) > Math.abs(y)) go(x < 0 ? 1 : -1);
  }

  function letGo() {
    start = null;
    frame.classList.remove("held");
    place();
  }

  function zoomed() {
    stage.classList.toggle("zoomed", window.visualViewport.scale > 1.01);
  }

  // -------------------------------------------------------------------------------------------------------------------

  function clicked(event) {
    const link = event.target.closest("a");
    if (!link || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const place = link === cover ? Number(cover.dataset.place) : items.indexOf(link.parentElement);
    if (!isShown(place)) filter("");
    open(place);
  }

  markDays();
  const filters = find("filters");
  if (filters) {
    filters.hidden = false;
    filters.addEventListener("click", chooseFilter);
  }
  // Browsers too old for dialogs follow the links to the pictures instead.
  if (!viewer.showModal) return;
  // Reloading the page closed the viewer that it speaks of.
  if (isViewerInHistory()) history.replaceState(null, "");
  const links = [...items.map((item) => item.firstElementChild), ...(cover ? [cover] : [])];
  links.forEach((link) => link.setAttribute("aria-haspopup", "dialog"));
  find("grid").addEventListener("click", clicked);
  if (cover) cover.addEventListener("click", clicked);
  find("close").addEventListener("click", () => viewer.close());
  find("zoom").addEventListener("click", () => toggleZoom());
  find("faces").addEventListener("click", toggleFaces);
  find("previous").addEventListener("click", () => go(-1));
  find("next").addEventListener("click", () => go(1));
  viewer.addEventListener("keydown", pressed);
  viewer.addEventListener("close", closed);
  window.addEventListener("popstate", wentBack);
  picture.addEventListener("load", loaded);
  picture.addEventListener("error", lost);
  picture.addEventListener("dragstart", (event) => event.preventDefault());
  stage.addEventListener("pointerdown", touched);
  stage.addEventListener("pointermove", moved);
  stage.addEventListener("pointerup", released);
  stage.addEventListener("pointercancel", letGo);
  stage.addEventListener("pointerleave", letGo);
  stage.addEventListener("wheel", wheeled, { passive: false });
  stage.addEventListener("dblclick", clickedTwice);
  new ResizeObserver(fit).observe(stage);
  if (window.visualViewport) window.visualViewport.addEventListener("resize", zoomed);
})();
