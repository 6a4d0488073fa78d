// What every page needs. Pages work without it; each part below only makes one thing quicker.
import characterCount from "@uswds/uswds/js/usa-character-count";

import { focusErrorSummary } from "./lib/errors.js";
import { offerExploring } from "./lib/explore.js";
import { openNotesOnChoice } from "./lib/notes.js";

characterCount.on(document.body);
focusErrorSummary();
offerExploring();
openNotesOnChoice();
