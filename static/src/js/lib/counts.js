// How many characters are left in a field: shown beneath it, and said at a few steps near the limit only.
import { say } from "./notices.js";

const SAID = [0.1, 0.02, 0];

export function countCharacters() {
  const said = new WeakMap();
  for (const field of document.querySelectorAll("textarea[maxlength]")) show(field);
  document.addEventListener("focusin", ({ target }) => isCounted(target) && show(target));
  document.addEventListener("input", ({ target }) => {
    if (!isCounted(target)) return;
    const text = show(target);
    const step = SAID.filter((share) => leftIn(target) <= target.maxLength * share).length;
    if (text && step > (said.get(target) ?? 0)) say(text);
    said.set(target, step);
  });
}

function isCounted(target) {
  return target instanceof HTMLTextAreaElement && target.maxLength >= 0;
}

function leftIn(field) {
  return Math.max(0, field.maxLength - field.value.length);
}

// An empty field keeps what stands there at first: how many there are in all.
function show(field) {
  const message = field.closest(".usa-character-count, .usa-form-group")?.querySelector(".usa-character-count__message");
  if (!message) return "";
  const left = leftIn(field);
  message.dataset.atFirst ??= message.textContent;
  message.textContent = !field.value ? message.dataset.atFirst : left === 1 ? "1 character left" : `${left} characters left`;
  return message.textContent;
}
