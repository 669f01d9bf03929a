// What may stand behind a key of a filter, as scanner/filter_keys.py reads it: each makes of a value a function of one thing that is known.
const EQUAL = [":", "=", "!="];
const YES = ["yes", "true", "1", "on"];
const NO = ["no", "false", "0", "off"];
const DAY = 86_400_000;
const COMPARE = {
  ":": (one, other) => one === other,
  "=": (one, other) => one === other,
  "!=": (one, other) => one === other,
  "<": (one, other) => one < other,
  ">": (one, other) => one > other,
  "<=": (one, other) => one <= other,
  ">=": (one, other) => one >= other,
};

function onlyEqual(word) {
  if (!EQUAL.includes(word.operator)) throw blamed(word, `${word.key} cannot be compared with ${word.operator}; use ${EQUAL.join(" ")}`);
}

function aText(word, value) {
  onlyEqual(word);
  const wanted = folded(value);
  return word.operator === ":" ? (one) => folded(one).includes(wanted) : (one) => folded(one) === wanted;
}

function listed(word, value) {
  const wanted = folded(value);
  if (!WORDS[word.key].includes(wanted)) throw blamed(word, `${word.key} is never ${quoted(value)}${meantBy(wanted, WORDS[word.key])}`);
  return wanted;
}

function oneOf(word, value) {
  onlyEqual(word);
  const wanted = listed(word, value);
  return (one) => one === wanted;
}

function oneInOrder(word, value) {
  const words = WORDS[word.key];
  const place = words.indexOf(listed(word, value));
  return (one) => words.includes(one) && COMPARE[word.operator](words.indexOf(one), place);
}

function partOfOne(word, value) {
  onlyEqual(word);
  const [words, wanted] = [WORDS[word.key], folded(value)];
  const fits = words.filter((one) => (word.operator === ":" ? one.includes(wanted) : one === wanted));
  if (fits.length) return (one) => fits.includes(one);
  const close = meantBy(wanted, [...words, ...new Set(words.flatMap((one) => one.split("-")))]);
  throw blamed(word, `there is no ${word.key} ${quoted(value)}${close.includes("did you mean") ? close : ""}`);
}

function aNumber(word, value) {
  if (!/^[0-9]{1,9}(?:\.[0-9]{1,6})?$/u.test(value)) throw blamed(word, `${word.key} is a number such as 50, not ${quoted(value)}`);
  return (one) => COMPARE[word.operator](one, Number(value));
}

function daysLeft(word, value) {
  const asked = /^([0-9]{1,6}) ?(d|days?|w|weeks?)?$/u.exec(folded(value));
  if (!asked) throw blamed(word, `${word.key} is a number of days such as 14 or 14d, not ${quoted(value)}`);
  const wanted = Number(asked[1]) * ((asked[2] || "").startsWith("w") ? 7 : 1);
  return (one) => COMPARE[word.operator](one, wanted);
}

function aPort(word, value) {
  const asked = /^(?:(tcp|udp)\/)?([0-9]{1,5})(?:\/(tcp|udp))?$/u.exec(folded(value));
  if (!asked || Number(asked[2]) > 65535 || (asked[1] && asked[3])) throw blamed(word, `${word.key} is a number up to 65535, such as 443 or 161/udp, not ${quoted(value)}`);
  const transport = asked[1] || asked[3];
  return ([port, by]) => (!transport || by === transport) && COMPARE[word.operator](port, Number(asked[2]));
}

function anAddress(word, value) {
  onlyEqual(word);
  if (value.endsWith("*")) return (one) => one.startsWith(folded(value.slice(0, -1)));
  const network = networkOf(value);
  if (!network) throw blamed(word, `${word.key} wants an address, a network such as 192.168.7.0/24, or a beginning such as 192.168.*, not ${quoted(value)}`);
  return (one) => isWithin(one, network);
}

// A day by its number, null of what is none.
function dayOf(value) {
  const day = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/u.test(value) && !value.startsWith("0000") ? new Date(`${value}T00:00:00Z`) : null;
  return day && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value) ? day.getTime() / DAY : null;
}

function aDay(word, value) {
  const compare = COMPARE[word.operator];
  const said = folded(value);
  const age = /^([0-9]{1,6})([dw])$/u.exec(said);
  if (age) {
    const ago = Number(age[1]) * (age[2] === "w" ? 7 : 1);
    const within = EQUAL.includes(word.operator) ? COMPARE["<="] : compare;
    return (one) => within(dayOf(TODAY) - dayOf(one), ago);
  }
  const wanted = ["today", "yesterday"].includes(said) ? dayOf(TODAY) - Number(said === "yesterday") : dayOf(said);
  if (wanted === null) throw blamed(word, `${word.key} is a day such as ${TODAY}, or an age such as 7d or 2w, not ${quoted(value)}`);
  return (one) => compare(dayOf(one), wanted);
}

function yesOrNo(word, value) {
  onlyEqual(word);
  const said = folded(value);
  if (![...YES, ...NO].includes(said)) throw blamed(word, `${word.key} is yes or no, not ${quoted(value)}`);
  return (one) => one === (YES.includes(said) ? "yes" : "no");
}
