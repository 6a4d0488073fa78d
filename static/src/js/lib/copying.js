// Copying for other programs: the radar as a picture, the summary as formatted text. Where a browser doesn't let us,
// the picture is downloaded, and the summary is selected. Without JavaScript there are the files.
import { element } from "./elements.js";
import { say } from "./notices.js";

const SCALE = 3;

export function offerCopying() {
  for (const place of document.querySelectorAll("[data-copy-picture]")) offer(place, () => copyPicture(place.dataset));
  for (const place of document.querySelectorAll("[data-copy-summary]")) offer(place, copySummary);
}

// `copy` gives the sentence that says what happened.
function offer(place, copy) {
  const said = document.querySelector("[data-copy-said]");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", async () => {
    const sentence = await copy();
    if (said) {
      said.textContent = sentence;
      said.hidden = false;
    }
    say(sentence);
  });
}

async function copyPicture({ copyPicture: address, copyName: name }) {
  const picture = pictureOf(address);
  try {
    // The promise goes in as it is: some browsers allow nothing once the click is over.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    return "The radar is copied as a picture. Paste it where you need it.";
  } catch {
    try {
      download(await picture, name);
      return "Your browser doesn't let us copy pictures, so the radar was downloaded as a PNG file.";
    } catch {
      return "The picture could not be made. Download the radar as SVG, or try again in a moment.";
    }
  }
}

async function pictureOf(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(`no drawing: ${answer.status}`);
  const image = new Image();
  // As data, which the content security policy allows for images.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await answer.text())}`;
  await image.decode();
  const canvas = element("canvas", { width: image.naturalWidth * SCALE, height: image.naturalHeight * SCALE });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// By the event of copying, since the clipboard's newer way cleans what it is given: it would run the mail's inline styles
// past the page's content security policy, which refuses them.
function copySummary() {
  const html = JSON.parse(document.getElementById("summary-html").textContent);
  const text = document.querySelector("[data-copy-text]").textContent;
  const preview = document.querySelector("[data-copy-preview]");
  let copied = false;
  const fill = (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/html", html);
    event.clipboardData.setData("text/plain", text);
    copied = true;
  };
  getSelection().selectAllChildren(preview);
  document.addEventListener("copy", fill);
  document.execCommand("copy");
  document.removeEventListener("copy", fill);
  if (!copied) return "Your browser doesn't let us copy. The summary is selected: copy it with your keyboard.";
  getSelection().removeAllRanges();
  return "The summary is copied. Paste it into your e-mail.";
}
