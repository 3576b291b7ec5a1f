/** The end of the bridge inside the extension host: runs the functions that ../bridge.ts sends, one JSON object a line. */
"use strict";
const net = require("node:net");
const vscode = require("vscode");

let socket;

exports.activate = function activate() {
  const [port, secret] = (process.env.PTUNE_TEST_BRIDGE ?? "").split(":");
  if (!port) return;
  socket = net.connect(Number(port), "127.0.0.1");
  socket.on("error", () => {});
  socket.setEncoding("utf8");
  const send = (message) => socket.write(`${JSON.stringify(message)}\n`);
  send({ secret, pid: process.pid });
  let rest = "";
  socket.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) void answer(JSON.parse(line), send);
  });
};

exports.deactivate = function deactivate() {
  socket?.end();
};

async function answer({ id, source, argument }, send) {
  try {
    const call = new Function("require", `return (${source});`)(require);
    const value = await call(vscode, argument);
    send({ id, value });
  } catch (error) {
    send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
