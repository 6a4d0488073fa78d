// Sentences at the fields of a card that can't be saved as they are: the markup of templates/components/field_error.html.
import { element } from "../lib/elements.js";

const FIELDS = ["choice", "reason", "rationale", "evidence"];

export function showErrors(card, code, errors) {
  for (const name of FIELDS) showAt(card, code, name, errors[name] ?? []);
}

export function removeErrors(card, code) {
  showErrors(card, code, {});
}

function showAt(card, code, name, sentences) {
  const id = `${code}-${name}-error`;
  const field = card.querySelector(`textarea[name="${code}-${name}"]`);
  const group = field?.closest(".usa-form-group") ?? card.querySelector(name === "choice" ? "fieldset" : ".evidence");
  const described = field ?? group;
  const existing = card.querySelector(`[id="${id}"]`);
  const present = existing ? texts(existing) : [];
  if (JSON.stringify(present) === JSON.stringify(sentences)) return;
  existing?.remove();
  describe(described, id, sentences.length > 0);
  group.classList.toggle("usa-form-group--error", sentences.length > 0);
  if (field) {
    field.classList.toggle("usa-input--error", sentences.length > 0);
    if (sentences.length) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  if (!sentences.length) return;
  const message = element("span", { class: "usa-error-message", id });
  sentences.forEach((sentence, index) => {
    if (index) message.append(element("br"));
    message.append(element("span", { class: "usa-sr-only" }, "Error: "), sentence);
  });
  // Where the server puts it: before the inputs, after label and hint.
  const inputs = field ?? group.querySelector(".question-card__tiles, [data-evidence-rows]");
  inputs.before(message);
}

function texts(message) {
  return [...message.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data);
}

function describe(target, id, present) {
  const ids = new Set((target.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean));
  if (present) ids.add(id);
  else ids.delete(id);
  if (ids.size) target.setAttribute("aria-describedby", [...ids].join(" "));
  else target.removeAttribute("aria-describedby");
}
