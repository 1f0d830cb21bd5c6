/**
 * Avatars lie over the initials of whoever they show. One that can't be loaded is taken away, and
 * the initials are seen.
 *
 * @param {ParentNode} root
 */
export function uncoverInitials(root) {
  for (const image of root.querySelectorAll("img[data-avatar]")) {
    const avatar = /** @type {HTMLImageElement} */ (image);
    // It may have failed before this script ran.
    if (avatar.complete && avatar.naturalWidth === 0) avatar.remove();
    else avatar.addEventListener("error", () => avatar.remove());
  }
}
