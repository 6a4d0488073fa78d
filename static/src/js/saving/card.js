// One question's card on the area page: reads and fills its fields, and shows what its delivery is doing.
import { element } from "../lib/elements.js";
import { say } from "../lib/notices.js";
import { lacksReason, NOT_APPLICABLE, REASON_MISSING } from "./answer.js";
import { ConflictView } from "./conflict.js";
import { Delivery } from "./delivery.js";
import { removeErrors, showErrors } from "./errors.js";
import { EvidenceRows } from "./evidence.js";
import { inWords } from "./sentences.js";

// Arrow keys pass through the choices, so that one is only taken when it is rested on.
const CHOICE_DELAY = 300;
const TEXT_DELAY = 800;
// A sentence that appears at a field moves what is below it: not while the mouse is being pressed there.
const CLICK_TIME = 300;

export class Card {
  /** Entries of earlier pages that wait until this card has nothing of its own to save. */
  backlog = [];

  #conflict = null;
  #spoken = "";
  #asksReason = false;
  #page;

  constructor(card, page) {
    this.element = card;
    this.#page = page;
    this.code = card.dataset.question;
    this.title = card.querySelector(".question-card__number").textContent.trim();
    this.status = card.querySelector("[data-save-status]");
    this.evidence = new EvidenceRows(card);
    this.delivery = new Delivery({
      queue: page.queue,
      sender: page.sender,
      about: page.about(this),
      stored: this.read(),
      version: Number(card.dataset.version),
      changed: (news) => this.#show(news),
    });
    this.#takeOver();
    card.addEventListener("input", (event) => this.#typed(event.target));
    card.addEventListener("focusout", (event) => this.#left(event));
    card.addEventListener("click", (event) => this.#decided(event));
  }

  // ---- The fields ----

  read() {
    return {
      choice: this.element.querySelector(`input[name="${this.code}-choice"]:checked`)?.value ?? "",
      reason: this.#field("reason").value,
      rationale: this.#field("rationale").value,
      evidence: this.evidence.read(),
    };
  }

  write({ choice, reason, rationale, evidence }) {
    for (const radio of this.element.querySelectorAll(`input[name="${this.code}-choice"]`)) radio.checked = radio.value === choice;
    this.#field("reason").value = reason;
    this.#field("rationale").value = rationale;
    this.evidence.write(evidence);
    if (choice || rationale || evidence.length) this.element.querySelector("[data-notes]").open = true;
  }

  #field(name) {
    return this.element.querySelector(`[name="${this.code}-${name}"]`);
  }

  // ---- What the person does ----

  #typed(input) {
    const isChoice = input.type === "radio";
    // Whoever chooses again wants to hear that it is saved again; whoever goes on writing doesn't.
    if (isChoice) this.#spoken = "";
    const isUnfinished = !isChoice && this.evidence.isUnfinished(input);
    this.delivery.type(this.read(), isUnfinished ? null : isChoice ? CHOICE_DELAY : TEXT_DELAY);
    this.#page.typed();
  }

  #left({ target, relatedTarget }) {
    // Another window in front is no reason to complain about a half-typed address.
    if (!document.hasFocus() || target.type === "radio") return;
    if (relatedTarget && this.evidence.inSameRow(target, relatedTarget)) return;
    this.delivery.sendNow();
    if (lacksReason(this.delivery.typed)) setTimeout(() => this.#leftFor(document.activeElement), CLICK_TIME);
  }

  // Whoever is still at the reason, or went back to it, may be about to write it.
  #leftFor(place) {
    if (place !== this.#field("reason")) this.askReason();
  }

  /** Say at its field that the reason is missing, once the person has gone on without it. */
  askReason() {
    if (!lacksReason(this.delivery.typed)) return;
    this.#asksReason = true;
    showErrors(this.element, this.code, { reason: [REASON_MISSING] });
  }

  #decided(event) {
    if (event.target.closest("[data-clear]")) {
      event.preventDefault();
      this.#clear();
      return;
    }
    const button = event.target.closest("[data-keep]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.keep === "theirs") this.#keepTheirs();
    else this.#keepMine();
    // The button is gone; the keyboard goes on at the question.
    this.element.focus({ preventScroll: true });
  }

  // The choice alone is taken back; what was written stays.
  #clear() {
    this.write({ ...this.read(), choice: "" });
    this.#spoken = "";
    this.delivery.type(this.read(), 0);
    this.#page.typed();
    this.element.focus({ preventScroll: true });
  }

