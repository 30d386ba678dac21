// Filters findings, follows links to them, and sets the theme. The page can be read without it.
"use strict";

const root = document.documentElement;
const THEMES = { "": "automatic", light: "light", dark: "dark" };
const FEW = 1000; // the most findings that are laid out at once, not only when they come near
const HEIGHT = 4.2; // the height of a closed finding, in rem
const SHORT = 200; // the most findings whose groups a filter unfolds

function theme(name) {
  if (name) root.dataset.theme = name;
  else delete root.dataset.theme;
}

function remembered(name) {
  // A browser may refuse to store anything for a page that was opened from a file.
  try {
    if (name === undefined) return localStorage.getItem("policy-check-theme") ?? "";
    localStorage.setItem("policy-check-theme", name);
  } catch { /* then the theme only applies to this page */ }
  return "";
}

theme(remembered()); // before anything is drawn

document.addEventListener("DOMContentLoaded", () => {
  themes(document.getElementById("theme"));
  const form = document.getElementById("filters");
  if (form) findings(form);
});

function themes(button) {
  const names = Object.keys(THEMES);
  const show = () => (button.textContent = `Theme: ${THEMES[root.dataset.theme ?? ""]}`);
  button.addEventListener("click", () => {
    const next = names[(names.indexOf(root.dataset.theme ?? "") + 1) % names.length];
    theme(next);
    remembered(next);
    show();
  });
  show();
  button.hidden = false;
}

function findings(form) {
  const shown = document.getElementById("shown");
  const results = shown.closest(".results");
  const none = document.getElementById("none");
  const unfold = document.getElementById("unfold");
  const more = form.querySelector(".more");
  const narrow = matchMedia("(max-width: 60rem)");
  const clear = form.querySelector("[type=reset]");
  const all = Number(shown.dataset.all);
  const groups = [...document.querySelectorAll(".group")].map(read);
  let wanted = wish(new URLSearchParams());
  let timer = 0;

  function apply() {
    let total = 0;
    for (const group of groups) {
      const count = suits(group, wanted) ? keep(group, wanted) : 0;
      group.element.hidden = count === 0;
      total += count;
      const of = group.size;
      group.tally.textContent = count && count < of ? `${number(count)} of ${counted(of)}` : counted(of);
    }
    results.classList.toggle("few", wanted.any && total <= FEW);
    if (wanted.any && total <= SHORT) open(groups);
    shown.textContent = wanted.any ? `${number(total)} of ${counted(all)}` : counted(all);
    none.hidden = total > 0;
    clear.disabled = !wanted.any;
  }

  function filter(filters) {
    wanted = wish(filters);
    apply();
  }

  // The fragment contains either filters, which have a "=", or the id of an element.
  function follow() {
    const fragment = location.hash.slice(1);
    const filters = new URLSearchParams(fragment.includes("=") ? fragment : "");
    const element = filters.size ? null : target(fragment);
    if (filters.size || (wanted.any && (!fragment || element?.closest("[hidden]")))) {
      put(form, filters);
      filter(filters);
    }
    if (filters.size) form.closest("section").scrollIntoView();
    else if (element?.matches(".finding, .group, tr")) reveal(element);
  }

  function changed() {
    const filters = taken(form);
    filter(filters);
    const fragment = wanted.any ? `#${filters}` : "#findings";
    if (wanted.any || location.hash.includes("=")) history.replaceState(null, "", fragment);
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(changed, 60);
  });
  form.addEventListener("reset", () => setTimeout(changed));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-filter]");
    if (!link) return;
    event.preventDefault();
    const filters = new URLSearchParams([[link.dataset.filter, link.dataset.value]]);
    history.pushState(null, "", `#${filters}`);
    follow();
  });
  unfold.addEventListener("click", () => {
    const closed = unfold.textContent === "Open all";
    toggle(groups, closed);
    unfold.textContent = closed ? "Close all" : "Open all";
  });
  addEventListener("hashchange", follow);
  narrow.addEventListener("change", () => (more.open = !narrow.matches));
  more.open = !narrow.matches;
  root.classList.add("scripted");
  form.hidden = unfold.hidden = false;
  follow();
}

