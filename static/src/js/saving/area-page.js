// The area page: its cards, the counts beside them, and the buttons at the end.
import { element } from "../lib/elements.js";
import { say } from "../lib/notices.js";
import { Card } from "./card.js";
import { paced, pause } from "./pace.js";

const LONGEST_WAIT = 5_000;

export class AreaPage {
  #form;
  #cards;
  #message = element("div", { hidden: true, "data-leaving": true });
  #hasWarned = false;

  constructor(form, { queue, sender }) {
    this.#form = form;
    this.queue = queue;
    this.sender = sender;
    this.assessment = form.dataset.assessment;
    this.signIn = form.dataset.signIn ?? "";
    this.#cards = new Map([...form.querySelectorAll("[data-question]")].map((card) => [card.dataset.question, new Card(card, this)]));
    form.querySelector(".button-row").before(this.#message);
    form.addEventListener("submit", (event) => this.#submitted(event));
    window.addEventListener("beforeunload", (event) => this.#warn(event));
  }

  /** What the queue has to know of a card, so that its answer can be sent from any other page. */
  about({ code, title }) {
    const area = document.querySelector("h1").textContent.trim();
    return {
      assessment: this.assessment,
      code,
      name: `${area}, ${title.toLowerCase()}`,
      page: `${location.pathname}#${code}`,
      save: this.#form.dataset.saveUrl.replace("QUESTION", code),
    };
  }

  get deliveries() {
    return [...this.#cards.values()].map((card) => card.delivery);
  }

  /** Whether an entry of an earlier page is about a question on this one. */
  takes({ about }) {
    return about.assessment === this.assessment && this.#cards.has(about.code);
  }

  /** `moved` is called with the delivery once a card has taken the entry, which may be after its own text is saved. */
  adopt(entry, moved) {
    const card = this.#cards.get(entry.about.code);
    const take = () => {
      if (card.adopt(entry)) moved(card.delivery);
      else card.backlog.push(take);
    };
    take();
  }

  // ---- What the cards tell ----

  typed() {
    this.#hasWarned = false;
    this.#message.hidden = true;
  }

  reload() {
    location.assign(location.pathname);
  }

  /** A save came back, of this page or of an earlier one: show how far the team is now. */
  progressed({ answered, questions, areas }) {
    const line = document.querySelector("[data-progress]");
    if (line && Number.isInteger(answered) && Number.isInteger(questions)) {
      line.textContent = `${answered} of ${questions} questions of the assessment are answered.`;
    }
    for (const [code, counts] of Object.entries(areas ?? {})) showCount(code, counts);
  }

  // ---- Leaving ----

  async #submitted(event) {
    event.preventDefault();
    const target = event.submitter?.dataset.href;
    const open = await this.#settled();
    if (!open.length) {
      if (target) return location.assign(target);
      this.#tell("success", "Every answer on this page is saved.");
    } else if (target && this.#hasWarned) {
      location.assign(target);
    } else {
      this.#hasWarned = true;
      this.#tell("warning", notSaved(open, Boolean(target)));
      open[0].focusProblem();
    }
  }

  // The cards that aren't saved after what can be sent has been sent.
  async #settled() {
    for (const delivery of this.deliveries) delivery.sendNow({ again: true });
    const end = Date.now() + paced(LONGEST_WAIT);
    while (this.deliveries.some((delivery) => delivery.isMoving) && Date.now() < end) await pause(50);
    return [...this.#cards.values()].filter(({ delivery }) => delivery.isUnsaved);
  }

  #tell(kind, sentence) {
    const text = element("p", { class: "usa-alert__text" }, sentence);
    this.#message.className = `usa-alert usa-alert--${kind} usa-alert--slim`;
    this.#message.replaceChildren(element("div", { class: "usa-alert__body" }, text));
    this.#message.hidden = false;
    say(sentence);
  }

  // Only where the text would be gone: otherwise it is in the browser's storage and nothing needs asking.
  #warn(event) {
    if (this.deliveries.some((delivery) => delivery.isUnsaved && !delivery.isKept)) event.preventDefault();
  }
}

function notSaved(cards, canLeave) {
  const numbers = cards.map(({ title }) => title.replace(/^\D+/, ""));
  const list = new Intl.ListFormat("en-US").format(numbers);
  const what = cards.length === 1 ? `Question ${list} isn't saved yet.` : `Questions ${list} aren't saved yet.`;
  const isKept = cards.every(({ delivery }) => delivery.isKept);
  const fate = isKept ? "Your text stays in this browser." : "This browser can't keep your text if you leave.";
  return [what, fate, canLeave ? "Press the button again to go on all the same." : ""].filter(Boolean).join(" ");
}

function showCount(code, { answered, questions }) {
  const links = [...document.querySelectorAll(".area-nav__link")];
  const link = links.find(({ pathname }) => pathname.endsWith(`/${code}/`));
  const count = link?.querySelector(".area-nav__count");
  if (!count) return;
  const isComplete = answered === questions;
  const mark = document.querySelector("template[data-complete-template]");
  count.classList.toggle("area-nav__count--complete", isComplete);
  count.replaceChildren(
    isComplete && mark ? mark.content.cloneNode(true) : "",
    element("span", { "aria-hidden": "true" }, `${answered}/${questions}`),
    element("span", { class: "usa-sr-only" }, `${answered} of ${questions} answered`),
  );
}
