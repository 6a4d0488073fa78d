// The interactive charts of the portfolio, loaded only when somebody asks for them: plotly.js with bars and heat maps.
// The figures come from the server, made from the same values as the drawings and tables beside them.
import Plotly from "plotly.js/lib/core";
import bar from "plotly.js/lib/bar";
import heatmap from "plotly.js/lib/heatmap";

Plotly.register([bar, heatmap]);
window.Plotly = Plotly;
