// Which page an entry of the queue belongs to. A page holds a lock of its own for as long as it lives; another page that
// gets this lock knows that the first is gone, also after a crash, and takes its entries over. So only one page sends.
//
// Where the browser has no locks (a page without https), entries are taken over when a page is opened: then two pages may
// send the same text, which the server recognizes.
export const canTell = Boolean(navigator.locks);

const held = (writer) => `aicmm:writer:${writer}`;

/** Resolves when this page holds its lock. */
export function claim(writer) {
  return new Promise((resolve) => {
    const forever = new Promise(() => {});
    request(held(writer), () => {
      resolve();
      return forever;
    });
  });
}

/** Calls `then` as soon as the page that was this writer is gone. */
export function whenGone(writer, then) {
  request(held(writer), then);
}

function request(name, callback) {
  if (!canTell) return void callback();
  navigator.locks.request(name, () => callback()).catch(() => callback());
}
