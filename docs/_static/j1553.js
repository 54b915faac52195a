// The search as one types, the color mode, and the shapes of a claim. The index is fetched when a reader first searches.
(function () {
  "use strict";
  var root = document.documentElement.dataset.content_root, loading;
  var KINDS = { tool: "Tool", page: "Page", payer: "Payer", "case": "Case", rule: "Rule", "class": "Class", software: "Software", list: "List" };

  function load() {
    loading = loading || fetch(root + "search-index.json").then(function (answer) { return answer.json(); }).then(function (index) { return new Finder(index); });
    return loading;
  }

  function make(tag, kind, children) {
    var made = document.createElement(tag);
    if (kind) { made.className = kind; }
    made.append.apply(made, children || []);
    return made;
  }

  function link(address, text) {
    var made = make("a", "", [text]);
    made.href = root + address;
    return made;
  }

  function hit(found) {
    var snippet = found.pieces.map(function (piece) { return piece[1] ? make("mark", "", [piece[0]]) : piece[0]; });
    var title = link(found.address, found.title);
    return make("li", "", [title, " ", make("span", "badge kind-" + found.kind, [KINDS[found.kind]])]
      .concat(found.head ? [make("span", "hit-head", [found.head])] : [], [make("p", "", snippet)]));
  }

  // Nothing found: words that begin alike, and the pages that answer most questions.
  function none(query, answer, again) {
    var said = make("p", "", ["Nothing found for “" + query + "”."]);
    if (answer.near.length) {
      said.append(" Did you mean ");
      answer.near.forEach(function (word, place) {
        var button = make("button", "again", [word]);
        button.type = "button";
        button.addEventListener("click", function () { again(word); });
        said.append(place ? ", " : "", button);
      });
      said.append("?");
    }
    var tools = [["daily/dose-table.html", "Dose table"], ["daily/ndc-strings.html", "NDC strings"], ["daily/denial-decoder.html", "Denial codes"],
      ["payers/index.html", "Payers"], ["reference/not-known.html", "What we could not find"]];
    return [said, make("ul", "", tools.map(function (tool) { return make("li", "", [link(tool[0], tool[1])]); }))];
  }

  function search(form) {
    var input = form.querySelector("input"), results = form.parentElement.querySelector(".search-hits");
    results.setAttribute("aria-live", "polite");
    function show() {
      var query = input.value.trim();
      if (!query) { results.replaceChildren(); return; }
      load().then(function (finder) {
        if (query !== input.value.trim()) { return; }
        var answer = finder.find(query, 12);
        var notes = answer.notes.map(function (note) { return make("p", "hit-note", [note]); });
        results.replaceChildren.apply(results, notes.concat(answer.hits.length ? [make("ol", "hits", answer.hits.map(hit))]
          : none(query, answer, function (word) { input.value = word; input.focus(); show(); })));
      });
    }
    input.addEventListener("focus", load);
    input.addEventListener("input", show);
    form.addEventListener("submit", function (event) {
      var first = results.querySelector(".hits a");
      event.preventDefault();
      if (first) { location.assign(first.href); }
    });
    input.value = form.closest(".search-page") && new URLSearchParams(location.search).get("q") || input.value;
    show();
  }

  function pressed() {
    document.querySelectorAll(".theme-change-button").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === document.documentElement.dataset.mode));
    });
  }

  // The list of cases: a choice each of setting, payer, topic and level; without a script all are there, by level.
  function filters(lists) {
    var cards = Array.from(document.querySelectorAll(".case-card")), count = make("p", "case-count"), chosen = {};
    var form = make("form", "case-filters", ["setting", "payer", "topic", "level"].map(function (name) {
      var values = new Set(), select = make("select");
      cards.forEach(function (card) { card.dataset[name].split("|").forEach(values.add, values); });
      select.append(new Option("all", ""));
      (name === "level" ? Array.from(values) : Array.from(values).sort()).forEach(function (value) { select.append(new Option(value, value)); });
      select.addEventListener("change", function () { chosen[name] = select.value; show(); });
      return make("label", "", [name.charAt(0).toUpperCase() + name.slice(1), select]);
    }));
    function show() {
      var shown = 0;
      cards.forEach(function (card) {
        var fits = Object.keys(chosen).every(function (name) { return !chosen[name] || card.dataset[name].split("|").indexOf(chosen[name]) >= 0; });
        card.hidden = !fits;
        shown += fits;
      });
      lists.forEach(function (list) { list.parentElement.hidden = !list.querySelector(".case-card:not([hidden])"); });
      count.textContent = shown === cards.length ? shown + " cases" : shown + " of " + cards.length + " cases";
    }
    count.setAttribute("role", "status");
    form.append(count);
    lists[0].parentElement.before(form);
    show();
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
    document.querySelectorAll("form[role=search]").forEach(search);
    var page = document.querySelector(".search-page input");
    if (page) { page.focus(); }
    var lists = document.querySelectorAll(".case-cards");
    if (lists.length) { filters(lists); }
    pressed();
    document.addEventListener("click", function () { setTimeout(pressed); });
  });
})();
