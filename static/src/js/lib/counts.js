// How many characters are left in a field, once it matters: shown beneath it, and said at a few steps only.
import { element } from "./elements.js";
import { say } from "./notices.js";

const SHOWN = 0.1;
const SAID = [0.1, 0.02, 0];

export function countCharacters() {
  const said = new WeakMap();
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLTextAreaElement) || target.maxLength < 0) return;
    const left = Math.max(0, target.maxLength - target.value.length);
    const isNear = left <= target.maxLength * SHOWN;
    const message = messageOf(target) ?? (isNear ? addMessage(target) : null);
    if (!message) return;
    // What stands there at first says how many there are in all.
    message.dataset.atFirst ??= message.textContent;
    message.textContent = !isNear ? message.dataset.atFirst : left === 1 ? "1 character left" : `${left} characters left`;
    const step = SAID.filter((share) => left <= target.maxLength * share).length;
    if (step > (said.get(target) ?? 0)) say(message.textContent);
    said.set(target, step);
  });
}

function messageOf(field) {
  return field.closest(".usa-character-count, .usa-form-group")?.querySelector(".usa-character-count__message");
}

function addMessage(field) {
  const message = element("span", { class: "usa-character-count__message usa-hint" });
  field.after(message);
  return message;
}
