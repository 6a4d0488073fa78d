// The page of exports while something is being made: brings each row up to date, and says what changed as a whole.
// Without it the page loads itself again.
const EVERY = 2000;

async function update() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (response.redirected) return false; // signed out
  if (!response.ok) return true;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const goesOn = Boolean(fresh.querySelector("[data-export] progress")); // before its rows move over here
  for (const row of document.querySelectorAll("[data-export]")) {
    const now = fresh.getElementById(row.id);
    // What did not change stays as it is, with the focus that may be in it.
    if (now && now.innerHTML !== row.innerHTML && !row.contains(document.activeElement)) row.replaceWith(now);
  }
  const [status, said] = [document, fresh].map((page) => page.querySelector("[data-exports-status]"));
  if (status && said && status.textContent !== said.textContent) status.textContent = said.textContent;
  return goesOn;
}

async function keepUpdating() {
  const goesOn = await update().catch(() => true);
  if (goesOn) setTimeout(keepUpdating, EVERY);
}

setTimeout(keepUpdating, EVERY);
