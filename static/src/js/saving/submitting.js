// Whoever is about to seal the answers is told once of those that were typed in this browser and aren't saved.
import { element } from "../lib/elements.js";

export function askBeforeSubmitting(queue) {
  const form = document.querySelector("form[data-seals]");
  let isTold = false;
  form?.addEventListener("submit", (event) => {
    const unsaved = queue.entries().map(({ entry }) => entry.about).filter(({ assessment }) => assessment === form.dataset.seals);
    if (isTold || !unsaved.length) return;
    event.preventDefault();
    isTold = true;
    const message = told(unsaved);
    form.querySelector(".button-row").before(message);
    message.focus();
  });
}

function told(unsaved) {
  const names = new Intl.ListFormat("en-US").format(new Set(unsaved.map(({ name }) => name)));
  const sentence = `${names}: what you typed last isn't saved, so it would not be sealed. Press the button again to submit all the same.`;
  const body = element("div", { class: "usa-alert__body" }, element("p", { class: "usa-alert__text" }, sentence));
  return element("div", { class: "usa-alert usa-alert--warning usa-alert--slim", tabindex: "-1", "data-before-submitting": true }, body);
}
