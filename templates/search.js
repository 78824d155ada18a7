/* The site's own search. It is loaded when somebody first wants it, and loads of its index what a
   query needs, each piece a script that calls treadleSearch.put: this works from the file system. */
"use strict";
(function () {
  var ROOT = document.currentScript.src.replace(/search\.js[^\/]*$/, ""), FORM = 1;
  var SHOWN = 24, A_THREAD = 3, THREADS = 64, FILES = 24, TITLES = 6, NAMED = 3, LINES = 400, ROOM = 170, WAIT = 60;
  var DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  var WEIGHT = [1, 1.6, 2, 3, 4];
  var SAID = { title: "commit", prompt: "asked", said: "says", thought: "thinks", ran: "runs", edited: "edits" };
  var SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff";
  var WORD = new RegExp("[" + SPACELESS + "]|(?:(?![" + SPACELESS + "])[\\p{L}\\p{N}])+", "gu");
  var IDENTIFIER = /^\w*([a-z0-9][A-Z]|_)\w*$/;
  var VALUE = {}, loading = {}, texts = {}, blocks = [], threads = [], paths = [], letters = "", defined = {}, whole = 0, asked = 0, timer = null, shown = null, go = false;
  for (var d = 0; d < 64; d++) VALUE[DIGITS[d]] = d;

  // -- words, as the index has them (tangle/searching/words.py) ---------------------------------
  function fold(word) { return word.slice(0, 64).normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase(); }
  function pieces(word) {
    if (!/[a-z0-9][A-Z]|[A-Z]{2}[a-z]/.test(word)) return [];
    return (word.slice(0, 64).match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g) || []).map(function (p) { return p.toLowerCase(); });
  }
  function folded(text) { return (text.match(WORD) || []).map(function (w) { return fold(w); }); }
  function terms(text) {
    var found = [];
    folded(text).forEach(function (w) { w = w.slice(0, 32); if ((w.length > 1 || /[^\x00-\x7f]/.test(w)) && found.indexOf(w) < 0) found.push(w); });
    return found.slice(0, 16);
  }
  /* What must stand together: what is quoted, and what is typed as one, like tide_table. Only a
     quotation that is closed ends its last word. */
  function phrases(text) {
    var found = [], m, group = /["\u201c-\u201f]([^"\u201c-\u201f]*)(["\u201c-\u201f]?)|[^\s"\u201c-\u201f]+/g;
    while ((m = group.exec(text))) {
      var said = folded(m[1] === undefined ? m[0] : m[1]), closed = Boolean(m[2]);
      if (said.length > 1 || (closed && said.length)) found.push(" " + said.join(" ") + (closed ? " " : ""));
    }
    return found;
  }
  function stands(text, wanted) {
    var said = " " + folded(text).join(" ") + " ";
    return wanted.every(function (phrase) { return said.indexOf(phrase) >= 0; });
  }

  // -- the index, piece by piece ------------------------------------------------------
  window.treadleSearch = {
    put: function (kind, name, a, b, c) {
      if (kind === "index") { if (name === FORM) { threads = a; blocks = b.map(function (r) { return { name: r[0], begin: r[1], words: {} }; }); } }
      else if (kind === "files") { paths = name; letters = a; }
      else if (kind === "names") defined[name] = a;
      else if (kind === "block") block(name, a, b, c);
      else if (kind === "words") of(name).words[a] = b.split("\n");
      else if (kind === "text") texts[name] = { day: a, parts: b, rows: c };
    }
  };
  function of(name) { return blocks.filter(function (b) { return b.name === name; })[0] || { words: {} }; }
  function block(name, counts, kinds, firsts) {
    var b = of(name), at = 0;
    b.kinds = kinds; b.firsts = firsts; b.size = kinds.length;
    b.starts = counts.map(function (n) { var s = at; at += n; return s; });
  }
  function load(name) {
    return loading[name] = loading[name] || new Promise(function (done, failed) {
      var s = document.createElement("script");
      s.src = ROOT + "search/" + name + ".js"; s.onload = done;
      s.onerror = function () { delete loading[name]; failed(new Error(name)); };
      document.head.append(s);
    });
  }
  function ready() {
    return load("index").then(function () {
      return Promise.all(blocks.map(function (b) { return load(b.name); }).concat(load("files")));
    }).then(function () {
      whole = 0; blocks.forEach(function (b) { b.base = whole; whole += b.size; });
    });
  }
  function ranges(b, term) {
    var from = 0, found = [];
    while (from + 1 < b.firsts.length && b.firsts[from + 1] <= term) from++;
    for (var n = from; n < b.firsts.length && (n === from || b.firsts[n] < term + "\uffff"); n++) found.push(n);
    return found;
  }
  function fetched(words) {
    var wanted = [];
    blocks.forEach(function (b) { words.forEach(function (t) { ranges(b, t).forEach(function (n) { wanted.push(b.name + "-" + n); }); }); });
    return Promise.all(wanted.map(load));
  }

  // -- ranking --------------------------------------------------------------------------
  function passagesOf(term) {
    var best = new Map(), word, numbers;
    blocks.forEach(function (b) {
      ranges(b, term).forEach(function (n) {
        var lines = b.words[n] || [], low = 0, high = lines.length;
        while (low < high) { var mid = (low + high) >> 1; if (lines[mid] < term) low = mid + 1; else high = mid; }
        for (; low < lines.length && lines[low].indexOf(term) === 0; low++) {
          var gap = lines[low].indexOf(" "), near = gap === term.length ? 1 : .35 + .4 * term.length / gap, at = -1, step = 0, shift = 0;
          for (var i = gap + 1; i < lines[low].length; i++) {
            var v = VALUE[lines[low][i]];
            step |= (v & 31) << shift; shift += 5;
            if (v > 31) continue;
            at += step + 1; step = shift = 0;
            if (!(best.get(b.base + at) > near)) best.set(b.base + at, near);
          }
        }
      });
    });
    return best;
  }
  function where(id) {
    var n = 0, m = 0;
    while (n + 1 < blocks.length && blocks[n + 1].base <= id) n++;
    var b = blocks[n], at = id - b.base;
    while (m + 1 < b.starts.length && b.starts[m + 1] <= at) m++;
    return { thread: b.begin + m, row: at - b.starts[m], mark: VALUE[b.kinds[at]] };
  }
  function ranked(words) {
    var hits = new Map(), every = (1 << words.length) - 1, lost = [];
    words.forEach(function (term, bit) {
      var found = passagesOf(term), rare = Math.log(1 + whole / (1 + found.size));
      if (!found.size) lost.push(term);
      found.forEach(function (near, id) {
        var h = hits.get(id);
        if (!h) hits.set(id, h = where(id)), h.score = 0, h.has = 0, h.id = id;
        h.score += rare * near; h.has |= 1 << bit;
      });
    });
    var rows = Array.from(hits.values()), all = rows.filter(function (h) { return h.has === every; }), byThread = new Map();
    rows.forEach(function (h) {
      h.score *= WEIGHT[h.mark >> 3] / (1 + .12 * (h.mark & 7));
      byThread.set(h.thread, byThread.get(h.thread) | h.has);
    });
    function reach(h) { return bits(byThread.get(h.thread)) * 16 + bits(h.has); }
    var less = !all.length && rows.length > 0;
    (less ? rows : all).sort(function (a, b) { return (less ? reach(b) - reach(a) : 0) || b.score - a.score || b.id - a.id; });
    return { rows: less ? rows : all, less: less && !rows.some(function (h) { return byThread.get(h.thread) === every; }), apart: less, lost: lost };
  }
  function bits(n) { var c = 0; for (; n; n &= n - 1) c++; return c; }
  /* Of a section, and of subjects, the best few first; what else there is only where there is room. */
  function few(rows) {
    var seen = new Map(), first = [], rest = [];
    function nth(key) { var n = (seen.get(key) || 0) + 1; seen.set(key, n); return n; }
    rows.forEach(function (h) { (h.mark >> 3 === 4 && nth("title") > TITLES || nth(h.thread) > A_THREAD ? rest : first).push(h); });
    return first.concat(rest).slice(0, SHOWN);
  }

  /* The rows in which every phrase stands. Their words are known from the index, their order is
     not: so texts are read, the best first, until there are enough. */
  function together(rows, wanted) {
    var kept = [], at = 0, read = new Set();
    function more() {
      var share = [];
      for (; at < rows.length && kept.length < 2 * SHOWN && share.length < 60; at++) {
        if (!read.has(rows[at].thread) && read.size === THREADS) break;
        read.add(rows[at].thread); share.push(rows[at]);
      }
      if (!share.length) return { rows: kept, whole: at === rows.length };
      return Promise.all(share.map(function (h) { return load(threads[h.thread][1]); })).then(function () {
        share.forEach(function (h) {
          var told = texts[threads[h.thread][1]], row = told && told.rows[h.row];
          if (row && stands(row[3], wanted)) kept.push(h);
        });
        return more();
      });
    }
    return Promise.resolve(more());
  }

  // -- words that were meant --------------------------------------------------------------
  /* How many letters apart two words are, swapped neighbours counting as one; more than `most` is all the same. */
  function apart(a, b, most) {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    var old = [], row = [], next = [];
    for (var j = 0; j <= b.length; j++) row[j] = j;
    for (var i = 1; i <= a.length; i++) {
      next = [i];
      for (j = 1; j <= b.length; j++) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], old[j - 2] + 1);
      }
      old = row; row = next;
    }
    return row[b.length];
  }
  /* Of a word that nothing holds, the likeliest that something does: few mistype the first letter. */
  function meant(term) {
    var wanted = [], best = null, most = term.length > 5 ? 2 : 1;
    blocks.forEach(function (b) { ranges(b, term[0]).forEach(function (n) { wanted.push([b, n]); }); });
    return Promise.all(wanted.slice(-FILES).map(function (w) {
      return load(w[0].name + "-" + w[1]).then(function () {
        (w[0].words[w[1]] || []).forEach(function (line) {
          var gap = line.indexOf(" "), word = line.slice(0, gap), far = word[0] === term[0] ? apart(term, word, most) : most + 1, often = line.length - gap;
          if (far <= most && (!best || far < best.far || (far === best.far && often > best.often))) best = { word: word, far: far, often: often };
        });
      });
    })).then(function () { return best && best.word; });
  }

  // -- what is called by its name -----------------------------------------------------------
  /* A section by its number or its commit's id, a step by its address, a file by its name. */
  function named(text) {
    var m = /^\u00a7 ?(\d+)(?: ?\u00b6 ?([A-Z]?)(\d+)(?:\.(\d+))?)?$/.exec(text), at = -1;
    if (m) at = m[1] - 1;
    else if (/^[0-9a-f]{7,64}$/i.test(text)) at = threads.findIndex(function (t) { return same(/([0-9a-f]+)\.html$/.exec(t[0])[1], text.toLowerCase()); });
    if (threads[at]) return load(threads[at][1]).then(function () { return [section(at, m || [])]; });
    var files = called(text.toLowerCase()).map(function (f) { return way(f[1], "file", make("code", f[0])); });
    return defines(text).then(function (found) {
      return files.concat(found.map(function (d) { return way(d[3], d[1], make("code", d[0]), make("span", d[2], "of")); }));
    });
  }
  /* Where an identifier is defined, whoever wrote it. What only begins so counts where it can be no common word. */
  function defines(text) {
    if (!/^[\p{L}_$][\p{L}\p{N}_$]+$/u.test(text)) return Promise.resolve([]);
    var first = text.replace(/^_+/, "")[0] || "", letter = letters && (/[a-z]/i.test(first) ? first.toLowerCase() : "0"), low = text.toLowerCase(), most = IDENTIFIER.test(text) || low.length > 5 ? 2 : 1;
    function far(d) { return d[0] === text ? 0 : d[0].toLowerCase() === low ? 1 : 2; }
    return load(letters ? "names-" + letter : "names").then(function () {
      return (defined[letter] || []).filter(function (d) { return d[0].toLowerCase().indexOf(low) === 0 && far(d) <= most; })
        .sort(function (a, b) { return far(a) - far(b) || a[0].length - b[0].length; }).slice(0, NAMED);
    });
  }
  function same(a, b) { return a.indexOf(b) === 0 || b.indexOf(a) === 0; }
  function section(at, m) {
    var t = threads[at], told = texts[t[1]], part = told.parts[m[2] ? m[2].charCodeAt(0) - 65 : 0], mark = "";
    if (m[3] && part) mark = (m[4] ? "#s-" : "#t-") + part + "-" + m[3] + (m[4] ? "-" + m[4] : "");
    return way(t[0] + mark, "\u00a7" + (at + 1) + (mark ? " \u00b6" + m[2] + m[3] + (m[4] ? "." + m[4] : "") : ""), make("span", told.rows[0][3]));
  }
  function called(text) {
    var path = /[.\/]/.test(text);
    function base(f) { return f[0].slice(f[0].lastIndexOf("/") + 1).toLowerCase(); }
    function far(f) { return base(f) === text ? 0 : base(f).indexOf(text) === 0 ? 1 : 2; }
    return paths.filter(function (f) { return path ? f[0].toLowerCase().indexOf(text) >= 0 : base(f).replace(/(.)\..*$/, "$1") === text; })
      .sort(function (a, b) { return far(a) - far(b) || a[0].length - b[0].length; }).slice(0, NAMED);
  }
  function way(href, head, words, more) {
    var li = make("li"), a = make("a"), top = make("span", "", "top");
    top.append(make("span", head, head[0] === "\u00a7" ? "sec" : "ev"), " ", words, more ? " " : "", more || ""); a.href = ROOT + href; a.append(top); li.append(a);
    return li;
  }

  // -- the line that is shown -------------------------------------------------------------
  function marks(line, words) {
    var found = [], m; WORD.lastIndex = 0;
    while ((m = WORD.exec(line))) {
      var forms = [fold(m[0])].concat(pieces(m[0]));
      var hit = words.filter(function (t) { return forms.some(function (f) { return f.indexOf(t) === 0; }); })[0];
      if (hit) found.push([m.index, m.index + m[0].length, hit]);
    }
    return found;
  }
  function best(text, words, wanted) {
    var path = "", top = { n: -1, line: "", marks: [], path: "" };
    text.split("\n", LINES).some(function (line) {
      if (line[0] === "@" && text[0] === "@") path = line.slice(1);
      var found = marks(line, words), kinds = new Set(found.map(function (f) { return f[2]; })).size;
      if (kinds && stands(line, wanted)) kinds += wanted.length;
      if (kinds > top.n && line.trim()) top = { n: kinds, line: line, marks: found, path: path };
      return top.n === words.length + wanted.length;
    });
    return top;
  }
  function lined(row, words, wanted) {
    var code = row[2] === "edited" || row[2] === "ran", top = best(row[3], words, wanted), from = 0, p = make(code ? "code" : "span", "", "said");
    if (row[2] === "edited") from = 1;
    from += /^\s*/.exec(top.line.slice(from))[0].length;
    var first = top.marks.length ? top.marks[0][0] : from;
    if (first - from > ROOM / 2) { from = first - ROOM / 4; p.append("…"); }
    var to = Math.min(top.line.length, from + ROOM);
    top.marks.forEach(function (m) {
      if (m[0] < from || m[1] > to) return;
      p.append(top.line.slice(from, m[0])); p.append(make("mark", top.line.slice(m[0], m[1]))); from = m[1];
    });
    p.append(top.line.slice(from, to) + (to < top.line.length ? "…" : ""));
    return { path: row[2] === "edited" ? top.path : "", line: p };
  }
  function result(hit, words, wanted) {
    var t = threads[hit.thread], told = texts[t[1]], row = told && told.rows[hit.row], li = make("li"), a = make("a");
    if (!row) return null;
    var letter = told.parts.length > 1 ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[row[0]] || "" : "", turn = row[1].split(".")[0], title = row[2] === "title";
    var mark = "#" + (row[2] === "prompt" ? "t-" + told.parts[row[0]] + "-" + turn : "s-" + told.parts[row[0]] + "-" + row[1].replace(".", "-"));
    a.href = ROOT + t[0] + (title ? "" : mark);
    var head = make("span", "", "top"), number = "§" + (hit.thread + 1) + (title ? "" : " ¶" + letter + (row[2] === "prompt" ? turn : row[1]));
    var shown = lined(row, words, wanted);
    head.append(make("span", number, "sec"), " ", make("span", SAID[row[2]] || row[2], "ev"), " ");
    if (shown.path) head.append(make("code", shown.path), " ");
    if (!title) head.append(make("span", told.rows[0][3], "of"));
    head.append(" ", make("span", told.day, "day"));
    a.append(head, shown.line); li.append(a);
    return li;
  }

  // -- the box ------------------------------------------------------------------------------
  function make(tag, text, cls) { var e = document.createElement(tag); if (text) e.textContent = text; if (cls) e.className = cls; return e; }
  var box = document.querySelector(".search"), q = document.getElementById("q");
  var panel = make("div", "", "found"), said = make("p", "", "dim"), list = make("ol");
  panel.id = "found"; panel.hidden = true; said.setAttribute("role", "status"); list.setAttribute("aria-label", "What was found");
  panel.append(said, list); box.append(panel); q.setAttribute("aria-controls", "found");

  function show(open) { panel.hidden = !open; }
  function say(words) { said.textContent = words; }
  function plural(n, noun) { return n.toLocaleString("en") + " " + noun + (n === 1 ? "" : "s"); }
  function none(words, mine) {
    var a = make("a", "list of prompts"); a.href = ROOT + "prompts.html";
    say("Nothing holds these words. What was asked stands in the "); said.append(a, ".");
    offer(words, words, mine);
  }
  /* What was likely meant in place of those words that nothing holds. */
  function offer(words, lost, mine) {
    Promise.all(words.map(function (w) { return lost.indexOf(w) < 0 ? w : meant(w); })).then(function (found) {
      if (mine !== asked || !found.some(function (w, n) { return w && w !== words[n]; })) return;
      var text = words.map(function (w, n) { return found[n] || w; }).join(" "), b = make("button", text, "copy");
      b.type = "button"; b.addEventListener("click", function () { q.value = text; q.focus(); search(); });
      said.prepend("Did you mean ", b, "? ");
    }).catch(function () {});
  }
  function search() {
    shown = null;
    var mine = ++asked, address = /^\s*\u00a7/.test(q.value), words = address ? [] : terms(q.value), wanted = address ? [] : phrases(q.value);
    if (!q.value.trim()) { list.replaceChildren(); say(""); show(false); return; }
    /* What is called as a common word comes after the best that was said of it. */
    var called = q.value.trim(), ways = [], after = address || IDENTIFIER.test(called) || /[.\/]|^[0-9a-f]{7,64}$/i.test(called) ? 0 : 1;
    ready().then(function () { return Promise.all([named(called), fetched(words)]); }).then(function (got) {
      if (mine !== asked) return;
      ways = got[0];
      var found = ranked(words);
      if (!wanted.length || found.less || found.apart) return found;
      return together(found.rows, wanted).then(function (kept) {
        return kept.rows.length ? { rows: kept.rows, more: !kept.whole } : { rows: found.rows, parted: true };
      });
    }).then(function (found) {
      if (mine !== asked) return;
      var top = few(found.rows);
      return Promise.all(top.map(function (h) { return load(threads[h.thread][1]); })).then(function () {
        if (mine !== asked) return;
        var rows = top.map(function (h) { return result(h, words, found.parted ? [] : wanted); }).filter(Boolean);
        list.replaceChildren.apply(list, rows.slice(0, after).concat(ways, rows.slice(after))); panel.scrollTop = 0; show(true);
        shown = q.value;
        if (go && links().length) return follow();
        if (!rows.length) return ways.length ? say("Found by its name.") : words.length ? none(words, mine) : say(address ? "There is no such section." : "Two letters or more, please.");
        var n = new Set(found.rows.map(function (h) { return h.thread; })).size;
        say((found.less ? "No section holds all of this. " : found.apart ? "No step holds all of this, but a section does. " : found.parted ? "Nowhere does it stand together. " : "") +
          (found.more ? "At least " : "") + plural(found.rows.length, "passage") + " in " + plural(n, "section") + (rows.length < found.rows.length ? ", the best " + rows.length : "") + ".");
        if (found.lost && found.lost.length) offer(words, found.lost, mine);
      });
    }).catch(function () { if (mine === asked) { list.replaceChildren(); show(true); say("The index of this site cannot be read. Weave it again."); } });
  }
  function links() { return Array.prototype.slice.call(list.querySelectorAll("a")); }
  function close() { ++asked; go = false; show(false); }
  /* Enter may come before the answer does. */
  function follow() {
    if (shown === q.value && links().length) { var to = links()[0].href; close(); location.href = to; }
    else { go = true; clearTimeout(timer); search(); }
  }

  q.addEventListener("input", function () { go = false; clearTimeout(timer); timer = setTimeout(search, WAIT); });
  q.addEventListener("focus", function () { if (q.value.trim()) search(); else ready().catch(function () {}); });
  box.addEventListener("keydown", function (e) {
    var all = links(), at = all.indexOf(document.activeElement), to = null;
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") { if (at >= 0) q.focus(); else if (panel.hidden) q.blur(); close(); q.select(); e.preventDefault(); e.stopPropagation(); return; }
    if (panel.hidden && e.key === "ArrowDown" && at < 0) search();
    if (e.key === "Enter" && at < 0) { follow(); e.preventDefault(); return; }
    if (e.key === "ArrowDown") to = all[at + 1];
    else if (e.key === "ArrowUp" && at >= 0) to = all[at - 1] || q;
    else if (e.key === "Home" && at >= 0) to = all[0];
    else if (e.key === "End" && at >= 0) to = all[all.length - 1];
    if (to) { to.focus(); e.preventDefault(); }
    if (at >= 0) e.stopPropagation();
  });
  list.addEventListener("click", function (e) { if (e.target.closest("a") && !e.ctrlKey && !e.metaKey && !e.shiftKey) close(); });
  box.addEventListener("focusout", function (e) { if (!box.contains(e.relatedTarget)) setTimeout(function () { if (!box.contains(document.activeElement)) close(); }, 120); });
  if (document.activeElement === q) { if (q.value.trim() && q.dataset.go) follow(); else if (q.value.trim()) search(); else ready().catch(function () {}); }
})();
