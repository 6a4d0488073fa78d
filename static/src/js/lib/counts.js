// How many characters are left in a field: shown beneath it, and said at a few steps near the limit only.
import { say } from "./notices.js";

const SAID = [0.1, 0.02, 0];

export function countCharacters() {
  const said = new WeakMap();
  for (const field of document.querySelectorAll("textarea")) if (isCounted(field)) show(field);
  document.addEventListener("focusin", ({ target }) => isCounted(target) && show(target));
  document.addEventListener("input", ({ target }) => {
    if (!isCounted(target)) return;
    const text = show(target);
    const left = leftIn(target);
    const step = SAID.filter((share) => left <= limitOf(target) * share).length + (left < 0 ? 1 : 0);
    if (text && step > (said.get(target) ?? 0)) say(text);
    said.set(target, step);
  });
}

function isCounted(target) {
  return target instanceof HTMLTextAreaElement && limitOf(target) >= 0;
}

// A maxlength cuts what is pasted without a word; where nothing may be lost there is a data-limit, and the server refuses.
function limitOf(field) {
  return Number(field.dataset.limit ?? field.maxLength);
}

function leftIn(field) {
  return limitOf(field) - field.value.length;
}

// An empty field keeps what stands there at first: how many there are in all.
function show(field) {
  const message = field.closest(".usa-character-count, .usa-form-group")?.querySelector(".usa-character-count__message");
  if (!message) return "";
  const left = leftIn(field);
  message.dataset.atFirst ??= message.textContent;
  message.textContent = field.value ? inWords(left) : message.dataset.atFirst;
  message.classList.toggle("usa-character-count__status--invalid", left < 0);
  return message.textContent;
}

function inWords(left) {
  const characters = Math.abs(left) === 1 ? "1 character" : `${Math.abs(left)} characters`;
  return left < 0 ? `${characters} too many` : `${characters} left`;
}
