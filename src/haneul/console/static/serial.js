// The serial line of a server: xterm.js over the cloud's own WebSocket.
import { FitAddon } from "./vendor/xterm/addon-fit.mjs";
import { Terminal } from "./vendor/xterm/xterm.mjs";

const status = document.getElementById("status");
const address = new URL(location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";

const terminal = new Terminal({ cursorBlink: true, scrollback: 5000 });
const fit = new FitAddon();
terminal.loadAddon(fit);
terminal.open(document.getElementById("screen"));
fit.fit();
addEventListener("resize", () => fit.fit());

const socket = new WebSocket(address, ["binary"]);
socket.binaryType = "arraybuffer";
socket.addEventListener("open", () => { status.textContent = "Connected: press Enter for a prompt"; terminal.focus(); });
socket.addEventListener("message", (event) => terminal.write(new Uint8Array(event.data)));
socket.addEventListener("close", () => {
  status.textContent = "The console has ended. Ask for a new one: each address is good once.";
});
const encoder = new TextEncoder();
terminal.onData((text) => { if (socket.readyState === WebSocket.OPEN) socket.send(encoder.encode(text)); });
terminal.onBinary((text) => socket.send(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
