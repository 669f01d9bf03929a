// The words of a filter, as scanner/filter_words.py reads them: kind:camera,recorder severity>=high -site:harbour "door controller".
const LONGEST = 4096;
const BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES = new RegExp(`[${BLANK}]*`, "uy");
const RAW = new RegExp(`[^${BLANK}]*`, "uy");
const BARE = new RegExp(`[^${BLANK},]*`, "uy");
const HEAD = /([A-Za-z][A-Za-z_-]*)(!=|>=|<=|[:=<>])/uy;
const HEXADECIMAL = /^[0-9A-Fa-f]{1,2}(?:[:-][0-9A-Fa-f]{0,2})+$/u;

// What a filter has that cannot be read, as a sentence.
class Unreadable extends Error {}

const blamed = (word, why) => new Unreadable(`in the filter, word ${word.number} (${oneLine(word.raw, 60)}) at column ${word.column}: ${why}`);

// What a pattern finds at a place of a text, "" where it finds nothing.
function taken(pattern, line, at) {
  pattern.lastIndex = at;
  const found = pattern.exec(line);
  return found ? found[0] : "";
}

// The words one after the other, each with its key and operator ("" where it is only to be searched for), its values, and whether it is turned round.
function* wordsOf(line) {
  const long = [...line].length;
  if (long > LONGEST) throw new Unreadable(`a filter has ${LONGEST.toLocaleString("en")} characters at most, not ${long.toLocaleString("en")}`);
  let at = taken(SPACES, line, 0).length;
  let number = 0;
  let turned = null;
  while (at < line.length) {
    const raw = taken(RAW, line, at);
    number += 1;
    let word = { raw, number, column: [...line.slice(0, at)].length + 1 };
    const plain = folded(raw);
    if (plain === "or") throw blamed(word, "a comma is \"or\": kind:camera,recorder; in quotes it is searched for");
    if (plain === "not" || plain === "and") {
      if (plain === "not") turned = turned ? null : word;
      at += raw.length;
    } else {
      [word, at] = wordAt(line, at, word);
      yield { ...word, negated: word.negated !== Boolean(turned) };
      turned = null;
    }
    at += taken(SPACES, line, at).length;
  }
  if (turned) throw blamed(turned, "nothing follows that it could turn round");
}

// One word, and where what follows it begins.
function wordAt(line, start, word) {
  const negated = "-!".includes(line[start]) && word.raw.length > 1;
  let at = start + Number(negated);
  const head = isText(taken(RAW, line, at)) ? "" : taken(HEAD, line, at);
  const operator = head.replace(/^[A-Za-z_-]+/u, "");
  const named = head.slice(0, head.length - operator.length);
  const key = folded(named);
  if (head && !Object.hasOwn(WORDS, key)) throw blamed(word, `there is no key ${quoted(named)}${meantBy(key, Object.keys(WORDS))}`);
  at += head.length;
  const values = [];
  let inQuotes = false;
  for (;;) {
    const isQuoted = at < line.length && "\"'".includes(line[at]);
    const [value, end] = isQuoted ? quotedAt(line, at, word) : [taken(BARE, line, at), at + taken(BARE, line, at).length];
    if (!value && !isQuoted) throw blamed(word, key && !values.length ? `${key} wants a value` : "nothing stands beside a comma");
    values.push(value);
    inQuotes ||= isQuoted;
    at = end;
    if (line[at] !== ",") break;
    at += 1;
  }
  return [{ ...word, raw: line.slice(start, at), key, operator, values, inQuotes, negated }, at];
}

// What stands in quotes, and where what follows them begins.
function quotedAt(line, start, word) {
  const quote = line[start];
  let said = "";
  let at = start + 1;
  for (; at < line.length && line[at] !== quote; at += 1) {
    if (line[at] === "\\" && ["\\", quote].includes(line[at + 1])) at += 1;
    said += line[at];
  }
  if (at >= line.length) throw blamed(word, `its quotes (${quote}) are not closed`);
  at += 1;
  const [next] = line.slice(at, at + 2);
  if (next !== undefined && next !== "," && !taken(SPACES, next, 0)) throw blamed(word, `after the closing quotes stands ${quoted(next)}: put a blank or a comma between`);
  return [said, at];
}

// Whether what looks like a key is the beginning of an address, a MAC or a URL.
function isText(raw) {
  const bare = raw.replace(/,+$/u, "");
  return bare.includes("://") || HEXADECIMAL.test(bare) || networkOf(bare) !== null;
}
