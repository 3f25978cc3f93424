// The file stays with whoever holds it: its digest alone is sent. Without this script a small file is sent itself.
const form = document.getElementById("verify-file");
const file = form.elements.file;
form.addEventListener("submit", async (event) => {
  const chosen = file.files[0];
  if (!chosen || form.elements.sha256.value || !globalThis.crypto?.subtle) return;
  event.preventDefault();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await chosen.arrayBuffer()));
  form.elements.sha256.value = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  file.disabled = true;
  form.submit();
});
file.addEventListener("change", () => { form.elements.sha256.value = ""; });
globalThis.addEventListener("pageshow", () => { form.elements.sha256.value = ""; file.disabled = false; });
