// Brings one question's answer to the server: one save at a time, each tried until its outcome is known, then the newest
// text. The server takes a save's id only once, and only on the version it was typed on, so that late, repeated and lost
// replies change nothing. See docs/saving.md.
import { fromDocument, lacksReason, newId, same } from "./answer.js";
import { paced } from "./pace.js";

const LONGEST_TYPING = 5_000;
const LONGEST_WAIT = 30_000;
// These change by what a person does, not by waiting.
const NO_TIMER = new Set(["locked", "other"]);
const DECIDED = new Set(["conflict", "invalid"]);

export class Delivery {
  /** What the fields say. */
  typed;
  /** What the server has at `version`, as far as this page knows; null where it doesn't. */
  stored;
  version;
  /** The save under way, or the one whose outcome isn't known: { answer, version, id }. */
  sent = null;
  /** What the last try led to, unless it was saved: see sender.js. */
  outcome = null;
  /** When the text was typed that an earlier page left behind. */
  keptSince = null;
  /** Whether what isn't saved is at least in the browser's storage. */
  isKept = true;

  // The refusal of links alone, while all the rest is saved without them.
  #linksRefused = null;
  #sending = false;
  #typingTimer = 0;
  #typingSince = 0;
  #isHeld = false;
  #retryTimer = 0;
  #attempt = 0;
  #notBefore = 0;
  #typedAt = Date.now();

  constructor({ queue, sender, about, key, stored, version, changed }) {
    this.queue = queue;
    this.sender = sender;
    this.about = about;
    this.key = key ?? queue.keyFor(about);
    this.stored = stored;
    this.typed = stored;
    this.version = version;
    this.changed = changed;
  }

  get isUnsaved() {
    const known = this.stored !== null && this.typed !== null;
    return this.sent !== null || this.outcome?.kind === "conflict" || !known || !same(this.typed, this.stored);
  }

  /** Whether something is on its way, or about to be. */
  get isMoving() {
    return this.#sending || this.#typingTimer !== 0;
  }

