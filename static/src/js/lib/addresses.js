// A button that copies an address, where the browser lets us; the address stands beside it in any case.
import { say } from "./notices.js";

export function offerCopyingAddresses() {
  for (const place of document.querySelectorAll("[data-copy-address]")) {
    if (!navigator.clipboard) continue;
    const address = document.getElementById(place.dataset.copyAddress).textContent;
    const button = place.querySelector("button");
    place.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(address);
        button.textContent = "Copied";
        say("The address is copied.");
      } catch {
        say("Your browser doesn't let us copy. Select the address and copy it with your keyboard.");
      }
    });
  }
}
