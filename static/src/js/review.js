// A review page: before what was typed is lost by leaving, the browser asks.
const form = document.querySelector(".review__form");
let isSent = false;

function isChanged(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
}

// What was refused stands in the form again and is saved nowhere.
function isDirty() {
  return "unsaved" in form.dataset || [...form.querySelectorAll("input, select, textarea")].some(isChanged);
}

if (form) {
  form.addEventListener("submit", () => (isSent = true));
  form.addEventListener("input", () => (isSent = false));
  window.addEventListener("pageshow", () => (isSent = false));
  window.addEventListener("beforeunload", (event) => {
    if (!isSent && isDirty()) event.preventDefault();
  });
}
