// The rows: only those that can be seen are in the page, and the one that has the focus, and the one that is unfolded.
const body = document.getElementById("rows");
const table = document.getElementById("table");
const AROUND = 12;
let order = devices.map((_, at) => at);
let places = new Map(order.map((at) => [at, at]));
let active = 0;
let open = -1;
let high = 52;
let waiting = false;
const shownRows = new Map();

function row(at) {
  const device = devices[at];
  const worst = counted(device)[0];
  const cell = (name, ...inside) => made("td", { class: name }, ...inside);
  const cut = (value, more = "") => made("span", { class: `cut ${more}`, title: value }, said(value));
  const button = made("button", { type: "button", class: "open", "aria-expanded": "false", tabindex: -1 });
  const lies = [text(device.p), text(device.l)];
  const product = [text(device.v), text(device.t)].filter(Boolean).join(" ") || named(device);
  const narrow = [text(device.k), worst ? title(worst) : "nothing found"].filter(Boolean).join(": ");
  button.append(cut(product), cut([device.a[0], text(device.n)].filter(Boolean).join(" · "), "second"), cut(narrow, "second worst"));
  button.addEventListener("click", () => toggle(at));
  button.addEventListener("focus", () => activate(at));
  return made("tr", { class: "device" },
    cell("c-risk", badge(band(device)), ` ${device.c.toFixed(1)}`),
    made("th", { scope: "row", class: "c-device" }, button),
    cell("c-kind", cut(text(device.k))),
    cell("c-place", cut(lies[0]), cut(lies[1], "second")),
    cell("c-count", String(counted(device).length)),
    cell("c-due", cut(text(device.d))),
    cell("c-worst", cut(device.q ? "in quarantine" : worst ? title(worst) : "nothing found"), cut(worst ? `${text(worst[4])}${counted(device).length > 1 ? `, and ${counted(device).length - 1} more` : ""}` : "", "second")));
}

// How many columns there is room for.
const across = () => [...table.tHead.rows[0].cells].filter((cell) => cell.offsetWidth).length;
const unfolded = () => shownRows.get(`sheet ${open}`);
const sheetHigh = () => (open >= 0 && unfolded() ? unfolded().offsetHeight : 0);
const top = (place) => place * high + (open >= 0 && place > places.get(open) ? sheetHigh() : 0);

function placeAt(y) {
  if (open < 0 || y < (places.get(open) + 1) * high) return Math.floor(y / high);
  return Math.max(places.get(open), Math.floor((y - sheetHigh()) / high));
}

// Which places of the order are to be in the page.
function seen() {
  const offset = Math.max(0, -body.getBoundingClientRect().top);
  const first = Math.max(0, Math.min(placeAt(offset), order.length) - AROUND);
  const last = Math.min(order.length - 1, placeAt(offset + window.innerHeight) + AROUND);
  const those = new Set();
  for (let place = first; place <= last; place += 1) those.add(place);
  if (places.has(active)) those.add(places.get(active));
  if (open >= 0) those.add(places.get(open));
  return [...those].sort((one, other) => one - other);
}

function draw() {
  waiting = false;
  const wanted = seen();
  const keys = wanted.flatMap((place) => (order[place] === open ? [order[place], `sheet ${open}`] : [order[place]]));
  for (const [key, element] of shownRows) if (!keys.includes(key)) { element.remove(); shownRows.delete(key); }
  for (const gap of body.querySelectorAll(".gap")) gap.remove();
  let cursor = body.firstChild;
  let next = 0;
  const put = (element) => { if (element === cursor) cursor = cursor.nextSibling; else body.insertBefore(element, cursor); };
  for (const place of wanted) {
    if (place > next) put(gap((place - next) * high));
    put(rowAt(place));
    if (order[place] === open) put(sheetRow());
    next = place + 1;
  }
  if (next < order.length) put(gap((order.length - next) * high));
}

function rowAt(place) {
  const at = order[place];
  if (!shownRows.has(at)) shownRows.set(at, row(at));
  const element = shownRows.get(at);
  const button = element.querySelector(".open");
  element.setAttribute("aria-rowindex", String(place + 2 + (open >= 0 && place > places.get(open) ? 1 : 0)));
  button.setAttribute("aria-expanded", String(at === open));
  button.tabIndex = at === active ? 0 : -1;
  return element;
}

function sheetRow() {
  const key = `sheet ${open}`;
  if (!shownRows.has(key)) shownRows.set(key, made("tr", { class: "sheet" }, made("td", { colspan: across() }, sheet(devices[open]))));
  const element = shownRows.get(key);
  element.firstChild.colSpan = across();
  element.setAttribute("aria-rowindex", String(places.get(open) + 3));
  return element;
}

function gap(height) {
  const cell = made("td", { colspan: across() });
  cell.style.height = `${height}px`;
  return made("tr", { class: "gap", "aria-hidden": "true" }, cell);
}

function later() {
  if (!waiting) { waiting = true; window.requestAnimationFrame(draw); }
}

// The order that is shown from now on.
function ordered(those) {
  order = those;
  places = new Map(order.map((at, place) => [at, place]));
  if (!places.has(open)) open = -1;
  if (!places.has(active)) active = order.length ? order[0] : -1;
  table.setAttribute("aria-rowcount", String(order.length + 1 + (open >= 0 ? 1 : 0)));
  measure();
}

function measure() {
  draw();
  const one = body.querySelector(".device");
  if (one && one.offsetHeight && one.getBoundingClientRect().height !== high) { high = one.getBoundingClientRect().height; draw(); }
}

function activate(at) {
  const before = shownRows.get(active);
  if (before) before.querySelector(".open").tabIndex = -1;
  active = at;
  const now = shownRows.get(at);
  if (now) now.querySelector(".open").tabIndex = 0;
}

// Unfold a device, or fold it up again.
function toggle(at) {
  open = open === at ? -1 : at;
  table.setAttribute("aria-rowcount", String(order.length + 1 + (open >= 0 ? 1 : 0)));
  active = at;
  draw();
  history.replaceState(null, "", open < 0 ? "#devices" : `#device-${encodeURIComponent(devices[at].i)}`);
  focusOn(places.get(at));
}

function focusOn(place) {
  if (!order.length) return;
  const at = order[Math.min(Math.max(place, 0), order.length - 1)];
  activate(at);
  const head = table.tHead.offsetHeight;
  const y = body.getBoundingClientRect().top + top(places.get(at));
  if (y < head || y + high > window.innerHeight) window.scrollBy({ top: y < head ? y - head - high : y + 3 * high - window.innerHeight, behavior: "instant" });
  draw();
  shownRows.get(at).querySelector(".open").focus({ preventScroll: true });
}

body.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && open >= 0) { event.preventDefault(); toggle(open); return; }
  if (!event.target.classList.contains("open")) return;
  const here = places.get(active);
  const page = Math.max(1, Math.floor(window.innerHeight / high) - 2);
  const moves = { ArrowDown: here + 1, ArrowUp: here - 1, PageDown: here + page, PageUp: here - page, Home: 0, End: order.length - 1 };
  if (event.key in moves) { event.preventDefault(); focusOn(moves[event.key]); }
});
window.addEventListener("scroll", later, { passive: true });
window.addEventListener("resize", measure);
