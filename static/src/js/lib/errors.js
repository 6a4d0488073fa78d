// After a page came back with errors, the keyboard starts at their summary.
export function focusErrorSummary() {
  document.querySelector("[data-error-summary]")?.focus();
}
