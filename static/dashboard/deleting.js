/** Before somebody is deleted it is asked once more, in a dialog; without scripts the server asks on a page. */

const matches = document.querySelector("form#matches");
const dialog = document.querySelector("dialog#asking");
if (dialog instanceof HTMLDialogElement) {
  if (matches instanceof HTMLFormElement) askFirst(matches, dialog);
  // The server asks already: so that Escape and the keyboard work as they do in a dialog.
  if (dialog.open) {
    dialog.close();
    dialog.showModal();
  }
  dialog.querySelector("[data-cancel]")?.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
}

/**
 * @param {HTMLFormElement} form  with the people to choose from
 * @param {HTMLDialogElement} dialog
 */
function askFirst(form, dialog) {
  form.addEventListener("submit", (event) => {
    const chosen = form.querySelector("input[name=id]:checked");
    const id = dialog.querySelector("input[name=id]");
    const who = dialog.querySelector("[data-asked-who]");
    if (!(chosen instanceof HTMLInputElement) || !(id instanceof HTMLInputElement) || !who) return;
    event.preventDefault();
    id.value = chosen.value;
    const named = chosen.closest("label")?.querySelector("[data-who]");
    who.replaceChildren(...(named ? named.cloneNode(true).childNodes : []));
    dialog.showModal();
  });
}
