// What is asked for, in the language of `tocsin devices` (scanner/filters.py): tests/report/test_html_filter.py holds the two against each other.
// All words have to fit. A comma is "or", a minus, an exclamation mark or `not` turns a word round, "" is where nothing is known.
const LATER = 10_000; // days: what is due with the next upgrade is due after all that has a day
const further = (device, key) => list((device.f || {})[key]).map(text);
const spoken = (letter, key) => (device) => [text(device[letter]), ...further(device, key)];
const bandOf = (device) => [device.b < 0 ? "" : BANDS[device.b]];
const openPorts = (device) => list(device.S).filter((row) => !texts[row][6]).map((row) => /(\d+)\/(\w+)$/u.exec(text(texts[row][0]))).filter(Boolean);
const daysOf = (term) => (/^\d+ /u.test(term) ? [parseInt(term, 10)] : term ? [LATER] : []);

// Of each key: what is known of a device, with "" where nothing is, and how a value is read.
const FIELDS = {
  kind: { of: (device) => [text(device.k) || "unidentified"], read: oneOf },
  vendor: { of: spoken("v", "vendor"), read: aText },
  model: { of: spoken("t", "model"), read: aText },
  firmware: { of: spoken("w", "firmware"), read: aText },
  address: { of: (device) => [...device.a, ...list(device.N)], read: anAddress },
  mac: { of: (device) => [device.m || "", ...further(device, "mac")], read: aText },
  serial: { of: (device) => [...spoken("s", "serial")(device), device.i.startsWith("serial:") ? device.i.slice(7) : ""], read: aText },
  id: { of: (device) => [device.i], read: aText },
  department: { of: spoken("p", "department"), read: aText },
  site: { of: spoken("l", "site"), read: aText },
  owner: { of: spoken("r", "owner"), read: aText },
  name: { of: spoken("n", "name"), read: aText },
  criticality: { of: spoken("u", "criticality"), read: oneInOrder },
  exposure: { of: spoken("j", "exposure"), read: oneInOrder },
  severity: { of: bandOf, read: oneInOrder },
  band: { of: bandOf, read: oneInOrder },
  score: { of: (device) => [device.c], read: aNumber },
  check: { of: (device) => list(device.F).map(check), read: partOfOne },
  family: { of: (device) => list(device.F).map(family), read: oneOf },
  port: { of: (device) => openPorts(device).map(([, port, by]) => [Number(port), by]), read: aPort },
  due: { of: (device) => daysOf(text(device.d)), read: daysLeft },
  accepted: { of: (device) => [list(device.F).some((found) => found[10]) ? "yes" : "no"], read: yesOrNo },
  quarantined: { of: (device) => [device.q ? "yes" : "no"], read: yesOrNo },
  seen: { of: (device) => [text(device.D)], read: aDay },
};

// What a line asks for: functions of a device that all have to be true; Unreadable where a word of it cannot be read.
function parsed(line) {
  return Array.from(wordsOf(line), condition);
}

function condition(word) {
  const negated = word.negated !== (word.operator === "!=");
  const test = word.key ? keyed(word) : sought(word);
  return (device) => test(device) !== negated;
}

function keyed(word) {
  if (word.values.length > 1 && !EQUAL.includes(word.operator)) throw blamed(word, `${word.operator} goes with one value`);
  const { of, read } = FIELDS[word.key];
  const tests = word.values.map((value) => (value === "" ? null : read(word, value)));
  return (device) => {
    const known = of(device).filter((one) => one !== "");
    return tests.some((test) => (test ? known.some(test) : !known.length));
  };
}

// A word without a key: a network, or what is to be found somewhere in the device.
function sought(word) {
  const [value] = word.values;
  if (word.values.length === 1 && !word.inQuotes && value.includes("/") && networkOf(value)) return keyed({ ...word, key: "address", operator: ":" });
  const tests = word.values.map((each) => containing(folded(each)));
  return (device) => tests.some((test) => test(device));
}

// Whether a device shows a text: the table of texts is searched once, and the devices by the numbers that were found in it.
let rowsTexts = null;
let shownTexts = null;
let foldedTexts = null;
function containing(needle) {
  rowsTexts ||= textsOfRows();
  shownTexts ||= devices.map(namedTexts);
  foldedTexts ||= texts.map((each) => (typeof each === "string" ? folded(each) : null));
  const hit = new Uint8Array(texts.length);
  for (let at = 0; at < texts.length; at += 1) if (foldedTexts[at] !== null && foldedTexts[at].includes(needle)) hit[at] = 1;
  for (const [row, numbers] of rowsTexts) if (numbers.some((each) => hit[each])) hit[row] = 1;
  const own = (device) => [device.i, device.m || "", named(device), ...bandOf(device), device.c.toFixed(1), ...device.a, ...list(device.N), ...list(device.F).map((found) => found[7])];
  return (device) => shownTexts[device.at].some((each) => each && hit[each]) || own(device).some((said) => folded(said).includes(needle));
}
