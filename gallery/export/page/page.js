"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const photos = JSON.parse(find("photos").textContent);
  const items = [...find("grid").children];
  const cover = find("cover");
  const [viewer, stage, frame, picture] = ["viewer", "stage", "frame", "picture"].map(find);
  const SWIPE_PX = 45;

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
    find("shown").textContent = `${shownPlaces().length} of ${items.length} photos shown`;
  }

  function chooseFilter(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const pressedAgain = button.getAttribute("aria-pressed") === "true";
    filter(pressedAgain ? "" : button.dataset.emotion);
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
    fit();
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

  // The frame gets the picture's size on the screen, so that boxes in per cent of it lie where the faces are.
  function fit() {
    if (!viewer.open) return;
    const { width, height } = photos[current];
    const scale = Math.min(1, stage.clientWidth / width, stage.clientHeight / height);
    frame.style.width = `${width * scale}px`;
    frame.style.height = `${height * scale}px`;
  }

  function go(step) {
    const places = shownPlaces();
    const to = { first: 0, last: places.length - 1 }[step] ?? places.indexOf(current) + step;
    if (to >= 0 && to < places.length && places[to] !== current) show(places[to]);
  }

  // Faces -------------------------------------------------------------------------------------------------------------

  function showFaces(faces) {
    find("boxes").classList.toggle("many", faces.length > 1);
    find("boxes").replaceChildren(...faces.map(box));
    find("labels").replaceChildren(...faces.map(label), ...(faces.length ? [] : [element("li", "", "no face found")]));
  }

  function box(face, _, faces) {
    const [left, top, width, height] = face.box;
    const frame = element("div", `face ${face.emotion}`);
    frame.classList.toggle("high", top < 8);
    frame.classList.toggle("right", left + width > 85);
    Object.assign(frame.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
    const text = element("span", "", numbered(face, faces));
    text.append(element("span", "", face.label));
    frame.append(text);
    return frame;
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
    find("faces").setAttribute("aria-pressed", String(wanted));
  }

  // Keys and fingers --------------------------------------------------------------------------------------------------

  const KEYS = {
    ArrowLeft: () => go(-1),
    ArrowRight: () => go(1),
    Home: () => go("first"),
    End: () => go("last"),
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
    if (event.isPrimary && event.pointerType !== "mouse" && !stage.classList.contains("zoomed")) {
      start = { x: event.clientX, y: event.clientY };
      frame.classList.add("held");
    }
  }

  function moved(event) {
    if (start && event.isPrimary) frame.style.transform = `translateX(${event.clientX - start.x}px)`;
  }

  function released(event) {
    if (!start || !event.isPrimary) return;
    const [x, y] = [event.clientX - start.x, event.clientY - start.y];
    letGo();
    if (Math.abs(x) > SWIPE_PX && Math.abs(x) > Math.abs(y)) go(x < 0 ? 1 : -1);
  }

  function letGo() {
    start = null;
    frame.classList.remove("held");
    frame.style.transform = "";
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
  new ResizeObserver(fit).observe(stage);
  if (window.visualViewport) window.visualViewport.addEventListener("resize", zoomed);
})();
