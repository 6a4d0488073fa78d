// The page's one live region: what is said together is read out together, and nothing is said twice in a row.
const TOGETHER = 200;

let waiting = new Set();
let timer = 0;

export function say(sentence) {
  waiting.add(sentence);
  timer ||= setTimeout(() => {
    const region = document.querySelector("[data-live-region]");
    if (region) region.textContent = [...waiting].join(" ");
    waiting = new Set();
    timer = 0;
  }, TOGETHER);
}
