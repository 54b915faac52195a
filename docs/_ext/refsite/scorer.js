// Where equal matches are ordered: the page that answers a question comes before the example or rule that mentions it.
var Scorer = {
  rooms: { reference: 6, payers: 5, rules: 3 },
  score: function (result) {
    return result[4] + (Scorer.rooms[result[0].split("/")[0]] || 0) - (result[0] === "reference/sources" ? 8 : 0);
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
