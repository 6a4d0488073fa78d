// Rationale and evidence open when an answer is chosen; what was opened stays open.
export function openNotesOnChoice() {
  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== "radio") return;
    const notes = target.closest("[data-question]")?.querySelector("[data-notes]");
    if (notes) notes.open = true;
  });
}
