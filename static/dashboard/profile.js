/** A profile's dot follows presence, as on the list. */

import { uncoverInitials } from "./avatars.js";
import { keepDotsAlive } from "./live.js";

const profile = document.querySelector("#profile");
if (profile instanceof HTMLElement) {
  uncoverInitials(profile);
  keepDotsAlive(profile).watchPage();
}
