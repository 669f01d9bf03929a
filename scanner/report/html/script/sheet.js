// Making elements: text goes in as text and never as markup.
function made(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...inside.filter((one) => one !== null && one !== undefined && one !== ""));
  return element;
}
const said = (value) => made("bdi", {}, value);
const badge = (name) => made("span", { class: `band band-${name}` }, name === "none" ? "–" : name);

// One device with all that is known and judged of it.
function sheet(device) {
  const place = made("div", { class: "unfolded", role: "region", "aria-label": `${named(device)}, ${device.a[0]}` });
  const close = made("button", { type: "button", class: "close" }, "Close");
  close.addEventListener("click", () => toggle(device.at));
  place.append(close, made("h3", {}, said(named(device))), facts(device));
  for (const part of [findings, firmware, services, judged]) place.append(...[part(device)].flat().filter(Boolean));
  return place;
}

function facts(device) {
  const rows = made("dl", { class: "facts" });
  const row = (name, value) => value && rows.append(made("dt", {}, name), made("dd", {}, said(value)));
  if (device.q) row("In quarantine", text(device.q));
  if (device.o) row("Not believed", text(device.o));
  row("Name", text(device.n));
  row("Addresses", device.a.join(", "));
  row("Also heard at", device.N ? `${device.N.join(", ")}: outside the scope, never asked` : "");
  row("MAC", device.m ? `${device.m}${device.z ? ` (${text(device.z)})` : ""}` : "");
  row("Identity", device.i);
  row("It also says", Object.entries(device.f || {}).map(([name, values]) => `${name} ${values.map(text).join(", ")}`).join("; "));
  row("Serial, hardware", [device.s, device.h].filter(Boolean).map(text).join(", "));
  row("Where", [text(device.p), text(device.l), device.r ? `owner ${text(device.r)}` : "", device.u ? `criticality ${text(device.u)}` : ""].filter(Boolean).join("; "));
  row("Reached from", `${text(device.g)}${device.j ? ` (${text(device.j)})` : ""}`);
  row("Risk", `${device.c} (${band(device) === "none" ? "nothing found that counts" : band(device)})`);
  row("Due", `${text(device.d)}${device.e ? `: ${text(device.e)}` : ""}`);
  row("Decision", text(device.x));
  for (const line of list(device.B)) row("Behind it", text(line));
  return list(device.y).length > 1 ? made("div", {}, rows, made("details", {}, made("summary", {}, "Where its points come from"), made("ul", { class: "lines" }, ...device.y.map((line) => made("li", {}, said(text(line))))))) : rows;
}

function findings(device) {
  if (!list(device.F).length) return made("p", {}, "Nothing was found.");
  return [made("h3", {}, `Findings (${device.F.length})`), ...device.F.map(flaw)];
}

function flaw([general, severity, counts, sure, where, detail, evidence, id, account, moved, word, holes]) {
  const [name, kind, head, remedy, standards, binds, sources] = texts[general];
  const place = made("article", { class: word ? "flaw lived" : "flaw" });
  place.append(made("h4", {}, badge(BANDS[severity]), " ", said(text(head))));
  place.append(made("p", { class: "quiet" }, `${text(where)}; ${text(sure)}; ${text(kind)}; ${text(name)} ${id}${account ? `; account ${text(account)}` : ""}`));
  for (const line of list(moved)) place.append(made("p", { class: "quiet" }, said(text(line))));
  if (counts !== severity && !list(moved).length) place.append(made("p", { class: "quiet" }, `counts as ${BANDS[counts]}`));
  if (word) place.append(made("p", {}, said(text(word))));
  place.append(made("p", {}, said(text(detail))), made("p", {}, made("strong", {}, "To do: "), said(text(remedy))));
  if (list(holes).length) place.append(made("p", {}, `Published: ${holes.map(text).join("; ")}`));
  if (evidence) place.append(made("p", { class: "quiet" }, "Evidence, as it was heard:"), made("pre", { tabindex: 0 }, text(evidence)));
  const cited = [...standards.map(text), text(binds), ...sources.map((one) => `Source: ${text(one)}`)].filter(Boolean);
  if (cited.length) place.append(made("details", {}, made("summary", {}, "Standards and sources"), made("ul", { class: "lines" }, ...cited.map((one) => made("li", {}, one)))));
  return place;
}

function firmware(device) {
  const head = made("h3", {}, "Firmware");
  const words = [device.w ? `version ${text(device.w)}` : "version not known", device.A ? `built ${between(device.A[0], device.A[1])}` : "nothing says when it was built"];
  if (device.A && device.A[3]) words.push(`its newest dated component is of ${device.A[3]}`);
  const picture = timeline(device.A, list(device.C), scanned);
  const clues = made("ul", { class: "lines" });
  for (const [first, last, method, detail, sure, where, aside] of list(device.C).map((number) => texts[number])) {
    clues.append(made("li", {}, said(`${text(method)} (${text(sure)}): ${text(detail)}; ${between(first, last)}${where ? `, on ${text(where)}` : ""}${aside ? `. Not believed: ${text(aside)}` : ""}`)));
  }
  return [head, made("p", {}, said(words.join("; "))), picture, list(device.C).length ? made("details", {}, made("summary", {}, `Clues (${device.C.length})`), clues) : null];
}

function services(device) {
  if (!list(device.S).length) return null;
  const body = made("tbody");
  for (const [where, protocol, product, behind, told, more] of device.S.map((number) => texts[number])) {
    const facts = made("dl", { class: "facts" }, ...list(told).flatMap(([name, value]) => [made("dt", {}, text(name)), made("dd", {}, said(text(value)))]));
    if (more) facts.append(made("dt", {}, "more"), made("dd", {}, `${more} in the JSON report`));
    const unfold = list(told).length ? made("details", {}, made("summary", {}, `${told.length + (more || 0)} facts`), facts) : null;
    body.append(made("tr", {}, made("th", { scope: "row" }, text(where)), made("td", {}, protocol ? said(`${text(protocol)}${behind ? `, ${text(behind)}` : ""}`) : "open, said nothing that is known"), made("td", {}, said(text(product)), unfold)));
  }
  const heads = ["Port", "Protocol", "What it said"].map((name) => made("th", { scope: "col" }, name));
  return [made("h3", {}, `Services (${device.S.length})`), made("table", { class: "plain services" }, made("caption", { class: "hidden" }, "Services of this device"), made("thead", {}, made("tr", {}, ...heads)), body)];
}

// What was judged and what could not be, and what its identity rests on.
function judged(device) {
  const groups = list(device.O).map((number) => texts[number]);
  const lines = groups.map(([status, reason, checks]) => made("li", {}, made("strong", {}, STATUSES[status]), " ", said(`${checks.map(text).join(", ")}${reason ? `: ${text(reason)}` : ""}`)));
  const gaps = list(device.G).map((line) => made("li", {}, made("strong", {}, "not examined"), " ", said(text(line))));
  const rest = [...list(device.I), ...list(device.U)].map((line) => made("li", {}, said(text(line))));
  const block = (head, those) => (those.length ? made("details", {}, made("summary", {}, `${head} (${those.length})`), made("ul", { class: "lines" }, ...those)) : null);
  const unseen = gaps.length ? [made("h3", {}, "What could not be seen"), made("ul", { class: "lines" }, ...gaps)] : [];
  return [...unseen, block("How every check ended", lines), block("Why this is one device, and how it came through", rest)];
}