  get state() {
    if (!this.isUnsaved) return "saved";
    if (this.outcome) return this.outcome.kind;
    if (!this.sent && this.#isHeld) return "unfinished";
    if (!this.sent && lacksReason(this.typed)) return "incomplete";
    return this.keptSince ? "kept" : "saving";
  }

  // ---- What the person does ----

  /** The fields changed. The save follows after `delay` without another change; with null it waits for `sendNow`. */
  type(answer, delay) {
    this.typed = answer;
    this.#typedAt = Date.now();
    this.#isHeld = delay === null;
    this.keptSince = null;
    if (this.outcome?.kind === "invalid") this.outcome = null;
    this.#linksRefused = null;
    this.keep();
    clearTimeout(this.#typingTimer);
    this.#typingTimer = 0;
    if (this.isUnsaved && delay !== null) {
      // Who types on and on is saved in between, too.
      this.#typingSince ||= Date.now();
      const latest = this.#typingSince + paced(LONGEST_TYPING) - Date.now();
      this.#typingTimer = setTimeout(() => this.sendNow(), Math.max(0, Math.min(paced(delay), latest)));
    }
    this.changed({});
  }

  /** Send what there is without waiting any longer; with `again` also what is waiting for its next try. */
  sendNow({ again = false } = {}) {
    this.#stopTyping();
    this.#isHeld = false;
    if (!this.isUnsaved || this.#sending || Date.now() < this.#notBefore) return;
    if (this.outcome && !DECIDED.has(this.outcome.kind)) {
      if (!again) return;
      this.#attempt = 0;
    }
    this.#send();
  }

  /** Something may have changed: the network is back, the person is back, or has signed in. */
  wake() {
    if (!this.#isHeld) this.sendNow({ again: true });
  }

  /** The page may be gone in a moment. */
  leave() {
    if (!this.#isHeld) this.sendNow();
  }

  /** Take up what an earlier page left in the queue. */
  restore(entry) {
    this.#typedAt = entry.at;
    // Its save arrived after all, or somebody wrote the same.
    const isThere = (answer) => this.stored !== null && same(answer, this.stored);
    if (isThere(entry.typed) && (!entry.sent || isThere(entry.sent.answer))) return this.drop();
    this.typed = entry.typed;
    this.version = entry.version;
    this.sent = entry.sent;
    this.keptSince = entry.at;
    this.keep();
    this.changed({ restored: true });
    this.#send();
  }

  /** Forget what isn't saved, so that nothing is sent any more, whatever else happens. */
  drop() {
    this.#stopTyping();
    this.#stopRetrying();
    this.sent = null;
    this.outcome = null;
    this.#linksRefused = null;
    this.keptSince = null;
    this.queue.remove(this.key);
    this.stored ??= this.typed;
    this.typed = this.stored;
  }

  keepTheirs() {
    const { reply } = this.outcome;
    this.stored = fromDocument(reply.theirs);
    this.version = reply.version;
    this.drop();
    this.changed({ settled: reply, replaced: true });
  }

  keepMine() {
    const { reply } = this.outcome;
    // From here on the other's text is what this page has seen, so saving over it is meant.
    this.stored = fromDocument(reply.theirs);
    this.version = reply.version;
    this.outcome = null;
    this.keep();
    if (!this.isUnsaved) this.changed({ settled: reply });
    else this.#send();
  }

  // ---- What comes back ----

  async #send() {
    if (this.#sending || !this.isUnsaved || this.outcome?.kind === "conflict") return;
    if (!this.sent) {
      if (this.#isHeld || this.outcome?.kind === "invalid") return;
      if (lacksReason(this.typed)) return this.changed({});
      this.sent = { answer: this.typed, version: this.version, id: newId() };
      this.keep();
    }
    this.#stopRetrying();
    this.#sending = true;
    this.changed({});
    const outcome = await this.sender.send(this.about, this.sent);
    this.#sending = false;
    if (!this.sent) return this.#goOn(); // dropped meanwhile
    if (outcome.kind === "saved") this.#saved(outcome.reply);
    else if (DECIDED.has(outcome.kind)) this.#refused(outcome);
    else this.#open(outcome);
  }

  #saved(reply) {
    const { answer, version } = this.sent;
    const isNewest = same(this.typed, answer);
    const now = reply.stored ? fromDocument(reply.stored) : null;
    // A reply may come after somebody else has written on top of this save, having seen it.
    const isOvertaken = reply.version > version + 1 && !(now && same(now, answer));
    let replaced = false;
    this.stored = answer;
    this.version = reply.version;
    if (isOvertaken && isNewest && now) {
      this.stored = this.typed = now;
      replaced = true;
    } else if (isOvertaken) {
      // What is typed from here on stands on the text that was saved, not on theirs: it has to lead to both being shown.
      this.version = version + 1;
    }
    this.sent = null;
    this.outcome = this.#linksRefused;
    this.#linksRefused = null;
    this.#attempt = 0;
    this.#notBefore = 0;
    if (!this.isUnsaved) this.keptSince = null;
    this.keep();
    this.changed({ settled: reply, replaced });
    this.#goOn();
  }

  #refused(outcome) {
    const { answer } = this.sent;
    this.sent = null;
    this.#linksRefused = null;
    this.#attempt = 0;
    // Errors in a text that has been changed since are no news.
    const isStale = outcome.kind === "invalid" && JSON.stringify(answer) !== JSON.stringify(this.typed);
    this.outcome = isStale ? null : outcome;
    if (!isStale && outcome.linksAlone) this.#sendWithoutLinks();
    this.keep();
    this.changed({});
    this.#goOn();
  }

  // A link that isn't one holds back no level and no rationale: they are saved with the links that are stored.
  #sendWithoutLinks() {
    if (this.stored === null) return;
    const answer = { ...this.typed, evidence: this.stored.evidence };
    if (same(answer, this.stored)) return;
    this.#linksRefused = { ...this.outcome, restIsSaved: true };
    this.outcome = null;
    this.sent = { answer, version: this.version, id: newId() };
  }

  // The outcome isn't known, or may be another one next time: the same save is tried again before anything newer.
  #open(outcome) {
    this.outcome = outcome;
    this.keep();
    if (!NO_TIMER.has(outcome.kind)) {
      const step = Math.min(LONGEST_WAIT, 1000 * 2 ** this.#attempt) * (0.75 + Math.random() / 2);
      const wait = paced(Math.max(step, 1000 * (outcome.retryAfter ?? 0)));
      this.#attempt += 1;
      this.#notBefore = outcome.retryAfter ? Date.now() + wait : 0;
      this.#retryTimer = setTimeout(() => this.#send(), wait);
    }
    this.changed({});
  }

  #goOn() {
    if (this.isUnsaved && !this.#typingTimer) this.#send();
  }

  #stopTyping() {
    clearTimeout(this.#typingTimer);
    this.#typingTimer = 0;
    this.#typingSince = 0;
  }

  #stopRetrying() {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = 0;
    this.#notBefore = 0;
  }

  // ---- What stays in the browser ----

  /** Write what isn't saved to the storage, at once, so that it is there whatever happens next. */
  keep() {
    if (this.isUnsaved) this.isKept = this.queue.put(this.key, this.entry);
    else this.queue.remove(this.key);
  }

  get entry() {
    const { about, typed, version, sent } = this;
    return { about, typed, version, sent, at: this.#typedAt };
  }
}
