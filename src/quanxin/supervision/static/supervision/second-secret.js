// Makes the secret of a second party where it is kept: in the browser of who commits to it.
// Invariant: the secret is sent nowhere; the form gets its SHA-256 alone.

const hex = (data) => Array.from(new Uint8Array(data), (byte) => byte.toString(16).padStart(2, "0")).join("");

for (const box of document.querySelectorAll(".second-secret")) {
  if (!globalThis.crypto?.subtle) continue;
  box.hidden = false;
  box.querySelector("button").addEventListener("click", async () => {
    const secret = crypto.getRandomValues(new Uint8Array(32)), link = box.querySelector("a");
    const digest = hex(await crypto.subtle.digest("SHA-256", secret));
    box.closest("form").querySelector("[name=digest]").value = digest;
    box.querySelector("[role=status]").textContent = `SHA-256 ${digest}`;
    link.href = `data:text/plain,${hex(secret)}`;
    link.parentElement.hidden = false;
    link.focus();
  });
}
