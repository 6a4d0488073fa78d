// The rows of links under a question, and the button that adds one.
import { element } from "../lib/elements.js";

const MOST = 10;
const LOOKS_COMPLETE = /^\s*https?:\/\/[^\s/?#]+\.[^\s/?#.]{2,}/i;

export class EvidenceRows {
  #list;
  #button;

  constructor(card) {
    this.#list = card.querySelector("[data-evidence-rows]");
    this.#button = element("button", { class: "usa-button usa-button--outline", type: "button", "data-add-link": true }, "Add a link");
    this.#list.after(this.#button);
    // The keyboard goes on in the row that was asked for.
    this.#button.addEventListener("click", () => this.#add().querySelector("input").focus());
    this.#offer();
  }

  read() {
    return this.#rows.map((row) => [...row.querySelectorAll("input")].map((input) => input.value));
  }

  write(links) {
    while (this.#rows.length < Math.min(links.length, MOST)) this.#add();
    this.#rows.forEach((row, index) => {
      const [title, url] = row.querySelectorAll("input");
      [title.value, url.value] = links[index] ?? ["", ""];
    });
  }

  /** Whether this input stands in a row that isn't complete yet, so that its text is no news to the server. */
  isUnfinished(input) {
    const row = this.#rows.find((candidate) => candidate.contains(input));
    if (!row) return false;
    const [title, url] = row.querySelectorAll("input");
    return Boolean(title.value.trim() || url.value.trim()) && !LOOKS_COMPLETE.test(url.value);
  }

  /** Whether two elements stand in the same row. */
  inSameRow(one, other) {
    return this.#rows.some((row) => row.contains(one) && row.contains(other));
  }

  get #rows() {
    return [...this.#list.children];
  }

  #add() {
    const number = this.#rows.length + 1;
    const row = this.#rows.at(-1).cloneNode(true);
    const renumbered = (text) => text.replace(/\d+$/, number);
    for (const input of row.querySelectorAll("input")) {
      input.id = renumbered(input.id);
      input.value = "";
    }
    for (const label of row.querySelectorAll("label")) {
      label.htmlFor = renumbered(label.htmlFor);
      const hidden = label.querySelector(".usa-sr-only");
      hidden.textContent = renumbered(hidden.textContent);
    }
    this.#list.append(row);
    this.#offer();
    return row;
  }

  #offer() {
    if (this.#rows.length >= MOST) this.#button.remove();
  }
}
