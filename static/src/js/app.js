// What every page needs. Pages work without it; each part below only makes one thing quicker or safer.
import { offerCopying } from "./lib/copying.js";
import { offerCopyingAddresses } from "./lib/addresses.js";
import { countCharacters } from "./lib/counts.js";
import { focusErrorSummary } from "./lib/errors.js";
import { offerExploring } from "./lib/explore.js";
import { openNotesOnChoice } from "./lib/notes.js";
import { takeNewTokens } from "./lib/tokens.js";
import { startSaving } from "./saving/start.js";

countCharacters();
focusErrorSummary();
openNotesOnChoice();
offerExploring();
offerCopying();
offerCopyingAddresses();
takeNewTokens();
startSaving();
