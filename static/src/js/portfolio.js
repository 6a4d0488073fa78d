// The charts of the portfolio, a page of the admin.
import { offerExploring } from "./lib/explore.js";

offerExploring();
