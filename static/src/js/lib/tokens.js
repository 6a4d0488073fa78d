// Django's CSRF token of now. Signing in changes it, also in another tab.
export function cookieToken() {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/** What was handed back to be sent after signing in in another tab goes with the token of that moment. */
export function takeNewTokens() {
  for (const form of document.querySelectorAll("form[data-handed-back]")) {
    form.addEventListener("submit", () => {
      const token = cookieToken();
      if (token) form.elements.csrfmiddlewaretoken.value = token;
    });
  }
}
