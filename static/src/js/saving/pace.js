// Every waiting time goes through here, so that a test can shorten them all: <html data-save-pace="0.1"> is ten times
// as fast.
export function paced(milliseconds) {
  return milliseconds * (Number(document.documentElement.dataset.savePace) || 1);
}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, paced(milliseconds)));
}
