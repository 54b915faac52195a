// Slides one at a time on the whole screen. Without this script they stand below each other on the page.
(function () {
  "use strict";

  document.addEventListener("DOMContentLoaded", function () {
    var slides = Array.from(document.querySelectorAll(".slide")), at = 0;
    if (!slides.length) { return; }
    var page = document.documentElement, said = document.createElement("p"), button = document.createElement("button");
    said.className = "slide-count";
    said.setAttribute("role", "status");
    button.type = "button";
    button.className = "present";
    button.textContent = "Present these slides";
    document.querySelector("h1").insertAdjacentElement("afterend", button);
    document.querySelector("article").append(said);

    function show(next) {
      slides[at].classList.remove("shown");
      at = Math.min(Math.max(next, 0), slides.length - 1);
      slides[at].classList.add("shown");
      slides[at].scrollTop = 0;
      said.textContent = "Slide " + (at + 1) + " of " + slides.length;
    }

    function stop() {
      if (!page.classList.contains("presenting")) { return; }
      page.classList.remove("presenting");
      said.textContent = "";
      if (document.fullscreenElement) { document.exitFullscreen(); }
      slides[at].scrollIntoView();
      button.focus({ preventScroll: true });
    }

    button.addEventListener("click", function () {
      page.classList.add("presenting");
      // Where the browser refuses, the slides fill its window.
      if (page.requestFullscreen) { page.requestFullscreen().catch(function () {}); }
      show(0);
    });
    document.addEventListener("fullscreenchange", function () { if (!document.fullscreenElement) { stop(); } });
    document.addEventListener("keydown", function (event) {
      if (!page.classList.contains("presenting") || event.altKey || event.ctrlKey || event.metaKey) { return; }
      var steps = { ArrowRight: at + 1, PageDown: at + 1, " ": at + 1, ArrowLeft: at - 1, PageUp: at - 1, Home: 0,
        End: slides.length - 1 };
      if (event.key === "Escape") { stop(); } else if (event.key in steps) {
        event.preventDefault();
        show(steps[event.key]);
      }
    });
    document.addEventListener("click", function (event) {
      var free = !event.target.closest("a, button, [popover]");
      if (page.classList.contains("presenting") && free) { show(at + 1); }
    });
  });
})();
