// Adds a "Copy" button to each command. Without a secure context there is no clipboard, and no button.
"use strict";

for (const block of navigator.clipboard ? document.querySelectorAll("pre[data-copy]") : []) {
  const command = block.querySelector("code");
  const button = document.createElement("button");
  const label = (text) => { button.textContent = text; };
  button.type = "button";
  button.className = "copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command.textContent);
      label("Copied");
    } catch {
      getSelection().selectAllChildren(command);
      label("Press Ctrl+C");
    }
    setTimeout(label, 2000, "Copy");
  });
  label("Copy");
  block.before(button);
}
