// Puts saving together on every page of a signed-in person: the area page's own answers, and what earlier pages left.
import { newId } from "./answer.js";
import { AreaPage } from "./area-page.js";
import { OtherAnswers } from "./others.js";
import { browserStorage, Queue } from "./queue.js";
import { Sender } from "./sender.js";
import { remember, Session } from "./session.js";
import { askBeforeSubmitting } from "./submitting.js";
import { canTell, claim, whenGone } from "./writers.js";

export async function startSaving() {
  const storage = browserStorage();
  const { user } = document.body.dataset;
  if (!user) return remember("", storage);

  const queue = new Queue(storage, user, newId());
  const session = new Session(user, storage);
  const sender = new Sender(session);
  const form = document.querySelector("form[data-answers]");
  const page = form && new AreaPage(form, { queue, sender });
  const others = new OtherAnswers({ queue, sender, progressed });
  const deliveries = () => [...(page?.deliveries ?? []), ...others.deliveries];
  const known = new Set([queue.writer]);
  askBeforeSubmitting(queue);

  // Counts belong to the assessment on the page only.
  function progressed(about, reply) {
    if (page && about.assessment === page.assessment) page.progressed(reply);
  }

  function takeOver(writer) {
    for (const { key, entry } of queue.entries().filter((found) => found.writer === writer)) {
      const mine = queue.rename(key, entry);
      (page?.takes(entry) ? page : others).adopt(entry, (delivery) => moved(delivery, mine));
    }
  }

  // The delivery keeps the entry under a key of its own; where the storage is too full for that, it goes on with this one.
  function moved(delivery, key) {
    if (delivery.isKept) queue.remove(key);
    else delivery.key = key;
  }

  function look() {
    for (const { writer } of queue.entries()) {
      if (known.has(writer)) continue;
      known.add(writer);
      whenGone(writer, () => takeOver(writer));
    }
  }

  function lookAgain() {
    if (canTell) look();
    others.show();
  }

  function comeBack() {
    lookAgain();
    for (const delivery of deliveries()) delivery.wake();
  }

  function leave() {
    for (const delivery of deliveries()) delivery.leave();
  }

  window.addEventListener("online", comeBack);
  window.addEventListener("focus", comeBack);
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : comeBack()));
  window.addEventListener("pagehide", leave);
  window.addEventListener("storage", ({ key }) => queue.concerns(key) && lookAgain());
  // A page out of the browser's memory may be old: it is fetched anew, and finds its unsent text in the queue.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted && deliveries().every((delivery) => delivery.isKept)) location.reload();
  });
  await claim(queue.writer);
  look();
  others.show();
}
