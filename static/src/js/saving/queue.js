// What is typed and not confirmed as saved, kept in the browser's storage until it is.
//
// One entry per person, assessment, question and writer, the writer being one loaded page: two tabs never overwrite
// each other's text. See docs/saving.md.
import { isAnswer } from "./answer.js";

const PREFIX = "aicmm:kept";

/** The browser's storage, or null where it is forbidden. */
export function browserStorage() {
  try {
    const storage = window.localStorage;
    storage.getItem(PREFIX);
    return storage;
  } catch {
    return null;
  }
}

export class Queue {
  #storage;
  #prefix;
  #count = 0;

  constructor(storage, user, writer) {
    this.#storage = storage;
    this.#prefix = `${PREFIX}:${user}:`;
    this.writer = writer;
  }

  /** A key of this writer that nothing else uses. */
  keyFor({ assessment, code }) {
    this.#count += 1;
    return `${this.#prefix}${assessment}:${code}:${this.writer}:${this.#count}`;
  }

  /** Whether the entry is in the storage now. */
  put(key, entry) {
    try {
      this.#storage.setItem(key, JSON.stringify(entry));
      return true;
    } catch {
      return false;
    }
  }

  /** Put an entry of a page that is gone under this writer's name, so that no other page takes it. Returns its key. */
  rename(key, entry) {
    const mine = this.keyFor(entry.about);
    if (!this.put(mine, entry)) return key;
    this.remove(key);
    return mine;
  }

  remove(key) {
    try {
      this.#storage.removeItem(key);
    } catch {
      // Where nothing can be stored there is nothing to remove.
    }
  }

  /** This person's entries, of all writers, the newest first. */
  entries() {
    return this.#keys()
      .map((key) => ({ key, writer: key.split(":").at(-2), entry: this.#read(key) }))
      .filter(({ entry }) => entry)
      .sort((one, other) => other.entry.at - one.entry.at);
  }

  /** Whether a change of the storage under this key is about this person's entries. */
  concerns(key) {
    return key === null || key.startsWith(this.#prefix);
  }

  #keys() {
    try {
      return Object.keys(this.#storage).filter((key) => key.startsWith(this.#prefix));
    } catch {
      return [];
    }
  }

  #read(key) {
    try {
      const entry = JSON.parse(this.#storage.getItem(key));
      return isEntry(entry) ? entry : null;
    } catch {
      return null;
    }
  }
}

function isEntry(entry) {
  const { about, typed, version, sent, at } = entry;
  return (
    isAnswer(typed) &&
    Number.isInteger(version) &&
    Number.isFinite(at) &&
    [about.assessment, about.code, about.name, about.page, about.save].every((text) => typeof text === "string") &&
    (sent === null || (isAnswer(sent.answer) && Number.isInteger(sent.version) && typeof sent.id === "string"))
  );
}
