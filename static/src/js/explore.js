// The interactive radar, loaded only when somebody asks for it: plotly.js with the one kind of chart that it needs.
import Plotly from "plotly.js/lib/core";
import scatterpolar from "plotly.js/lib/scatterpolar";

Plotly.register([scatterpolar]);

/** Draws a figure of `data` and `layout`, made by the server from the same geometry as the drawing it replaces. */
export function draw(target, figure) {
  return Plotly.newPlot(target, figure.data, figure.layout, { displayModeBar: false, responsive: true });
}
