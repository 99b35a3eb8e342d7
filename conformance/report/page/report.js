// The page is whole without this. It adds a filter, copy buttons, laid out JSON, and evidence that prints.
"use strict";

(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", () => act(made));
    return made;
  };

  // Copy
  const copy = async (block, made) => {
    try {
      await navigator.clipboard.writeText(block.textContent);
      made.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(block);
      made.textContent = "Selected";
    }
    setTimeout(() => { made.textContent = "Copy"; }, 2000);
  };
  for (const block of all("pre[data-copy]")) {
    const made = button("Copy", (self) => copy(block.firstElementChild, self));
    made.className = "small-button";
    const label = block.parentElement.querySelector(".label").textContent;
    made.setAttribute("aria-label", `Copy: ${label}`);
    made.setAttribute("aria-live", "polite");
    block.before(made);
  }

  // JSON as sent is what the page holds. Its tokens are kept; only white space is laid out.
  const layOut = (text) => {
    let depth = 0;
    const line = () => "\n" + "  ".repeat(depth);
    return text.trim().replace(/"(?:[^"\\]|\\.)*"|[[{]\s*[\]}]|[[\]{},:]|\s+|[^\s"[\]{},:]+/g, (token) => {
      if (/^\s+$/.test(token)) return "";
      if (/^[[{]\s*[\]}]$/.test(token)) return token[0] + token.at(-1);
      if (token === "{" || token === "[") { depth += 1; return token + line(); }
      if (token === "}" || token === "]") { depth = Math.max(0, depth - 1); return line() + token; }
      if (token === ",") return token + line();
      return token === ":" ? ": " : token;
    });
  };
  for (const block of all("pre[data-json]")) {
    const code = block.firstElementChild;
    const sent = code.textContent;
    if (!/^\s*[[{]/.test(sent)) continue;
    const made = button("Lay out", () => {
      const plain = made.textContent === "As sent";
      code.textContent = plain ? sent : layOut(sent);
      made.textContent = plain ? "Lay out" : "As sent";
      made.setAttribute("aria-pressed", String(!plain));
    });
    made.className = "small-button";
    made.setAttribute("aria-label", "Lay out the JSON");
    made.setAttribute("aria-pressed", "false");
    block.before(made);
  }

  // Filter
  const form = document.querySelector(".filter");
  if (form) {
    const found = form.querySelector("output");
    const checks = all(".check").map((row) => {
      const group = row.closest(".operation");
      const heading = group.querySelector("h3").textContent;
      const operation = group.querySelector(":scope > .tallies > .quiet")?.textContent ?? "";
      return { row, text: `${row.textContent} ${heading} ${operation}`.toLowerCase() };
    });
    const groups = all(".operation");
    const lists = all("details.derived");
    const apply = () => {
      const words = form.querySelector("#q").value.toLowerCase().split(/\s+/).filter(Boolean);
      const profile = form.querySelector("#profile").value;
      const statuses = new Set(all("input:checked", form).map((box) => box.value));
      const active = words.length > 0 || profile !== "" || statuses.size > 0;
      let count = 0;
      for (const { row, text } of checks) {
        const fits = (!statuses.size || statuses.has(row.dataset.status))
          && (!profile || row.dataset.profile === profile)
          && words.every((word) => text.includes(word));
        row.hidden = !fits;
        count += fits;
      }
      for (const list of lists) {
        const fits = list.querySelector(".check:not([hidden])") !== null;
        list.hidden = !fits;
        list.open = active && fits;
      }
      for (const group of groups) group.hidden = group.querySelector(".check:not([hidden])") === null;
      found.textContent = `${count.toLocaleString("en")} of ${checks.length.toLocaleString("en")} checks`;
      form.classList.toggle("active", active);
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    form.hidden = false;
    apply();
  }

  // A link into something that is closed opens it.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
      node.hidden = false;
    }
    target?.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  // Evidence prints, whatever is open on the screen.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all(".case details:not([open])");
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of opened) each.open = false;
  });
})();
