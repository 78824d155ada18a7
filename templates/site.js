/* Comfort only: every page reads and links without this file. */
"use strict";
(function () {
  var root = document.documentElement, store, help, cursor = -1, LINE = ".span a[id]";
  var WALKED = ".story, .part, .step, .gap, .files tbody, .idx li, .asks li, .span";
  try { store = window.localStorage; } catch (e) { store = null; }
  var kept = read("treadle-theme");
  if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  var passed = make("a"), held = make("a");
  document.addEventListener("DOMContentLoaded", start);

  function read(name) { try { return store && store.getItem(name); } catch (e) { return null; } }
  function keep(name, value) { try { if (store) store.setItem(name, value); } catch (e) { store = null; } }
  function all(sel, from) { return Array.prototype.slice.call((from || document).querySelectorAll(sel)); }
  function make(tag, text, cls) { var e = document.createElement(tag); if (text) e.textContent = text; if (cls) e.className = cls; return e; }

  function start() {
    tools(); theme(); search(); keys(); copies(); spans(); outline(); unfold(); otherPage();
    window.addEventListener("hashchange", unfold); window.addEventListener("hashchange", otherPage);
    var folded = [];
    window.addEventListener("beforeprint", function () { folded = all("details:not([open])"); folded.forEach(function (d) { d.open = true; }); });
    window.addEventListener("afterprint", function () { folded.forEach(function (d) { d.open = false; }); folded = []; });
  }

  /* What needs a script comes with it. */
  function tools() {
    var t = make("div", "", "tools"), s = make("div", "", "search"), label = make("label", "Search prompts, reasons and code", "vh"), q = make("input");
    s.setAttribute("role", "search"); label.htmlFor = q.id = "q"; q.type = "search"; q.placeholder = "Search ( / )";
    [["autocomplete", "off"], ["autocapitalize", "off"], ["spellcheck", "false"]].forEach(function (a) { q.setAttribute(a[0], a[1]); });
    s.append(label, q); t.append(s);
    [["theme", ""], ["helpkey", "?"]].forEach(function (a) { var b = make("button", a[1]); b.type = "button"; b.id = a[0]; t.append(b); });
    document.querySelector(".head .wrap").append(t); document.getElementById("helpkey").setAttribute("aria-label", "Keyboard help");
  }

  function theme() {
    var b = document.getElementById("theme");
    function dark() { return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches; }
    function say() { b.textContent = dark() ? "Light" : "Dark"; b.setAttribute("aria-label", b.textContent + " theme"); }
    b.addEventListener("click", function () { root.dataset.theme = dark() ? "light" : "dark"; keep("treadle-theme", root.dataset.theme); say(); });
    say();
  }

  /* The search is loaded when somebody first wants it. */
  function search() {
    var q = document.getElementById("q"), css = document.querySelector("link[rel=stylesheet]"), s;
    q.addEventListener("focus", function () { if (s) return; s = make("script"); s.src = css.href.replace(/style\.css[^\/]*$/, "search.js"); document.head.append(s); });
    /* Who types fast is done before it is there. */
    q.addEventListener("keydown", function (e) { q.dataset.go = e.key === "Enter" ? "1" : ""; });
  }

  /* A line of a long file may stand on another of its pages. */
  function otherPage() {
    var m = /^#L(\d+)$/.exec(location.hash), cloth = document.querySelector("[data-height]"), nav = document.querySelector(".parts");
    if (!m || !cloth || !nav || document.getElementById("L" + m[1])) return;
    var to = nav.querySelectorAll("a")[Math.floor((m[1] - 1) / cloth.dataset.height)];
    if (to && !to.hasAttribute("aria-current")) location.replace(to.href + location.hash);
  }

  /* A link into a folded place opens it. */
  function unfold() {
    var to = location.hash.length > 1 && document.getElementById(location.hash.slice(1)), folded = false;
    for (var e = to; e; e = e.parentElement) if (e.tagName === "DETAILS" && !e.open) { e.open = true; folded = true; }
    if (folded) to.scrollIntoView();
  }

  function keys() {
    var b = document.getElementById("helpkey"); b.addEventListener("click", showHelp);
    document.addEventListener("click", function (e) { if (e.target.closest && e.target.closest(".answer a[href='#code']")) { e.preventDefault(); shut(); } });
    document.addEventListener("keydown", function (e) {
      if (e.ctrlKey || e.metaKey || e.altKey || (help && help.open) || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
      var line = e.target.closest && e.target.closest(LINE);
      if (e.key === "?") showHelp();
      else if (e.key === "/") { var q = document.getElementById("q"); q.focus(); q.select(); e.preventDefault(); }
      else if (e.key === "j" || e.key === "k") step(all(WALKED), e.key === "j" ? 1 : -1);
      else if (e.key === "n" || e.key === "p") turn(e.key === "n" ? "next" : "prev");
      else if (e.key === "Escape" && location.hash.indexOf("#L") === 0) shut();
      else if ((e.key === "ArrowDown" || e.key === "ArrowUp") && line) {
        var ls = all(LINE), to = ls[ls.indexOf(line) + (e.key === "ArrowDown" ? 1 : -1)];
        if (to) { number(to, held === document.activeElement ? passed : held).focus(); e.preventDefault(); }
      }
    });
  }
  /* Who closes an answer stays where they read: going to #code alone would go to the first line. */
  function shut() {
    var y = window.scrollY, line = document.querySelector(":target"), to = line && (line.querySelector("a") || line);
    location.hash = "#code"; window.scrollTo(0, y);
    if (to) to.focus({ preventScroll: true });
  }
  function turn(way) { var a = document.querySelector("a[rel=" + way + "]"); if (a) location.href = a.href; }
  function showHelp() {
    if (!help) {
      help = make("dialog"); help.setAttribute("aria-labelledby", "helph"); var h = make("h2", "Keys"), dl = make("dl"); h.id = "helph";
      [["j  k", "next, previous section, step or span"], ["n  p", "next, previous thread"], ["↑  ↓", "next, previous line, once on a line"], ["Enter", "on a line: why it is there"], ["/", "search"], ["Esc", "close the answer or the search"], ["?", "this help"]].forEach(function (r) {
        var dt = make("dt"); r[0].split("  ").forEach(function (k) { dt.append(make("kbd", k), " "); }); dl.append(dt, make("dd", r[1]));
      });
      var f = make("form"); f.method = "dialog"; f.append(make("button", "Close", "copy")); help.append(h, dl, f); document.body.append(help);
    }
    if (!help.open) help.showModal();
  }
  function step(items, by) {
    if (!items.length) return;
    var old = items.findIndex(function (x) { return x !== document.body && x.contains(document.activeElement); });
    if (old < 0) old = cursor;
    if (old < 0) { old = items.findIndex(function (x) { return x.getBoundingClientRect().bottom > 80; }); if (by > 0) old -= 1; }
    var i = Math.min(items.length - 1, Math.max(0, old + by)), to = items[i].querySelector(items[i].matches("tbody") ? "th a" : "a.sec, .note a, h3 a, a.at, h2") || items[i], code = items[i].matches(".span");
    cursor = i; items.forEach(function (x) { x.classList.toggle("at", x === items[i]); });
    if (!to.matches("a, button") && !to.hasAttribute("tabindex")) to.tabIndex = -1;
    to.focus({ preventScroll: true });
    items[i].scrollIntoView({ block: code ? "center" : "start" });
  }

  /* One button goes along with the step in hand, below its number: it copies the link to it. */
  function copies() {
    all(".copy").forEach(function (b) { b.hidden = !navigator.clipboard; });
    var perma = make("button", "Copy link", "copy perma"), body = document.querySelector(".body");
    perma.type = "button";
    function along(e) {
      var step = e.target.closest && e.target.closest(".step, .masthead"), sn = step && step.querySelector(":scope > .sh .sn");
      if (!sn || perma.parentNode === sn.parentNode) return;
      perma.textContent = "Copy link"; perma.dataset.copy = sn.href; perma.setAttribute("aria-label", "Copy link to " + sn.textContent); sn.parentNode.append(perma);
    }
    if (body && navigator.clipboard) { body.addEventListener("mouseover", along); body.addEventListener("focusin", along); }
    document.addEventListener("click", function (e) {
      var b = e.target.closest && e.target.closest("button.copy"); if (!b || !navigator.clipboard || b.closest("dialog")) return;
      navigator.clipboard.writeText(b.dataset.copy || location.href).then(function () { b.textContent = "Copied"; }, function () { b.hidden = true; });
    });
  }

  /* One link goes along with the line under the pointer and one with the line in hand, in the place of its number. */
  function number(line, link) {
    if (line.firstElementChild && line.firstElementChild.matches("a")) return line.firstElementChild;
    link.tabIndex = -1; link.href = "#" + line.id; link.textContent = line.id.slice(1); line.prepend(link);
    return link;
  }
  function numbers(cloth) {
    cloth.addEventListener("pointerover", function (e) { var l = e.target.closest(LINE); if (l && document.activeElement !== passed) number(l, passed); });
    cloth.addEventListener("click", function (e) {
      if (e.target.matches(LINE) && e.clientX - e.target.getBoundingClientRect().left < parseFloat(getComputedStyle(e.target).paddingLeft)) location.hash = e.target.id;
    });
  }

  /* Light the siblings of the span in hand, on the page and on the ribbon; keep the eye of the ribbon where the window is. */
  function spans() {
    var cloth = document.getElementById("code"); if (!cloth || !cloth.matches(".cloth")) return;
    cloth.classList.add("live"); numbers(cloth);
    var by = new Map(), lit = null, copy = make("button", "", "copy");
    function spanOf(e) { var a = e.closest("[href]"), l = a && document.getElementById(a.getAttribute("href").slice(1)); return l && l.closest(".span"); }
    function sibling(e, s) { var o = s.dataset.o; if (!by.has(o)) by.set(o, []); by.get(o).push(e); }
    all(".span").forEach(function (s) { sibling(s, s); });
    all(".ribbon a").forEach(function (a) { sibling(a, spanOf(a)); });
    function light(o) {
      if (o === lit) return;
      (by.get(lit) || []).forEach(function (e) { e.classList.remove("lit"); });
      (by.get(o) || []).forEach(function (e) { e.classList.add("lit"); }); lit = o;
    }
    function from(e) { var s = e.target.closest && e.target.closest(".span"); if (s) light(s.dataset.o); }
    cloth.addEventListener("mouseover", from); cloth.addEventListener("focusin", from);
    cloth.addEventListener("mouseleave", function () { light(null); });
    /* An answer stands once a page; it comes to the span it is asked for, so that Tab leads from the line into it. */
    function line() {
      var m = /^#L(\d+)$/.exec(location.hash), l = m && document.getElementById("L" + m[1]), s = l && l.closest(".span");
      var a = s && all('.answer[data-o="' + s.dataset.o + '"]').find(function (a) { return s.classList.contains(a.classList[1]); });
      if (!a) return;
      var h = a.querySelector("h3"); h.textContent = "Why line " + m[1] + " is there";
      a.setAttribute("role", "region"); a.setAttribute("aria-label", h.textContent); a.tabIndex = 0;
      if (navigator.clipboard) { copy.type = "button"; copy.textContent = "Copy link"; a.querySelector(".shut").before(copy); }
      if (a.parentNode !== s) s.append(a);
      number(l, held).focus({ preventScroll: true });
    }
    window.addEventListener("hashchange", line); line();
    var eye = document.querySelector(".eye"), ribbon = eye.parentNode, due = false;
    function look() {
      due = false; var r = cloth.getBoundingClientRect(), h = ribbon.clientHeight; if (!h || !r.height) return;
      var top = Math.max(0, -r.top) / r.height, part = Math.min(1, innerHeight / r.height);
      eye.hidden = part >= 1; eye.style.height = Math.max(8, part * h) + "px"; eye.style.transform = "translateY(" + Math.min(1 - part, top) * h + "px)";
    }
    ribbon.addEventListener("mouseover", function (e) {
      var s = e.target.matches("rect") && spanOf(e.target), from = +e.target.getAttribute("y") + 1, to = from + +e.target.getAttribute("height") - 1;
      ribbon.title = s ? (to > from ? "lines " + from + " to " : "line ") + to + ": " + all(".note p > :nth-child(-n+2)", s).map(function (x) { return x.textContent; }).join(", ") : "";
    });
    function soon() { if (!due) { due = true; requestAnimationFrame(look); } }
    window.addEventListener("scroll", soon, { passive: true }); window.addEventListener("resize", soon, { passive: true }); look();
  }

  function outline() {
    var links = all(".outline a[href^='#']"); if (!links.length || !window.IntersectionObserver) return;
    var of = new Map(); links.forEach(function (a) { var t = document.getElementById(a.hash.slice(1)); if (t) of.set(t, a); });
    var box = document.querySelector(".outline"), at = null;
    function here(a) {
      if (at) at.removeAttribute("aria-current");
      at = a; at.setAttribute("aria-current", "location");
      var b = box.getBoundingClientRect(), r = a.getBoundingClientRect();
      if (r.height && (r.top < b.top || r.bottom > b.bottom)) box.scrollTop += r.top - b.top - b.height / 3;
    }
    var io = new IntersectionObserver(function (es) {
      es.forEach(function (e) { if (e.isIntersecting) here(of.get(e.target)); });
    }, { rootMargin: "-12% 0px -75% 0px" });
    of.forEach(function (a, t) { io.observe(t); });
  }
})();
