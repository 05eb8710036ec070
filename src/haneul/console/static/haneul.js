// What pages do beyond their forms and links: every one of them works without this.

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, {style: "short"});

/** Times in words, as of now. */
function tellTimes() {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const seconds = Math.max(0, (Date.now() - Date.parse(element.dateTime)) / 1000);
    const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? UNITS.at(-1);
    element.textContent = words.format(-Math.floor(seconds / size), unit);
  }
}

/** A box in the head of a table that ticks all boxes of its form by the name that it says. */
function tickAll(box) {
  const boxes = () => [...box.form.querySelectorAll(`input[name="${box.dataset.all}"]`)];
  box.hidden = false;
  box.addEventListener("change", () => boxes().forEach((each) => { each.checked = box.checked; }));
}

tellTimes();
setInterval(tellTimes, 30_000);
document.querySelectorAll("input[data-all]").forEach(tickAll);

const live = document.getElementById("live");
const cut = document.getElementById("cut");
if (live) {
  // The session has ended: the page itself leads to signing in again.
  live.addEventListener("ended", () => location.reload());
  live.addEventListener("htmx:sse:error", () => { cut.hidden = false; });
  live.addEventListener("htmx:sse:after:connection", () => {
    cut.hidden = true;
    document.documentElement.dataset.live = "yes";
  });
  live.addEventListener("htmx:sse:after:message", tellTimes);
}
