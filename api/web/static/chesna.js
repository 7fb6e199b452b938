// Enhancements only; every page works without this file.
(function () {
  "use strict";

  // Move focus to what went wrong.
  var summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  // One click, one form.
  document.querySelectorAll("form[data-once]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-once]").forEach(function (form) { delete form.dataset.sent; });
  });

  // The visitor's own time, where it differs from the post's.
  var lang = document.documentElement.lang;
  document.querySelectorAll("[data-yours]").forEach(function (note) {
    var row = note.parentElement;
    var at = new Date(note.dataset.time);
    var own = "UTC" + (at.getTimezoneOffset() <= 0 ? "+" : "−") + Math.floor(Math.abs(at.getTimezoneOffset()) / 60);
    var text = at.toLocaleString(lang, { weekday: "short", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
    if (!row || row.textContent.indexOf(own) >= 0) return;
    note.textContent = " " + note.dataset.yours.replace("{time}", text).replace("{zone}", (Intl.DateTimeFormat().resolvedOptions().timeZone || own).replace("Europe/Kiev", "Europe/Kyiv"));
    note.hidden = false;
  });

  // Time left of a hold: the clock ticks in sight, a screen reader hears the warning once.
  var timer = document.querySelector("[data-seconds]");
  if (!timer) return;
  var until = performance.now() + 1000 * Number(timer.dataset.seconds); // the visitor's own clock may be wrong
  var left = timer.querySelector("[data-left]");
  var warn = timer.querySelector("[data-warn]");
  function tick() {
    var s = Math.max(0, Math.round((until - performance.now()) / 1000));
    left.textContent = left.dataset.left.replace("{time}", Math.floor(s / 60) + ":" + ("0" + (s % 60)).slice(-2));
    if (s <= 180) timer.classList.add("ch-timer--soon");
    var text = s === 0 ? timer.dataset.over : s <= 180 ? timer.dataset.soon : "";
    if (warn.textContent !== text) warn.textContent = text;
    if (s > 0) window.setTimeout(tick, 1000);
  }
  tick();
})();
