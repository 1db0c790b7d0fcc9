// Reads a JSON list of graphs in Graphviz's language from standard input, writes a JSON list of their SVGs to standard output.
"use strict";
const { instance } = require("./viz.cjs");

instance().then((viz) => {
  const graphs = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const pictures = graphs.map((graph) => viz.renderString(graph, { engine: "dot", format: "svg" }));
  process.stdout.write(JSON.stringify(pictures));
}).catch((error) => {
  process.stderr.write(String(error && error.message || error));
  process.exitCode = 1;
});
