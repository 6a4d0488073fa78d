import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: [".venv/", "node_modules/", "static/dist/", "staticfiles/", "var/", "docs/", "tests/"] },
  js.configs.recommended,
  {
    files: ["static/src/js/**/*.js"],
    languageOptions: { sourceType: "module", globals: globals.browser },
    rules: { eqeqeq: "error", "no-var": "error", "prefer-const": "error" },
  },
  { files: ["scripts/**/*.mjs", "eslint.config.js"], languageOptions: { globals: globals.node } },
];
