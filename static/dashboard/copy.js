/** Buttons that copy a text of the page: `data-copies` names the element that holds it. */

const SAID_MS = 2_000;

for (const element of document.querySelectorAll("button[data-copies]")) {
  const button = /** @type {HTMLButtonElement} */ (element);
  const source = document.getElementById(button.dataset.copies ?? "");
  // Browsers offer the clipboard to pages on https and on this machine only.
  if (!source || !navigator.clipboard) continue;
  const name = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent ?? "");
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select the text and copy it by hand";
    }
    setTimeout(() => (button.textContent = name), SAID_MS);
  });
}
