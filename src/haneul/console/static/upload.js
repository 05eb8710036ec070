// A form with a file tells how far it has got, and can be broken off; without this it is sent all the same.

const SIZES = ["B", "KiB", "MiB", "GiB", "TiB"];

/** 1.5 GiB */
function sizeOf(bytes) {
  const step = bytes ? Math.min(Math.floor(Math.log2(bytes) / 10), SIZES.length - 1) : 0;
  return `${(bytes / 1024 ** step).toFixed(step ? 1 : 0)} ${SIZES[step]}`;
}

/** A name and a format as the file suggests, where none is written yet. */
function suggest(form) {
  const name = form.elements.file.files[0]?.name ?? "";
  const [, stem, suffix] = /^(.*?)(?:\.([^.]*))?$/.exec(name);
  if (!form.elements.name.value) form.elements.name.value = stem;
  const format = {img: "raw"}[suffix] ?? suffix;
  if ([...form.elements.format.options].some((each) => each.value === format)) form.elements.format.value = format;
}

function follow(form) {
  const shown = form.querySelector("[data-progress]");
  const [bar, words, stop] = shown.children;
  const send = form.querySelector("button.main");
  const stay = (event) => event.preventDefault();
  let asked = null;

  function tell(percent, text) {
    bar.value = percent;
    if (words.textContent !== text) words.textContent = text;
  }

  function end(text) {
    removeEventListener("beforeunload", stay);
    send.disabled = false;
    bar.hidden = stop.hidden = true;
    tell(0, text);
    words.className = "bad";
  }

  form.elements.file.addEventListener("change", () => suggest(form));
  stop.addEventListener("click", () => asked.abort());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    asked = new XMLHttpRequest();
    asked.upload.addEventListener("progress", ({loaded, total}) => {
      const percent = Math.floor(100 * loaded / total);
      const text = words.dataset.sent.replace("{percent}", percent).replace("{total}", sizeOf(total));
      tell(percent, percent < 100 ? text : words.dataset.checked);
    });
    asked.addEventListener("load", () => {
      const page = new DOMParser().parseFromString(asked.responseText, "text/html");
      const told = page.querySelector("[role=alert]") ?? page.querySelector("main");
      end(asked.status < 400 ? "" : told?.textContent ?? words.dataset.cut);
      if (asked.status < 400) location.assign(asked.responseURL);
    });
    asked.addEventListener("error", () => end(words.dataset.cut));
    asked.addEventListener("abort", () => { end(""); shown.hidden = true; });
    asked.open("POST", form.action);
    asked.send(new FormData(form));
    addEventListener("beforeunload", stay);
    send.disabled = true;
    shown.hidden = bar.hidden = stop.hidden = false;
    words.className = "";
    tell(0, "");
  });
}

document.querySelectorAll("form[data-upload]").forEach(follow);
