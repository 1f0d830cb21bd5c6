/**
 * Fields that open in place: `data-opens` on a button names the form. Escape, or `data-closes` in the form, closes
 * it again, and what was typed is forgotten. Without this script the button leads to a page with the form open.
 */

for (const button of document.querySelectorAll("button[data-opens]")) {
  const editor = document.getElementById(button.getAttribute("data-opens") ?? "");
  if (button instanceof HTMLButtonElement && editor instanceof HTMLFormElement) attach(button, editor);
}

/**
 * @param {HTMLButtonElement} button
 * @param {HTMLFormElement} editor
 */
function attach(button, editor) {
  // What gives way to the editor, where anything does.
  const known = editor.parentElement?.querySelector("[data-known]");
  button.setAttribute("aria-expanded", String(!editor.hidden));

  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (editor.hidden) show(true);
    else close();
  });
  editor.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) close();
  });
  editor.querySelector("[data-closes]")?.addEventListener("click", (event) => {
    event.preventDefault();
    close();
  });

  function close() {
    // A field that the server opened may hold what it refused: only the page knows what was there before.
    const way = editor.querySelector("a[data-closes]");
    if (editor.hasAttribute("data-opened") && way instanceof HTMLAnchorElement) return location.replace(way.href.split("#")[0] ?? "");
    editor.reset();
    show(false);
    button.focus();
  }

  /** @param {boolean} isOpen */
  function show(isOpen) {
    editor.hidden = !isOpen;
    if (known instanceof HTMLElement) known.hidden = isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    const field = editor.querySelector("input:not([type=hidden]), select");
    if (field instanceof HTMLElement) field.focus();
    if (field instanceof HTMLInputElement) field.select();
  }
}
