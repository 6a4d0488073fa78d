// An answer was changed by two people, or by one in two windows: both texts side by side, in the markup of templates/components/conflict.html, which the
// page brings along in a <template>.
export class ConflictView {
  #element;

  constructor(card, code, { error, theirs }) {
    const template = document.querySelector("template[data-conflict-template]");
    const copy = document.createElement("template");
    // The server's markup without anybody's text; only the code of the question is put in its place.
    copy.innerHTML = template.innerHTML.replaceAll("QUESTION", code);
    this.#element = copy.content.querySelector("[data-conflict]");
    this.#element.querySelector("[data-sentence]").textContent = error;
    for (const part of this.#element.querySelectorAll("[data-by]")) part.textContent = theirs.by || "Somebody";
    for (const part of this.#element.querySelectorAll("[data-at]")) part.textContent = theirs.at;
    this.#fill("theirs", theirs);
    card.querySelector("fieldset").before(this.#element);
  }

  /** Mine goes on changing while the two are compared. */
  showMine(mine) {
    this.#fill("yours", mine);
  }

  remove() {
    this.#element.remove();
  }

  focus() {
    this.#element.focus();
  }

  #fill(side, { choice_text: choice, reason, rationale, evidence }) {
    const links = evidence.map(({ title, url }) => title || url).filter(Boolean);
    const texts = { choice: choice || "Not answered", reason, rationale: rationale.trim() || "None", evidence: links.join("; ") || "None" };
    for (const part of this.#element.querySelectorAll(`[data-side="${side}"] [data-part]`)) {
      const text = texts[part.dataset.part];
      part.textContent = text;
      // A reason stands there only where there is one.
      part.hidden = part.previousElementSibling.hidden = !text;
    }
  }
}
