// What a state of saving is called, for people: beside the question and in the banner of other pages.
import { REASON_MISSING } from "./answer.js";

const KEPT = "Your text is kept in this browser and will be sent.";
const NOT_KEPT = "This browser can't keep your text, so leave this page open until it is saved.";
const STAYS = "Your text is kept in this browser.";

const moment = new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeStyle: "short" });

/** { look, text } for a delivery that isn't saved; `look` is the status line's data-state. */
export function inWords({ state, outcome, keptSince, isKept }) {
  const [look, sentence, after] = words(state, outcome, keptSince);
  const promise = isKept ? after : after && NOT_KEPT;
  const warning = !after && !isKept ? NOT_KEPT : "";
  return { look, text: [sentence, promise, warning].filter(Boolean).join(" ") };
}

function words(state, outcome, keptSince) {
  switch (state) {
    case "saving":
      return ["saving", "Saving…", ""];
    case "kept":
      return ["waiting", `Kept from ${moment.format(keptSince)}, not saved yet`, ""];
    case "unfinished":
      return ["waiting", "Not saved yet: finish the web address first", ""];
    case "incomplete":
      return ["failed", `Not saved: ${REASON_MISSING[0].toLowerCase()}${REASON_MISSING.slice(1)}`, ""];
    case "conflict":
      return ["conflict", `Not saved yet: ${outcome.sentence || "somebody changed this answer, too."}`, ""];
    case "invalid":
      if (outcome.restIsSaved) return ["failed", `All but the links is saved: ${outcome.sentence}`, ""];
      return ["failed", `Not saved: ${outcome.sentence || "this answer can't be saved as it is."}`, ""];
    case "offline":
      return ["waiting", "Not saved yet: no connection.", KEPT];
    case "signed-out":
      return ["failed", "You are signed out. Sign in again to save.", STAYS];
    case "other":
      return ["failed", "Not saved yet: somebody else is signed in in this browser now. Sign in as yourself to save.", STAYS];
    case "locked":
      return ["failed", `Not saved: ${outcome.sentence || "the answers can't change now."}`, STAYS];
    case "forbidden":
      return ["failed", "Not saved: the server doesn't let you change this answer now.", STAYS];
    case "missing":
      return ["failed", "Not saved: the server doesn't find this question for you any more.", STAYS];
    default:
      return ["waiting", "Not saved yet: the server has a problem.", KEPT];
  }
}
