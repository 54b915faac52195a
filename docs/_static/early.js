// Runs before the first paint, so that a page does not flash in the wrong colors.
(function () {
  var root = document.documentElement, mode = "auto";
  try { mode = localStorage.getItem("mode") || mode; } catch (refused) { /* storage is off: follow the system */ }
  root.classList.add("js");
  root.dataset.mode = mode;
  root.dataset.theme = mode !== "auto" ? mode : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})();
