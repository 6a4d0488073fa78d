// One save over the network, and what its reply means. Only a well-formed reply counts as saved; whatever leaves the
// outcome open is called by its own name, so that the same save is tried again.
//
// Outcomes: saved, conflict, invalid (decided); offline, failed, signed-out, other, forbidden, missing, locked (not).
import { encoded, fromDocument } from "./answer.js";
import { paced } from "./pace.js";

const TIMEOUT = 20_000;
// What browsers let a page that is being closed send, all requests together.
const KEEPALIVE_BYTES = 60_000;

let leaving = 0;

export class Sender {
  constructor(session) {
    this.session = session;
  }

  async send(about, sent) {
    if (!this.session.isCertain) {
      const problem = await this.session.problem();
      if (problem) return { kind: problem };
    }
    const body = encoded(about.code, sent);
    const keepalive = leaving + body.length <= KEEPALIVE_BYTES;
    leaving += keepalive ? body.length : 0;
    try {
      return await this.#post(about.save, body, sent, keepalive);
    } catch (error) {
      return { kind: ["TimeoutError", "AbortError"].includes(error.name) ? "failed" : "offline" };
    } finally {
      leaving -= keepalive ? body.length : 0;
    }
  }

  async #post(address, body, sent, keepalive) {
    const response = await fetch(address, {
      method: "POST",
      body,
      keepalive,
      redirect: "manual",
      cache: "no-store",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-CSRFToken": this.session.token,
      },
      signal: AbortSignal.timeout(paced(TIMEOUT)),
    });
    if (response.type === "opaqueredirect") {
      this.session.doubt();
      return { kind: "signed-out" };
    }
    const outcome = read(response.status, asDocument(await response.text()), sent, response.headers);
    if (["signed-out", "forbidden"].includes(outcome.kind)) this.session.doubt();
    return outcome;
  }
}

function asDocument(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return { isPage: /^\s*<(!doctype|html)/i.test(text) };
  }
}

function read(status, reply, sent, headers) {
  switch (status) {
    case 200:
      if (Number.isInteger(reply.version) && reply.version >= sent.version) return { kind: "saved", reply };
      // Most likely a sign-in page; also what networks with a log-in page of their own answer to everything.
      return { kind: reply.isPage ? "signed-out" : "failed" };
    case 401:
      return { kind: "signed-out", signIn: ownAddress(reply.sign_in) };
    case 403:
      return reply.locked === true ? { kind: "locked", sentence: text(reply.error) } : { kind: "forbidden" };
    case 404:
      return { kind: "missing" };
    case 409:
      if (!Number.isInteger(reply.version) || !fromDocument(reply.theirs ?? {})) break;
      return { kind: "conflict", reply, sentence: text(reply.error) };
    case 422:
      if (typeof reply.errors !== "object" || reply.errors === null) break;
      return {
        kind: "invalid",
        errors: reply.errors,
        sentence: text(Object.values(reply.errors)[0]?.[0] ?? reply.error),
        linksAlone: Object.keys(reply.errors).join() === "evidence",
      };
  }
  return { kind: "failed", retryAfter: seconds(headers.get("Retry-After")) };
}

function text(value) {
  return typeof value === "string" ? value : "";
}

function ownAddress(address) {
  if (typeof address !== "string") return "";
  const url = new URL(address, location.href);
  return url.origin === location.origin ? url.href : "";
}

// Retry-After comes as seconds or as a date.
function seconds(header) {
  if (!header) return 0;
  const wait = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), 300) : 0;
}
