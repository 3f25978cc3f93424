// Keyboard comfort for the search box, and the print button. Every page works without this file.

const box = (element) => element.closest(".search-box");
const links = (form) => [...form.querySelectorAll(".suggestions a")];

function close(form) {
  form.querySelector(".suggestions").replaceChildren();
}

function move(form, step) {
  const all = links(form);
  if (all.length === 0) return;
  const at = all.indexOf(document.activeElement) + step;
  if (at < 0) form.querySelector("input").focus();
  else all[Math.min(at, all.length - 1)].focus();
}

document.addEventListener("keydown", (event) => {
  const form = event.target instanceof Element ? box(event.target) : null;
  if (!form || event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(form, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape" && links(form).length > 0) {
    event.preventDefault(); // a search field would also empty itself
    form.querySelector("input").focus();
    close(form);
  }
});

for (const type of ["click", "focusin"]) {
  document.addEventListener(type, (event) => {
    const inside = event.target instanceof Element ? box(event.target) : null;
    for (const form of document.querySelectorAll(".search-box")) if (form !== inside) close(form);
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
