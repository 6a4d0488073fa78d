// The interactive radar, loaded only when somebody asks for it: plotly.js with the one kind of chart that it needs.
// The figure comes from the server, made from the same geometry as the drawing it replaces.
import Plotly from "plotly.js/lib/core";
import scatterpolar from "plotly.js/lib/scatterpolar";

Plotly.register([scatterpolar]);
window.Plotly = Plotly;
