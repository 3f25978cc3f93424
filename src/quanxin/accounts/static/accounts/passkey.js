// Joins the forms about passkeys to the sign-in library's script. Where a browser knows no passkeys, the forms stay hidden.

const steps = { login: "loginForm", add: "addForm", authenticate: "authenticateForm" };

function join(form) {
  const step = form.dataset.passkey;
  const ids = { credential: "passkey-credential", data: "js_data", passwordless: "passkey-passwordless" };
  window.allauth.webauthn.forms[steps[step]]({ ids: { ...ids, [step]: "passkey-button" } });
  for (const hint of form.querySelectorAll("[data-passkey-missing]")) hint.hidden = true;
  form.querySelector("#passkey-button").hidden = false;
  form.hidden = false;
}

if (window.PublicKeyCredential && window.allauth?.webauthn) {
  for (const form of document.querySelectorAll("form[data-passkey]")) join(form);
  for (const section of document.querySelectorAll("[data-passkey-only]")) section.hidden = false;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const wrong of document.querySelectorAll("[data-passkey-wrong]")) wrong.hidden = false;
});
