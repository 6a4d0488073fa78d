// Turns the drawing of the radar into the interactive chart, and back. The chart's own file comes on the first click.
//
//   <figure data-explore data-explore-script="explore.js">
//     <div data-explore-drawing>…svg…</div>
//     <button data-explore-button hidden>Explore the radar</button>
//   </figure>
//   <script type="application/json" id="radar-figure">{"data": […], "layout": {…}}</script>

export function offerExploring() {
  document.querySelectorAll("[data-explore]").forEach(offer);
}

function offer(place) {
  const button = place.querySelector("[data-explore-button]");
  const drawing = place.querySelector("[data-explore-drawing]");
  const figure = document.getElementById(place.dataset.exploreFigure ?? "radar-figure");
  if (!button || !drawing || !figure) return;

  const words = button.textContent;
  let chart = null;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (chart) {
      showChart(drawing.hidden === false);
      return;
    }
    button.disabled = true;
    button.textContent = "Loading the chart";
    try {
      chart = await drawn(place, drawing, figure);
      showChart(true);
    } catch {
      button.textContent = "The chart could not be loaded. Try again";
    } finally {
      button.disabled = false;
    }
  });

  function showChart(visible) {
    drawing.hidden = visible;
    chart.hidden = !visible;
    button.textContent = visible ? "Back to the drawing" : words;
  }
}

async function drawn(place, drawing, figure) {
  await import(place.dataset.exploreScript);
  const chart = document.createElement("div");
  chart.className = "radar-plot";
  chart.setAttribute("role", "group");
  chart.setAttribute("aria-label", "Interactive radar. The table of figures says the same.");
  drawing.after(chart);
  try {
    const { data, layout } = JSON.parse(figure.textContent);
    await window.Plotly.newPlot(chart, data, layout, { displayModeBar: false, responsive: true });
  } catch (error) {
    chart.remove();
    throw error;
  }
  return chart;
}