function read(element) {
  const { severity, rule, controls } = element.dataset;
  return {
    element,
    severity,
    rule,
    controls: new Set(controls.split("\n")),
    tally: element.querySelector(".tally"),
    text: [".severity", ".title", ".by code", ".about"]
      .map((part) => element.querySelector(part)?.textContent.toLowerCase())
      .join("\n"),
    size: element.getElementsByClassName("finding").length,
    batches: [...element.getElementsByClassName("batch")].map((batch) => ({
      element: batch,
      findings: [...batch.children].map((each) => ({
        element: each,
        state: each.dataset.state,
        hidden: false,
      })),
    })),
  };
}

// The text of a finding is read from the page when it is first searched, and then kept.
function words(finding) {
  return (finding.text ??= finding.element.textContent.toLowerCase());
}

function path(finding) {
  return (finding.path ??= finding.element
    .querySelector(".where")
    .textContent.replace(/(:\d+:\d+)?$/, "")
    .toLowerCase());
}

function wish(filters) {
  const several = (name) => new Set((filters.get(name) ?? "").split(",").filter(Boolean));
  return {
    words: (filters.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean),
    severity: several("severity"),
    status: several("status"),
    rule: filters.get("rule") ?? "",
    control: filters.get("control") ?? "",
    path: (filters.get("path") ?? "").toLowerCase(),
    any: [...filters.values()].some(Boolean),
  };
}

function suits(group, wanted) {
  return (
    (!wanted.severity.size || wanted.severity.has(group.severity)) &&
    (!wanted.rule || wanted.rule === group.rule) &&
    (!wanted.control || group.controls.has(wanted.control))
  );
}

// Hides the findings of a group that do not match; returns the number of those that do.
function keep(group, wanted) {
  const missing = wanted.words.filter((word) => !group.text.includes(word));
  const fits = (finding) =>
    (!wanted.status.size || wanted.status.has(finding.state)) &&
    (!wanted.path || path(finding).includes(wanted.path)) &&
    missing.every((word) => words(finding).includes(word));
  let total = 0;
  for (const { element, findings } of group.batches) {
    const kept = findings.filter(fits);
    total += kept.length;
    element.hidden = kept.length === 0;
    if (element.hidden) continue;
    // Until it is laid out, a batch is as high as the findings that it will show.
    const partly = kept.length < findings.length;
    element.style.containIntrinsicBlockSize = partly ? `${kept.length * HEIGHT}rem` : "";
    const shown = new Set(kept);
    for (const finding of findings) {
      if (finding.hidden === shown.has(finding)) {
        finding.hidden = finding.element.hidden = !finding.hidden;
      }
    }
  }
  return total;
}

function taken(form) {
  const filters = new URLSearchParams();
  const given = new FormData(form);
  for (const name of new Set(given.keys())) {
    const value = given.getAll(name).join(",").trim();
    if (value) filters.set(name, value);
  }
  return filters;
}

function put(form, filters) {
  for (const field of form.elements) {
    const value = filters.get(field.name) ?? "";
    if (field.type === "checkbox") field.checked = value.split(",").includes(field.value);
    else if (field.name) field.value = value;
  }
}

function target(fragment) {
  if (!fragment) return null;
  try {
    return document.getElementById(fragment) ?? document.getElementById(decodeURIComponent(fragment));
  } catch {
    return null; // a "%" without a valid code
  }
}

// Unfolds an element and everything that contains it, and scrolls to it.
function reveal(element) {
  for (let each = element; each; each = each.parentElement?.closest("details")) {
    if (each.matches("details")) each.open = true;
  }
  element.scrollIntoView();
}

function open(groups) {
  for (const group of groups) if (!group.element.hidden) group.element.open = true;
}

function toggle(groups, isOpen) {
  for (const { element, batches } of groups) {
    if (element.hidden) continue;
    element.open = isOpen;
    for (const finding of batches.flatMap((batch) => batch.findings)) {
      if (!finding.hidden) finding.element.open = isOpen;
    }
  }
}

function number(count) {
  return count.toLocaleString("en");
}

function counted(count) {
  return `${number(count)} finding${count === 1 ? "" : "s"}`;
}