  #keepTheirs() {
    if (this.delivery.outcome?.reply) return this.delivery.keepTheirs();
    // The conflict came with the page, which was posted without the script: the stored answer comes with a new one.
    this.delivery.drop();
    this.#page.reload();
  }

  #keepMine() {
    if (this.delivery.outcome?.reply) return this.delivery.keepMine();
    this.element.querySelector("[data-conflict]").remove();
    this.delivery.outcome = null;
    this.delivery.type(this.read(), 0);
  }

  // A page that was posted without the script comes back with text that isn't saved: it is treated as typed.
  #takeOver() {
    const conflict = this.element.querySelector("[data-conflict]");
    if (!conflict && this.status.dataset.state !== "failed") return;
    this.delivery.stored = null;
    if (conflict) this.delivery.outcome = { kind: "conflict", sentence: "" };
    this.delivery.keep();
    this.delivery.sendNow();
  }

  /** Put back what an earlier page left in the queue. Returns whether there was room for it. */
  adopt(entry) {
    if (this.delivery.isUnsaved || this.delivery.isMoving) return false;
    this.delivery.restore(entry);
    return true;
  }

  // ---- What is shown ----

  #show({ settled, replaced, restored }) {
    const { delivery } = this;
    if (restored || replaced) this.write(delivery.typed);
    if (settled) this.#settle(settled);
    this.#showConflict();
    const isMended = this.#asksReason && !lacksReason(delivery.typed);
    if (delivery.state === "invalid") showErrors(this.element, this.code, delivery.outcome.errors);
    else if (settled || isMended || delivery.state === "conflict") removeErrors(this.element, this.code);
    this.#asksReason &&= !isMended;
    this.element.querySelector("[data-clear]").hidden = !delivery.typed.choice;
    this.#showStatus(settled);
    if (!delivery.isUnsaved) this.#nextOfBacklog();
  }

  #settle(reply) {
    const { version } = this.delivery;
    this.#field("version").value = version;
    this.element.dataset.version = version;
    if (typeof reply.rendered === "string") this.#field("rendered").value = reply.rendered;
    this.#page.progressed(reply);
  }

  #showStatus(settled) {
    const { delivery } = this;
    if (!delivery.isUnsaved) {
      // A rationale alone can be saved; the question is still not answered then.
      if (settled) this.#setStatus(delivery.typed.choice ? "saved" : "empty", settled.status || "Saved");
      // Typed back to what is stored.
      else if (this.savedStatus) this.#setStatus(...this.savedStatus);
      if (settled) this.#speak("saved", "Saved.");
      return;
    }
    this.savedStatus ??= [this.status.dataset.state, this.status.textContent];
    const { look, text } = inWords(delivery);
    this.#setStatus(look, text, delivery.state === "signed-out" ? this.#signIn() : null);
    if (delivery.state !== "saving") this.#speak(`${delivery.state} ${delivery.outcome?.sentence ?? ""}`, text);
  }

  #setStatus(look, text, link = null) {
    if (look === "saved" || look === "empty") this.savedStatus = [look, text];
    if (this.status.dataset.state === look && this.status.dataset.text === text) return;
    this.status.dataset.state = look;
    this.status.dataset.text = text;
    this.status.replaceChildren(link ? element("span", {}, `${text} `, link) : text);
  }

  #signIn() {
    const address = this.delivery.outcome.signIn || this.#page.signIn;
    return address && element("a", { href: address, target: "_blank", rel: "noopener" }, "Sign in (opens a new tab)");
  }

  #speak(state, text) {
    if (this.#spoken === state) return;
    this.#spoken = state;
    say(`${this.title}: ${text}`);
  }

  #showConflict() {
    const { state, outcome, typed } = this.delivery;
    if (state !== "conflict" || !outcome.reply) {
      this.#conflict?.remove();
      this.#conflict = null;
      this.shownReply = null;
      return;
    }
    if (this.shownReply !== outcome.reply) {
      this.#conflict?.remove();
      this.#conflict = new ConflictView(this.element, this.code, outcome.reply);
      this.shownReply = outcome.reply;
    }
    const links = typed.evidence.map(([title, url]) => ({ title, url }));
    const reason = typed.choice === NOT_APPLICABLE ? typed.reason : "";
    this.#conflict.showMine({ ...typed, reason, choice_text: this.#choiceText(typed.choice), evidence: links });
  }

  #choiceText(choice) {
    const label = this.element.querySelector(`input[value="${choice}"] + label`);
    if (!choice || !label) return "";
    const name = label.querySelector(".tile__name > :last-child").textContent.trim();
    return /^\d+$/.test(choice) ? `Level ${choice}, ${name}` : name;
  }

  #nextOfBacklog() {
    const next = this.backlog.shift();
    if (next) queueMicrotask(() => next());
  }

  /** The first thing that has to be looked at. */
  focusProblem() {
    const { state, typed } = this.delivery;
    const wrong = this.element.querySelector("[aria-invalid=true], .usa-form-group--error input");
    if (this.#conflict) this.#conflict.focus();
    else if (state === "invalid" && wrong) wrong.focus();
    else if (lacksReason(typed)) {
      this.askReason();
      this.#field("reason").focus();
    } else this.element.focus();
  }
}
