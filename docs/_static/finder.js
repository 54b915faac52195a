// The search by itself: an index in, ranked pages out. It touches no page, so that Node runs the same file in the tests.
(function (scope) {
  "use strict";
  var SMALL = new Set(("a an and are as at be by can do does for from get go has have how i if in into is it its me much my of on or our "
    + "s should so than that the their there this to up was we what when where which who whom why will with you your").split(" "));
  var KINDS = { tool: 1.3, page: 1.15, payer: 1.1, "case": 0.8, rule: 0.75, "class": 0.7, software: 0.7, list: 0.45 };

  // "D83.9", "CO-16" and "70573-0605-21" are one word each; "d839" and "70573060521" are the same words.
  function words(text) {
    return text.toLowerCase().replace(/[’']s\b/g, "").match(/[a-z0-9]+(?:[.\-/][a-z0-9]+)*/g) || [];
  }

  function bare(word) { return word.replace(/[^a-z0-9]/g, ""); }

  // Codes stay as they are; of other words the ending goes: "wasted", "wastage" and "waste" are one. United is a payer.
  function stem(word) {
    if (/\d/.test(word) || word.length < 4 || word === "united") { return word; }
    return word.replace(/ies$/, "y").replace(/^(.{3,}?)(?:ations?|ions?|ings?|ments?|ages?|ers?|ed|es|is|s|e)$/, "$1");
  }

  function forms(word) {
    var parts = word.split(/[.\-/]/);
    return parts.length === 1 ? [stem(word)] : [bare(word)].concat(parts.filter(function (part) { return part.length > 1; }).map(stem));
  }

  function meaningful(text) {
    var all = words(text), some = all.filter(function (word) { return !SMALL.has(word); });
    return some.length ? some : all;
  }

  function stems(text) { return meaningful(text).map(function (word) { return stem(bare(word)); }); }

  // One slip of the keyboard: a letter more, less, another, or two exchanged.
  function near(a, b) {
    if (Math.abs(a.length - b.length) > 1) { return false; }
    var i = 0, j = 0;
    while (i < a.length && a[i] === b[i]) { i += 1; }
    while (j < a.length - i && j < b.length - i && a[a.length - 1 - j] === b[b.length - 1 - j]) { j += 1; }
    var left = a.length - i - j, right = b.length - i - j;
    return left <= 1 && right <= 1 || (left === 2 && right === 2 && a[i] === b[i + 1] && a[i + 1] === b[i]);
  }

  function Finder(index) {
    var self = this;
    this.pages = index.pages;
    this.parts = index.parts;
    this.terms = index.terms;
    this.held = new Map();
    this.raw = new Map();
    function note(part, text, weight) {
      words(text).forEach(function (word) {
        self.raw.set(word, stem(bare(word)));
        forms(word).forEach(function (form, place) {
          var at = self.held.get(form) || self.held.set(form, new Map()).get(form);
          at.set(part, (at.get(part) || 0) + (place ? weight / 3 : weight));
        });
      });
    }
    this.parts.forEach(function (part, number) {
      var page = self.pages[part.page];
      note(number, part.text, 1);
      if (part.anchor) { note(number, part.head, 6); }
      else { note(number, page.title + " " + page.label, 12); note(number, page.about, 2); }
    });
    this.known = new Set(this.held.keys());
    this.terms.forEach(function (term) {
      term.phrases = term.words.map(stems);
      term.words.forEach(function (phrase) { words(phrase).forEach(function (word) { self.raw.set(word, stem(bare(word))); }); });
      term.phrases.forEach(function (phrase) { phrase.forEach(function (word) { self.known.add(word); }); });
    });
    this.list = Array.from(this.known);
  }

  // What a word of the query may stand for in the index, each with how sure it is.
  Finder.prototype.meant = function (word, last) {
    var found = new Map(), self = this, form = stem(word);
    if (this.known.has(form)) { found.set(form, 1); }
    // CO-16 on a remittance is 16 in a list of reasons: CO, PR, OA and PI say who pays.
    if (/^(?:co|pr|oa|pi)b?\d+$/.test(word)) { found.set(word.slice(2), 0.5); }
    if (word.length > 2 && (last || !found.size)) {
      this.list.forEach(function (each) { if (each.length > form.length && each.startsWith(form)) { found.set(each, found.has(form) ? 0.2 : 0.3 + 0.5 * form.length / each.length); } });
    }
    if (!found.size && word.length > 3) {
      this.raw.forEach(function (each, raw) { if (near(word, raw)) { found.set(each, 0.66); } });
    }
    return found;
  };

  // "co 16" and "d83 9" are one word where the site knows it as one.
  Finder.prototype.joined = function (typed) {
    var self = this;
    return typed.reduce(function (made, word) {
      var both = made.length && /^[a-z]/.test(made[made.length - 1]) && /^\d/.test(word) ? bare(made[made.length - 1] + word) : "";
      return self.known.has(both) ? made.slice(0, -1).concat(both) : made.concat(word);
    }, []);
  };

  Finder.prototype.find = function (query, most) {
    var self = this, typed = this.joined(meaningful(query));
    var meant = typed.map(function (word, place) { return self.meant(bare(word), place === typed.length - 1); });
    var scores = this.parts.map(function () { return 0; }), seen = this.parts.map(function () { return 0; });
    meant.forEach(function (forms, place) {
      var here = new Map();
      forms.forEach(function (sure, form) {
        var at = self.held.get(form);
        if (!at) { return; }
        var rare = Math.log(1 + self.parts.length / at.size);
        at.forEach(function (count, part) { here.set(part, Math.max(here.get(part) || 0, sure * rare * count / (count + 3))); });
      });
      here.forEach(function (score, part) { scores[part] += score; seen[part] |= 1 << Math.min(place, 30); });
    });
    var phrase = typed.length > 1 ? typed.join(" ") : "", byPage = new Map();
    scores.forEach(function (score, number) {
      if (!score) { return; }
      var part = self.parts[number], best = byPage.get(part.page) || { page: part.page, part: number, top: 0, sum: 0, seen: 0 };
      score *= bits(seen[number]) / typed.length;
      if (phrase && (part.head + " " + part.text).toLowerCase().includes(phrase)) { score *= 1.5; }
      best.sum += score;
      best.seen |= seen[number];
      if (score > best.top) { best.top = score; best.part = number; }
      byPage.set(part.page, best);
    });
    byPage.forEach(function (hit) {
      var covered = bits(hit.seen) / typed.length;
      hit.score = (hit.top + 0.4 * Math.log(1 + hit.sum)) * covered * KINDS[self.pages[hit.page].kind];
    });
    var notes = this.led(meant, byPage);
    var hits = Array.from(byPage.values()).sort(function (a, b) { return b.score - a.score || a.page - b.page; });
    return { hits: hits.slice(0, most || 10).map(function (hit) { return self.shown(hit, meant); }), notes: notes, near: hits.length ? [] : this.nearest(typed) };
  };

  function bits(number) { var count = 0; for (; number; number &= number - 1) { count += 1; } return count; }

  // The terms that people use, and the pages they lead to: the longest phrase that the query holds comes first.
  Finder.prototype.led = function (meant, byPage) {
    var notes = [];
    this.terms.forEach(function (term) {
      var best = 0, surest = 0;
      term.phrases.forEach(function (phrase) {
        for (var start = 0; start + phrase.length <= meant.length; start += 1) {
          var sure = Math.min.apply(null, phrase.map(function (word, step) { return meant[start + step].get(word) || 0; }).concat(1));
          if (sure >= 0.45) {
            best = Math.max(best, sure * phrase.length / meant.length);
            surest = Math.max(surest, sure);
          }
        }
      });
      if (!best) { return; }
      if (term.note && surest > 0.65) { notes.push(term.note); }
      term.leads.forEach(function (lead, rank) {
        var hit = byPage.get(lead.page) || { page: lead.page, score: 0, part: lead.part };
        if (lead.anchor) { hit.part = lead.part; }
        hit.score += (best * best * 60 + 4) * (term.weight || 1) * (1 - rank * 0.12);
        byPage.set(lead.page, hit);
      });
    });
    return notes.filter(function (note, place) { return notes.indexOf(note) === place; });
  };

  // Known words that begin as a word of the query does, those of about its length first.
  Finder.prototype.nearest = function (typed) {
    var found = [], self = this;
    typed.forEach(function (word) {
      Array.from(self.raw.keys()).filter(function (each) { return each.length > 3 && !/\d/.test(each) && each.slice(0, 3) === word.slice(0, 3); })
        .sort(function (a, b) { return Math.abs(a.length - word.length) - Math.abs(b.length - word.length); })
        .slice(0, 3).forEach(function (each) { found.push(each); });
    });
    return found.slice(0, 5);
  };

  // Title, section, kind and the words around the first match, with what to mark.
  Finder.prototype.shown = function (hit, meant) {
    var page = this.pages[hit.page], part = this.parts[hit.part], text = part.text || page.about, forms = new Set();
    meant.forEach(function (each) { each.forEach(function (sure, form) { forms.add(form); }); });
    var marks = [], pattern = /[A-Za-z0-9]+(?:[.\-/][A-Za-z0-9]+)*/g, match;
    while ((match = pattern.exec(text))) {
      var word = match[0].toLowerCase();
      if (!SMALL.has(word) && forms.has(stem(bare(word)))) { marks.push([match.index, match.index + match[0].length]); }
    }
    var start = marks.length ? Math.max(0, marks[0][0] - 60) : 0;
    if (start) { start = text.indexOf(" ", start) + 1; }
    var end = start + 170 < text.length ? text.lastIndexOf(" ", start + 170) : text.length, pieces = [], at = start;
    marks.forEach(function (mark) {
      if (mark[0] < at || mark[1] > end) { return; }
      pieces.push([text.slice(at, mark[0]), false], [text.slice(mark[0], mark[1]), true]);
      at = mark[1];
    });
    pieces.push([text.slice(at, end), false]);
    if (start) { pieces.unshift(["… ", false]); }
    if (end < text.length) { pieces.push([" …", false]); }
    return {
      address: page.address + (part.anchor ? "#" + part.anchor : ""), page: page.address, title: page.title, kind: page.kind,
      head: part.anchor ? part.head : "", pieces: pieces, score: hit.score,
    };
  };

  scope.Finder = Finder;
})(globalThis);
