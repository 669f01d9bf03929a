// Texts as scanner/filters.py compares them, and as its complaints show them.
const ASCII = /^[\x00-\x7f]*$/u;

// Without capitals, as Python's casefold: "Straße" and "STRASSE" are one word, a dotless i is no i.
function folded(value) {
  if (ASCII.test(value)) return value.toLowerCase();
  return value.split("ı").map((part) => part.toLowerCase().toUpperCase().toLowerCase().replace(/ς/gu, "σ")).join("ı");
}

function escaped(character) {
  const point = character.codePointAt(0);
  const [head, digits] = point <= 0xff ? ["x", 2] : point <= 0xffff ? ["u", 4] : ["U", 8];
  return `\\${head}${point.toString(16).padStart(digits, "0")}`;
}

// With nothing hidden and on one line (inventory/text.py).
function oneLine(value, most) {
  const shown = [...value].slice(0, most).join("").replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => ("\n\t".includes(one) ? one : escaped(one)));
  return [...shown].slice(0, most).join("").split(new RegExp(`[${BLANK}]+`, "u")).filter(Boolean).join(" ");
}

// In quotes, as Python's repr.
function quoted(value) {
  const mark = value.includes("'") && !value.includes("\"") ? "\"" : "'";
  const named = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", [mark]: `\\${mark}`, " ": " " };
  return mark + value.replace(/[\p{C}\p{Z}\\"']/gu, (one) => named[one] || ("\"'".includes(one) ? one : escaped(one))) + mark;
}

// What was probably meant instead of a word, or all that is known, as the end of a sentence; close is what Python's difflib finds close.
function meantBy(typed, known) {
  let best = 0.6;
  let meant = "";
  for (const each of known) {
    const all = [...typed].length + each.length;
    const most = (2 * Math.min([...typed].length, each.length)) / all;
    const close = most < best ? 0 : (2 * matching([...each], [...typed])) / all;
    if (close > best || (close === best && each > meant)) [best, meant] = [close, each];
  }
  if (meant) return `; did you mean ${quoted(meant)}?`;
  return known.length ? `; known: ${known.join(", ")}` : "";
}

// How many characters two words have in common: the longest run, and what stands in common before and after it.
function matching(one, other) {
  let [size, here, there] = [0, 0, 0];
  let before = [];
  for (let at = 0; at < one.length; at += 1) {
    const runs = [];
    for (let by = 0; by < other.length; by += 1) {
      if (one[at] !== other[by]) continue;
      runs[by] = (before[by - 1] || 0) + 1;
      if (runs[by] > size) [size, here, there] = [runs[by], at - runs[by] + 1, by - runs[by] + 1];
    }
    before = runs;
  }
  if (!size) return 0;
  return size + matching(one.slice(0, here), other.slice(0, there)) + matching(one.slice(here + size), other.slice(there + size));
}
