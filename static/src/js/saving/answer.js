// What one question's group of fields says: { choice, reason, rationale, evidence: [[title, url], …] }. No browser in here.
export const NOT_APPLICABLE = "not_applicable";

// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]/g;
const LINE_END = /\r\n|[\r\v\f\x85\u2028\u2029]/g;

function tidy(text) {
  return text.replace(LINE_END, "\n").replace(CONTROL, "").trim();
}

// As the server stores it: see AnswerForm in assessments/forms.py.
function settled({ choice, reason, rationale, evidence }) {
  const links = evidence.map(([title, url]) => [tidy(title), tidy(url)]).filter(([title, url]) => title || url);
  return {
    choice,
    reason: choice === NOT_APPLICABLE ? tidy(reason) : "",
    rationale: tidy(rationale),
    evidence: links.map(([title, url]) => [title || (/^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? ""), url]),
  };
}

/** Whether two answers would be stored as the same. */
export function same(one, other) {
  return JSON.stringify(settled(one)) === JSON.stringify(settled(other));
}

/** As the server says it: see AnswerForm in assessments/forms.py. */
export const REASON_MISSING = "Say why this question doesn't apply to you.";

export function lacksReason({ choice, reason }) {
  return choice === NOT_APPLICABLE && !tidy(reason);
}

/** The body of a save, form-encoded. */
export function encoded(code, { answer, version, id }) {
  const body = new URLSearchParams();
  body.append(`${code}-choice`, answer.choice);
  body.append(`${code}-reason`, answer.reason);
  body.append(`${code}-rationale`, answer.rationale);
  const links = answer.evidence.filter(([title, url]) => title || url);
  // Without any link an empty one is sent: it says that there are none, where nothing would say "leave them".
  for (const [title, url] of links.length ? links : [["", ""]]) {
    body.append(`${code}-evidence-title`, title);
    body.append(`${code}-evidence-url`, url);
  }
  body.append(`${code}-version`, version);
  body.append(`${code}-save_id`, id);
  return body.toString();
}

export function isAnswer(value) {
  return (
    typeof value === "object" &&
    value !== null &&
    [value.choice, value.reason, value.rationale].every((text) => typeof text === "string") &&
    Array.isArray(value.evidence) &&
    value.evidence.every((link) => Array.isArray(link) && link.length === 2 && link.every((text) => typeof text === "string"))
  );
}

/** An answer as the server's JSON has it, with links as { title, url }. */
export function fromDocument({ choice, reason, rationale, evidence }) {
  const answer = { choice, reason, rationale, evidence: (evidence ?? []).map(({ title, url }) => [title, url]) };
  return isAnswer(answer) ? answer : null;
}

/** A version 4 UUID. crypto.randomUUID is missing where a page comes without https. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
