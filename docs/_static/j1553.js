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

  document.addEventListener("DOMContentLoaded", function () {
    var dialog = document.getElementById("pst-search-dialog");
    if (dialog) { quick(dialog); } else {
      document.querySelector(".search-page input").focus();
      load();
    }
    pressed();
    document.addEventListener("click", function () { setTimeout(pressed); });
  });
})();
