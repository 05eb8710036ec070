// The screen of a server: noVNC over the cloud's own WebSocket.
import RFB from "./vendor/novnc/core/rfb.js";

const status = document.getElementById("status");
const path = new URLSearchParams(location.search).get("path") ?? "";
const address = new URL("/" + path, location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";

const screen = new RFB(document.getElementById("screen"), address.href, { wsProtocols: ["binary"] });
screen.scaleViewport = true;
screen.addEventListener("connect", () => { status.textContent = "Connected"; screen.focus(); });
screen.addEventListener("disconnect", () => {
  status.textContent = "The console has ended. Ask for a new one: each address is good once.";
});
screen.addEventListener("desktopname", (event) => { document.title = event.detail.name; });
document.getElementById("keys").addEventListener("click", () => screen.sendCtrlAltDel());
