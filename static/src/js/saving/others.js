// Answers that earlier pages left behind: sent from whatever page is open, with a banner while they wait.
import { element } from "../lib/elements.js";
import { say } from "../lib/notices.js";
import { NOT_APPLICABLE } from "./answer.js";
import { Delivery } from "./delivery.js";
import { paced } from "./pace.js";
import { inWords } from "./sentences.js";

// What is sent at once is not worth a banner.
const PATIENCE = 1_500;
// Another tab that is open sends what is typed in it by itself; it is named here when it can't.
const OTHER_TAB_PATIENCE = 10_000;
const MOST_LINES = 5;
// These need the person.
const NEED_PERSON = new Set(["conflict", "invalid"]);
const REFUSED = new Set(["locked", "forbidden", "missing"]);

export class OtherAnswers {
  #queue;
  #sender;
  #progressed;
  #deliveries = new Set();
  #banner = null;
  #shown = "";
  #timer = 0;
  #since = Date.now();

  constructor({ queue, sender, progressed }) {
    this.#queue = queue;
    this.#sender = sender;
    this.#progressed = progressed;
  }

  get deliveries() {
    return [...this.#deliveries];
  }

  adopt(entry, moved) {
    const { about } = entry;
    const delivery = new Delivery({
      queue: this.#queue,
      sender: this.#sender,
      about,
      stored: null,
      version: entry.version,
      changed: ({ settled }) => this.#changed(delivery, settled),
    });
    this.#deliveries.add(delivery);
    // Also what waits for a decision is sent once: it may have become another one since, as where all was submitted.
    delivery.restore(entry);
    moved(delivery);
    this.show();
  }

  #changed(delivery, settled) {
    if (settled) this.#progressed(delivery.about, settled);
    if (!delivery.isUnsaved) this.#deliveries.delete(delivery);
    this.show();
  }

  // ---- The banner ----

  show() {
    clearTimeout(this.#timer);
    const lines = this.#lines();
    if (lines.waiting.length || lines.problems.length || this.#queue.entries().length) {
      this.#timer = setTimeout(() => this.show(), paced(PATIENCE));
    }
    const model = JSON.stringify([lines.waiting.map(({ name }) => name), lines.problems.map(({ about, text }) => [about.page, text])]);
    if (model === this.#shown) return;
    this.#shown = model;
    this.#render(lines);
  }

  #lines() {
    const isPatient = Date.now() - this.#since < paced(PATIENCE);
    const own = this.deliveries.filter((delivery) => delivery.isUnsaved);
    const needsPerson = (delivery) => NEED_PERSON.has(delivery.state) || REFUSED.has(delivery.state) || delivery.state === "incomplete";
    const elsewhere = this.#queue
      .entries()
      .filter(({ writer, entry }) => writer !== this.#queue.writer && Date.now() - entry.at > paced(OTHER_TAB_PATIENCE))
      .map(({ entry }) => entry.about);
    return {
      waiting: isPatient ? [] : [...own.filter((delivery) => !needsPerson(delivery)).map(({ about }) => about), ...elsewhere],
      problems: own
        .filter(needsPerson)
        .map((delivery) => ({ delivery, about: delivery.about, text: inWords(delivery).text })),
    };
  }

  #render({ waiting, problems }) {
    if (!waiting.length && !problems.length) {
      this.#banner?.remove();
      this.#banner = null;
      return;
    }
    const sentence =
      waiting.length === 1
        ? "1 answer waits to be saved. It is kept in this browser and will be sent."
        : `${waiting.length} answers wait to be saved. They are kept in this browser and will be sent.`;
    const body = element("div", { class: "usa-alert__body" });
    if (waiting.length) body.append(element("p", { class: "usa-alert__text" }, `${sentence} `, linkTo(waiting[0])));
    for (const problem of problems.slice(0, MOST_LINES)) body.append(...this.#problem(problem));
    if (problems.length > MOST_LINES) {
      body.append(element("p", { class: "usa-alert__text" }, `And ${problems.length - MOST_LINES} more.`));
    }
    const look = "usa-alert usa-alert--warning usa-alert--slim";
    const section = element("section", { class: look, "aria-label": "Answers not saved yet", "data-waiting-answers": true }, body);
    const banner = element("div", { class: "messages" }, section);
    if (this.#banner) this.#banner.replaceWith(banner);
    else (document.getElementById("main") ?? document.body).prepend(banner);
    this.#banner = banner;
    if (waiting.length) say(sentence);
    for (const { about, text } of problems) say(`${about.name}: ${text}`);
  }

  #problem({ delivery, about, text }) {
    const line = element("p", { class: "usa-alert__text" }, linkTo(about), `: ${text}`);
    return REFUSED.has(delivery.state) ? [line, this.#keptText(delivery)] : [line];
  }

  // Text that has no place on any page any more: to be read, copied, and deleted when it isn't needed.
  #keptText(delivery) {
    const { choice, reason, rationale, evidence } = delivery.typed;
    const parts = [
      ["Answer", choiceText(choice)],
      ["Why it doesn't apply", choice === NOT_APPLICABLE ? reason : ""],
      ["Rationale", rationale],
      ["Evidence", evidence.map((link) => link.filter(Boolean).join(", ")).filter(Boolean).join("; ")],
    ].filter(([, content]) => content.trim());
    const remove = element("button", { class: "usa-button usa-button--outline", type: "button" }, "Delete this text");
    remove.addEventListener("click", () => {
      if (!window.confirm("Delete this text from the browser? It is not saved anywhere else.")) return;
      delivery.drop();
      this.#deliveries.delete(delivery);
      this.show();
      document.getElementById("main")?.focus({ preventScroll: true });
    });
    return element(
      "details",
      { class: "fold" },
      element("summary", {}, "Show your text"),
      element("div", {}, element("dl", {}, ...parts.flatMap(([term, content]) => [element("dt", {}, term), element("dd", { class: "typed" }, content)])), remove),
    );
  }
}

function linkTo({ name, page }) {
  return element("a", { href: page }, name);
}

function choiceText(choice) {
  if (/^\d+$/.test(choice)) return `Level ${choice}`;
  return { unknown: "Don't know", [NOT_APPLICABLE]: "Not applicable" }[choice] ?? "Not answered";
}
