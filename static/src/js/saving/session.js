// Who is signed in. A page is one person's for as long as it stands open, but another tab can sign out, sign in again,
// or sign in as somebody else. What one person typed is never sent as another's.
//
// Signing in always changes Django's CSRF cookie. While the cookie is the one that came with this page, nothing has
// changed; when it is another, or a reply looked like a sign-in page, the home page is asked who is signed in.
import { cookieToken } from "../lib/tokens.js";
import { paced } from "./pace.js";

const LAST_USER = "aicmm:user";
const TIMEOUT = 20_000;

export class Session {
  #known = cookieToken();
  #doubtful = false;
  #asking = null;

  constructor(user, storage) {
    this.user = user;
    this.storage = storage;
    remember(user, storage);
  }

  /** Something came back that this person's session would not have got. */
  doubt() {
    this.#doubtful = true;
  }

  get isCertain() {
    return !this.#doubtful && cookieToken() === this.#known && this.#lastUser() === this.user;
  }

  /** null if this page's person is the one signed in; otherwise what is the matter: "signed-out", "other", "offline", "failed". */
  async problem() {
    if (this.isCertain) return null;
    // Several answers that wait ask once.
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask() {
    const home = document.querySelector(".site-header__name")?.href ?? "/";
    let found;
    try {
      const response = await fetch(home, {
        headers: { Accept: "text/html" },
        cache: "no-store",
        signal: AbortSignal.timeout(paced(TIMEOUT)),
      });
      if (!response.ok) return "failed";
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      found = page.body.dataset.user ?? "";
    } catch {
      return "offline";
    }
    if (!found) return "signed-out";
    if (found !== this.user) return "other";
    this.#doubtful = false;
    this.#known = cookieToken();
    remember(this.user, this.storage);
    return null;
  }

  /** The token of now: after signing in again in another tab the form's is old. */
  get token() {
    return cookieToken() || document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";
  }

  #lastUser() {
    try {
      return this.storage.getItem(LAST_USER) ?? this.user;
    } catch {
      return this.user;
    }
  }
}

/** Each page says whose it is, so that pages still open notice a change. */
export function remember(user, storage) {
  try {
    storage.setItem(LAST_USER, user);
  } catch {
    // Without storage the cookie alone tells.
  }
}
