// When the firmware was built: a bar for each clue on a scale of years, and what they come to together.
const SVG = "http://www.w3.org/2000/svg";
const WIDE = 720;
const LEFT = 170;
const RIGHT = 20;
const YEAR = 31556952000;

function drawn(name, attributes, said = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (said) element.textContent = said;
  return element;
}

function timeline(age, clues, until) {
  const rows = clues.map((number) => texts[number]).map(([first, last, method, detail, sure, where, aside]) => ({ first, last, name: text(method), kind: aside ? "aside" : "span", says: `${text(sure)}: ${text(detail)}${where ? `, on ${text(where)}` : ""}${aside ? `; not believed: ${text(aside)}` : ""}` }));
  if (age && (age[0] || age[1])) rows.push({ first: age[0], last: age[1], name: "all together", kind: "built", says: `${text(age[2])}: built ${between(age[0], age[1])}` });
  const days = rows.flatMap((row) => [row.first, row.last]).filter(Boolean).map(Date.parse).filter((day) => !Number.isNaN(day));
  if (!days.length) return null;
  const start = Date.UTC(new Date(Math.min(...days)).getUTCFullYear(), 0, 1);
  const end = Math.max(until || 0, ...days, start + YEAR);
  const x = (day) => LEFT + ((day - start) / (end - start)) * (WIDE - LEFT - RIGHT);
  const high = 26 + rows.length * 24;
  const svg = drawn("svg", { class: "timeline", role: "img", viewBox: `0 0 ${WIDE} ${high}`, "aria-label": `Built ${age ? between(age[0], age[1]) : "on an unknown day"}. ${rows.map((row) => `${row.name}: ${between(row.first, row.last)}`).join("; ")}` });
  years(svg, start, end, x, high);
  rows.forEach((row, at) => bar(svg, row, 26 + at * 24, x, start, end));
  return svg;
}

function years(svg, start, end, x, high) {
  const first = new Date(start).getUTCFullYear();
  const last = new Date(end).getUTCFullYear();
  const step = Math.max(1, Math.ceil((last - first + 1) / 10));
  for (let year = first; year <= last; year += step) {
    const at = x(Date.UTC(year, 0, 1));
    svg.append(drawn("line", { class: "grid", x1: at, x2: at, y1: 18, y2: high }), drawn("text", { class: "number", x: at, y: 13, "font-size": 12, "text-anchor": "middle" }, year));
  }
}

function bar(svg, row, y, x, start, end) {
  const from = row.first ? x(Date.parse(row.first)) : x(start);
  const to = row.last ? x(Date.parse(row.last)) : x(end);
  const group = drawn("g", {});
  const wide = Math.max(to - from, 5);
  group.append(drawn("title", {}, row.says), drawn("text", { class: "label", x: 0, y: y + 14, "font-size": 12 }, row.name.length > 24 ? `${row.name.slice(0, 23)}…` : row.name));
  if ((row.first || row.last) && row.first !== row.last) group.append(drawn("rect", { class: row.kind, x: Math.min(from, WIDE - 5), y: y + 5, width: wide, height: 10, rx: 2, ...(row.first && row.last ? {} : { "fill-opacity": 0.55 }) }));
  for (const day of [row.first, row.last]) if (day) group.append(drawn("rect", { class: row.kind, x: x(Date.parse(day)) - 2.5, y: y + 2, width: 5, height: 16 }));
  svg.append(group);
}

function between(first, last) {
  if (first && last) return first === last ? `on ${first}` : `from ${first} to ${last}`;
  if (first || last) return first ? `not before ${first}` : `not after ${last}`;
  return "on an unknown day";
}
