// Filters, order, links to devices, the theme and paper.
const query = document.getElementById("query");
const form = document.getElementById("filters");
const found = document.getElementById("found");
const wrong = document.getElementById("wrong");
const selects = [...form.querySelectorAll("select")];
const scanned = Date.parse(document.documentElement.dataset.day || "") || 0;
let sorting = { by: "risk", down: true };
devices.forEach((device, at) => { device.at = at; });
const byIdentity = new Map(devices.map((device) => [device.i.split(/\s+/).join(" "), device.at]));

function number(address) {
  const parts = address.split(".").map(Number);
  return parts.length === 4 ? parts.reduce((sum, part) => sum * 256 + part, 0) : Infinity;
}

const KEYS = {
  risk: (device) => -device.at,
  address: (device) => number(device.a[0]),
  kind: (device) => text(device.k) || "\uffff",
  department: (device) => `${text(device.p) || "\uffff"} ${text(device.l)}`,
  findings: (device) => counted(device).length,
  due: (device) => daysOf(text(device.d))[0] || Infinity,
};

function sorted(those) {
  const key = new Map(those.map((at) => [at, KEYS[sorting.by](devices[at])]));
  const sign = sorting.down ? -1 : 1;
  const less = (one, other) => (typeof one === "string" ? one.localeCompare(other, "en") : one < other ? -1 : Number(one > other));
  return those.sort((one, other) => sign * less(key.get(one), key.get(other)) || one - other);
}

// Filter and order by what the form says. What cannot be read (yet) is said, and what was asked for before stays.
let asked = { line: "", tests: [] };
function apply() {
  ask(query.value);
  const wanted = [...asked.tests];
  for (const select of selects) if (select.value) wanted.push((device) => FIELDS[select.dataset.field].of(device).includes(select.value === "-" ? "" : select.value));
  const those = devices.filter((device) => wanted.every((test) => test(device))).map((device) => device.at);
  ordered(sorted(those));
  const some = those.length === devices.length ? `${devices.length.toLocaleString("en")} devices` : `${those.length.toLocaleString("en")} of ${devices.length.toLocaleString("en")} devices`;
  found.textContent = wrong.textContent ? `${some}, by what was asked before` : some;
}

function ask(line) {
  let complaint = "";
  try { asked = { line, tests: parsed(line) }; } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    complaint = error.message;
  }
  wrong.textContent = complaint;
  query.setAttribute("aria-invalid", String(Boolean(complaint)));
}

function fill(select) {
  const values = new Map();
  for (const device of devices) for (const value of new Set(FIELDS[select.dataset.field].of(device))) values.set(value, (values.get(value) || 0) + 1);
  const rank = (value) => (select.dataset.field === "band" ? -BANDS.indexOf(value) : value);
  const known = [...values.keys()].filter(Boolean).sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
  if (values.has("") && known.length) known.push("");
  const empty = select.dataset.field === "band" ? "nothing found" : "not known";
  select.append(made("option", { value: "" }, "all"), ...known.map((value) => made("option", { value: value || "-" }, `${value || empty} (${values.get(value)})`)));
  if (!known.length) select.closest("label").hidden = true;
}

function sortBy(head) {
  const by = head.dataset.sort;
  const numbers = ["risk", "findings"];
  sorting = { by, down: sorting.by === by ? !sorting.down : numbers.includes(by) };
  for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", sorting.down ? "descending" : "ascending");
  apply();
}

// Unfold the device that the address of the page names.
function follow() {
  const name = /^#device-(.*)$/.exec(location.hash);
  if (!name) return;
  let at;
  try { at = byIdentity.get(decodeURIComponent(name[1])); } catch { return; }
  if (at === undefined) return;
  if (!places.has(at)) { form.reset(); apply(); }
  if (open !== at) toggle(at); else focusOn(places.get(at));
}

// On paper there are what changed, for nobody can unfold it there, and the devices that the filter leaves, up to what a person reads.
const MOST_ON_PAPER = 200;
const openedForPaper = [];
function onPaper() {
  for (const one of document.querySelectorAll("#changed details:not([open])")) { one.open = true; openedForPaper.push(one); }
  const those = order.filter((at) => counted(devices[at]).length).slice(0, MOST_ON_PAPER);
  const paper = document.getElementById("print");
  if (!paper) return;
  paper.caption.textContent = `${those.length} devices with findings${order.length < devices.length ? `, of those that were chosen: ${asked.line || "by the filters"}` : `, of ${devices.length.toLocaleString("en")}`}`;
  paper.tBodies[0].replaceChildren(...those.map((at) => paperRow(devices[at])));
}

function paperRow(device) {
  const short = new Map();
  for (const one of counted(device)) short.set(title(one), [...list(short.get(title(one))), one]);
  const lines = [...short].slice(0, 5).map(([name, those], place) => made("li", {}, badge(BANDS[those[0][1]]), " ", said(name), `, ${those.slice(0, 3).map((one) => text(one[4])).join(", ")}${those.length > 3 ? ` and ${those.length - 3} more` : ""}`, place ? null : made("span", { class: "why" }, said(text(texts[those[0][0]][3])))));
  if (short.size > 5) lines.push(made("li", { class: "quiet" }, `and ${short.size - 5} more`));
  return made("tr", {},
    made("td", {}, badge(band(device)), ` ${device.c.toFixed(1)}`, made("br"), made("span", { class: "quiet" }, device.d ? `due: ${text(device.d)}` : "")),
    made("th", { scope: "row" }, said(device.a[0]), made("br"), said(named(device)), made("br"), made("span", { class: "quiet" }, said([text(device.p), text(device.l)].filter(Boolean).join(" ")))),
    made("td", {}, made("ul", { class: "found" }, ...lines)));
}

const theme = document.getElementById("theme");
const isDark = () => (document.documentElement.dataset.theme || (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
function themed(name) {
  if (name) document.documentElement.dataset.theme = name;
  theme.textContent = isDark() ? "Light" : "Dark";
}
theme.addEventListener("click", () => themed(isDark() ? "light" : "dark"));
theme.hidden = false;
themed("");

document.documentElement.classList.add("js");
table.classList.toggle("placeless", !devices.some((device) => device.p || device.l));
document.getElementById("finder").hidden = false;
for (const element of document.querySelectorAll("#static tr[id]")) element.removeAttribute("id");
selects.forEach(fill);
query.addEventListener("input", apply);
form.addEventListener("change", apply);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => window.setTimeout(apply));
query.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "Enter") { event.preventDefault(); focusOn(0); }
});
for (const head of table.tHead.querySelectorAll("[data-sort]")) head.firstElementChild.addEventListener("click", () => sortBy(head));
for (const link of document.querySelectorAll("[data-query]")) link.addEventListener("click", () => { form.reset(); query.value = link.dataset.query; apply(); });
window.addEventListener("hashchange", follow);
window.addEventListener("beforeprint", onPaper);
window.addEventListener("afterprint", () => openedForPaper.splice(0).forEach((one) => { one.open = false; }));
apply();
follow();
