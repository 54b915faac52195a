// Search as you type. Its scripts and its index are fetched when a reader first searches, not with every page.
(function () {
  "use strict";
  var root = document.documentElement.dataset.content_root;
  var parts = ["_static/doctools.js", "_static/sphinx_highlight.js", "_static/language_data.js",
    "_static/searchtools.js", "searchindex.js"];
  var loading;

  function load() {
    // Else the page would light up with the words of the search before.
    try { localStorage.removeItem("sphinx_highlight_terms"); } catch (refused) { /* then nothing was kept either */ }
    loading = loading || parts.reduce(function (before, part) {
      return before.then(function () {
        return new Promise(function (done, failed) {
          var script = document.createElement("script");
          script.src = root + part;
          script.onload = done;
          script.onerror = failed;
          document.head.appendChild(script);
        });
      });
    }, Promise.resolve());
    return loading;
  }

  // Sphinx writes the addresses of results as seen from the root of the site.
  function fromHere(list) {
    list.querySelectorAll(".search a:not([data-from-here])").forEach(function (link) {
      link.dataset.fromHere = "";
      link.setAttribute("href", root + link.getAttribute("href"));
    });
  }

  function quick(dialog) {
    var input = dialog.querySelector("input"), results = dialog.querySelector("#search-results"), timer;
    new MutationObserver(function () { fromHere(results); }).observe(results, { childList: true, subtree: true });
    input.addEventListener("focus", load);
    input.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(function () {
        load().then(function () {
          results.replaceChildren();
          if (input.value.trim()) { Search.performSearch(input.value); }
        });
      }, 200);
    });
  }

  function pressed() {
    document.querySelectorAll(".theme-change-button").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === document.documentElement.dataset.mode));
    });
  }

  // A claim in several shapes: headed sections without a script, with one the tabs of the ARIA guide. One choice holds
  // for every claim on the page and for the pages that follow.
  function tabs(box, number) {
    var list = document.createElement("div"), shapes = box.querySelectorAll(".case-shape");
    list.className = "case-tabs";
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", "Show the claim as");
    shapes.forEach(function (shape, place) {
      var tab = document.createElement("button");
      tab.type = "button";
      tab.id = "case-" + number + "-tab-" + place;
      tab.textContent = shape.querySelector("h3").textContent;
      tab.dataset.shape = shape.dataset.shape;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", shape.id = "case-" + number + "-shape-" + place);
      shape.setAttribute("role", "tabpanel");
      shape.setAttribute("aria-labelledby", tab.id);
      shape.tabIndex = 0;
      list.append(tab);
    });
    box.prepend(list);
    list.addEventListener("click", function (event) {
      if (event.target !== list) { choose(event.target); }
    });
    list.addEventListener("keydown", function (event) {
      var all = Array.from(list.children), at = all.indexOf(event.target), last = all.length - 1;
      var to = { ArrowLeft: at ? at - 1 : last, ArrowRight: at < last ? at + 1 : 0, Home: 0, End: last }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        all[to].focus();
        choose(all[to]);
      }
    });
  }

  function choose(tab) {
    var before = tab.getBoundingClientRect().top;
    show(tab.dataset.shape);
    // Claims above it may have grown or shrunk: the tab stays under the pointer.
    scrollBy(0, tab.getBoundingClientRect().top - before);
    try { localStorage.setItem("claim-shape", tab.dataset.shape); } catch (refused) { /* then it holds for this page */ }
  }

  function show(name) {
    document.querySelectorAll(".case-shape").forEach(function (shape) {
      shape.classList.toggle("case-off", shape.dataset.shape !== name);
    });
    document.querySelectorAll(".case-tabs > button").forEach(function (tab) {
      var chosen = tab.dataset.shape === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    });
  }

  function claims() {
    var name = null;
    document.querySelectorAll(".case-shapes").forEach(tabs);
    try { name = localStorage.getItem("claim-shape"); } catch (refused) { /* storage is off: the first one */ }
    show(["clearinghouse", "file"].indexOf(name) < 0 ? "paper" : name);
  }

  // "/" opens the search, except where one types.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.target.closest("input, textarea, select, [contenteditable]")) { return; }
    var field = document.querySelector(".search-button__button") || document.querySelector(".search-page input");
    if (field) {
      event.preventDefault();
      if (field.tagName === "INPUT") { field.focus(); } else { field.click(); }
    }
  });

  document.addEventListener("DOMContentLoaded", function () {
    var dialog = document.getElementById("pst-search-dialog");
    if (dialog) { quick(dialog); } else {
      document.querySelector(".search-page input").focus();
      load();
    }
    claims();
    pressed();
    document.addEventListener("click", function () { setTimeout(pressed); });
  });
})();
