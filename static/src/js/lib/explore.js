// A chart can be explored: only then is the large script loaded, and the drawing stays if that fails.
// A figure says what it is called, where its data are, and which script draws them; without, it is the radar of a result.
import { element } from "./elements.js";
import { say } from "./notices.js";

const wordsOf = (name) => ({ explore: `Explore the ${name}`, draw: "Show the drawing", loading: `Loading the ${name}…` });
const LEAST_HEIGHT = 420;

export function offerExploring() {
  for (const figure of document.querySelectorAll("figure[data-explore]")) offer(figure);
}

function offer(figure) {
  const button = figure.querySelector("[data-explore-button]");
  const drawing = figure.querySelector("[data-explore-drawing]");
  const name = figure.dataset.exploreName || "radar";
  const words = wordsOf(name);
  const source = document.getElementById(figure.dataset.exploreSource || "radar-figure");
  if (!button || !drawing || !source) return;
  const failure = element("p", { class: "usa-hint", hidden: true });
  button.after(failure);
  let plot = null;
  let loading = false;

  // Hiding the button while it loads would lose the focus that is on it.
  button.addEventListener("click", async () => {
    if (loading) return;
    if (plot && !plot.hidden) return showDrawing();
    loading = true;
    button.textContent = words.loading;
    try {
      plot ??= await makePlot();
      showPlot();
    } catch {
      button.textContent = words.explore;
      failure.textContent = `The interactive ${name} could not be loaded. The drawing shows the same figures. Try again in a moment.`;
      failure.hidden = false;
      say(failure.textContent);
    }
    loading = false;
  });
  button.parentElement.hidden = false;

  async function makePlot() {
    await loadPlotly(figure.dataset.exploreScript);
    const { data, layout } = JSON.parse(source.textContent);
    const made = element("div", { class: "radar-plot", role: "group", "aria-label": `Interactive ${name}`, hidden: true });
    made.style.minHeight = `${LEAST_HEIGHT}px`;
    drawing.after(made);
    // It measures the room it has, so it has to be shown while it draws.
    drawing.hidden = true;
    made.hidden = false;
    try {
      await window.Plotly.newPlot(made, data, layout, { displayModeBar: false, responsive: true });
    } catch (error) {
      made.remove();
      drawing.hidden = false;
      throw error;
    }
    return made;
  }

  function showPlot() {
    drawing.hidden = true;
    plot.hidden = false;
    failure.hidden = true;
    button.textContent = words.draw;
    window.Plotly.Plots.resize(plot);
    say(`The interactive ${name} is shown. The table below has the same figures.`);
  }

  function showDrawing() {
    plot.hidden = true;
    drawing.hidden = false;
    button.textContent = words.explore;
    say("The drawing is shown.");
  }
}

let tries = 0;

function loadPlotly(address) {
  if (window.Plotly) return Promise.resolve();
  tries += 1;
  return new Promise((resolve, reject) => {
    // A browser may remember that a module failed to load; another address makes it ask again.
    const source = tries === 1 ? address : `${address}?try=${tries}`;
    const script = element("script", { type: "module", src: source });
    script.addEventListener("load", () => (window.Plotly ? resolve() : reject(new Error("no Plotly"))));
    script.addEventListener("error", () => reject(new Error("not loaded")));
    document.head.append(script);
  });
}
