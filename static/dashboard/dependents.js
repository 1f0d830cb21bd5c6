/**
 * Parts of a form that a choice brings: `data-follows` names the select, `data-when` the choice. Without this script
 * they are all there, and the server reads those that matter.
 */

for (const part of document.querySelectorAll("[data-follows]")) {
  const select = document.getElementById(part.getAttribute("data-follows") ?? "");
  if (!(part instanceof HTMLElement) || !(select instanceof HTMLSelectElement)) continue;
  const follow = () => {
    part.hidden = select.value !== part.dataset.when;
  };
  select.addEventListener("change", follow);
  // After a reset the choice is another one, and no change is told.
  select.form?.addEventListener("reset", () => setTimeout(follow));
  follow();
}
