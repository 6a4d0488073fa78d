// Draws the interactive radar: the figure comes from the server, made from the same geometry as the drawing it replaces.
import Plotly from "plotly.js/lib/core";
import scatterpolar from "plotly.js/lib/scatterpolar";

Plotly.register([scatterpolar]);
window.Plotly = Plotly;
