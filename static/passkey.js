/* Countersign: passkeys (Web Authentication). A button with data-passkey asks the device; its answer goes with the form
   that the button is in, to be judged by the server. */
(function () {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  /* What a browser wants as bytes comes as base64url, and goes back so (Web Authentication Level 3, 5.1.8 to 5.1.10). */
  function asked(options) {
    const wants = { ...options, challenge: bytes(options.challenge) };
    if (options.user) wants.user = { ...options.user, id: bytes(options.user.id) };
    if (options.allowCredentials) wants.allowCredentials = named(options.allowCredentials);
    if (options.excludeCredentials) wants.excludeCredentials = named(options.excludeCredentials);
    return wants;
  }
  function answered(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return {
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
      clientExtensionResults: credential.getClientExtensionResults(),
      authenticatorAttachment: credential.authenticatorAttachment,
    };
  }
  async function use(button) {
    const form = button.form;
    const error = form.querySelector("[data-passkey-error]");
    error.hidden = true;
    button.disabled = true;
    try {
      const options = asked(JSON.parse(button.dataset.passkey).publicKey);
      const make = "attestation" in options || "pubKeyCredParams" in options;
      const credential = await (make ? navigator.credentials.create({ publicKey: options }) : navigator.credentials.get({ publicKey: options }));
      form.elements[button.dataset.into || "passkey"].value = JSON.stringify(answered(credential));
      form.submit();
    } catch (problem) {
      error.hidden = false;
      button.disabled = false;
      button.focus();
    }
  }
  for (const said of document.querySelectorAll("[data-no-passkey]")) said.hidden = true;
  for (const button of document.querySelectorAll("[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", () => use(button));
  }
})();
