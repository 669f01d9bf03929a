// The devices and the texts that they name by number; records.py says what each key holds.
const texts = JSON.parse(document.getElementById("data-texts").textContent);
const devices = JSON.parse(document.getElementById("data-devices").textContent);
const BANDS = ["info", "low", "medium", "high", "critical"];
// The keys of a filter, each with the words that it may have where there is a list of them, and the day by which the report tells how long ago something was.
const WORDS = JSON.parse(document.getElementById("data-words").textContent);
const TODAY = document.documentElement.dataset.today || new Date().toISOString().slice(0, 10);
const STATUSES = ["passed", "found", "skipped", "failed", "unreached"];

const text = (number) => (number ? texts[number] : "");
const list = (value) => value || [];
const band = (device) => (device.b < 0 ? "none" : BANDS[device.b]);
const counted = (device) => list(device.F).filter((found) => !found[10]);
const title = (found) => text(texts[found[0]][2]);
const check = (found) => text(texts[found[0]][0]);
const family = (found) => text(texts[found[0]][1]);

// A device's vendor, model and kind, as far as they are known.
function named(device) {
  const words = [device.v, device.t, device.k].filter(Boolean).map(text);
  return words.join(" ") || (device.z ? `unidentified (${text(device.z)} network card)` : "unidentified");
}

// All numbers of texts that are shown of a device; those of rows stand for the texts of the row.
function namedTexts(device) {
  const numbers = ["z", "v", "t", "k", "n", "s", "h", "w", "d", "e", "x", "p", "l", "r", "u", "j", "g", "q", "o"].map((key) => device[key] || 0);
  numbers.push(...Object.values(device.f || {}).flat());
  for (const key of ["y", "G", "I", "B", "U", "C", "S", "O"]) numbers.push(...list(device[key]));
  for (const found of list(device.F)) numbers.push(found[0], found[3], found[4], found[5], found[6], found[8] || 0, found[10] || 0, ...list(found[9]), ...list(found[11]));
  return numbers;
}

// The numbers of texts in each row, by the row's own number; a row is told by where it is used.
function textsOfRows() {
  const rows = new Map();
  const note = (number, numbers) => rows.has(number) || rows.set(number, numbers(texts[number]).filter(Boolean));
  for (const device of devices) {
    for (const found of list(device.F)) note(found[0], (row) => [row[0], row[1], row[2], row[3], ...row[4], row[5], ...row[6], row[7]]);
    for (const clue of list(device.C)) note(clue, (row) => row.slice(2));
    for (const service of list(device.S)) note(service, (row) => [...row.slice(0, 4), ...list(row[4]).flat()]);
    for (const outcome of list(device.O)) note(outcome, (row) => [row[1], ...row[2]]);
  }
  return rows;
}
