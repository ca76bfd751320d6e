"use strict";
// The table of findings: sort, filter, and the reasons of each. All text is set as text.
const truceline = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const table = document.getElementById("table");
  const make = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
    return node;
  };
  const mark = (verdict) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", `mark ${verdict}`);
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#m-${verdict}`);
    svg.append(use);
    return svg;
  };
  const shown = (value) => Array.isArray(value) ? value.join("; ") : String(value ?? "");
  const field = (value) => value === data.withheld || (Array.isArray(value) && value[0] === data.withheld)
    ? make("span", { class: "withheld" }, "withheld") : make("span", { dir: "auto" }, shown(value));
  const list = (pairs) => {
    const dl = make("dl");
    for (const [name, value] of pairs) {
      if (value === null || value === undefined || shown(value) === "") continue;
      dl.append(make("dt", {}, name), make("dd", {}, value instanceof Node ? value : field(value)));
    }
    return dl;
  };
  const length = (metres) => metres >= 1000 ? `${Number((metres / 1000).toPrecision(3))} km` : `${metres} m`;
  const percent = (share) => share === null ? "cannot be told" : `${(share * 100).toFixed(2)} %`;
  const place = (r) => r.lon === null ? "none that could be drawn"
    : `${r.lat.toFixed(r.closed.includes("position") ? 2 : 5)}, ${(((r.lon + 540) % 360) - 180).toFixed(r.closed.includes("position") ? 2 : 5)} (lat, lon)`
      + (r.r ? `, somewhere within ${length(r.r)}` : ", exactly")
      + (r.closed.includes("position") ? " · rounded" : "");
  const deaths = ([low, best, high]) => best === null && low === null && high === null ? "not stated"
    : `${best ?? "–"}` + (low !== null || high !== null ? ` (from ${low ?? "–"} to ${high ?? "–"})` : "");

  const clauseWords = (r) => {
    const c = data.clauses[r.clause];
    if (!c) return null;
    const windows = c.windows.map(([reading, words]) => c.windows.length > 1 && reading ? `${words}, read as ${reading}` : words);
    const said = c.text ? make("blockquote", { dir: "auto" }, c.text) : null;
    return [
      make("h4", {}, `The clause: ${c.id}` + (c.held ? `, ${c.held}` : "")), said,
      list([[c.kind, c.phrase], ["where", c.where], ["zone", c.zones.join(" or ")], ["window", windows.join("; or ")],
        ["whose acts", c.by || "anyone’s"], ...c.exceptions.map((e) => ["except", e]), ...c.facts, ["source", c.source]]),
    ];
  };
  const sourceWords = (r) => r.events.map((k) => {
    const e = data.reports[k];
    if (!data.withEvents) return list([["report", e.id], ["its words", "not at hand when this page was made"]]);
    const text = e.text === data.withheld ? make("p", { class: "withheld" }, "The source's words are withheld.")
      : e.text ? make("blockquote", { dir: "auto" }, e.text) : make("p", { class: "quiet" }, "The source gives no words of its own.");
    const url = /^https?:\/\//i.test(e.url) ? make("a", { href: e.url, rel: "noreferrer noopener", target: "_blank" }, e.url) : e.url;
    const node = make("div", {}, text, list([["report", e.id], ["source", e.source], ["it cites", e.cites], ["as of", e.asof], ["its time", e.when],
      ["its place", e.place], ["its act", e.act], ["against", e.target], ["how seen", e.means], ["link", url],
      ["file", e.file], ["line", e.line], ["SHA-256", e.sha256 ? make("span", { class: "hash" }, e.sha256) : ""]]));
    return node;
  });
  const killed = (d) => d.every((x) => x === null) ? "" : deaths(d);
  const several = (r, a) => {
    if (!data.linked || a.sources === null) return [];
    const apart = a.independent < a.sources ? `${a.sources} sources, of which ${a.independent} ${a.independent === 1 ? "stands" : "stand"} alone: the others cite or copy`
      : a.sources === 1 ? "one source" : `${a.sources} sources, none of which cites another`;
    const told = [list([["told by", apart], ["leads that support it", a.leads || ""]])];
    if (a.differ.length) told.push(make("h4", {}, "Where accounts differ"), make("ul", { class: "differ" }, ...a.differ.map((d) => make("li", { dir: "auto" }, d))));
    if (r.events.length > 1 && data.withEvents) {
      const head = make("tr", {}, ...["Report", "Act", "Who is said to have acted", "Killed", "Place known to"].map((h) => make("th", { scope: "col" }, h)));
      const rows = r.events.map((k, n) => {
        const e = data.reports[k];
        const name = e.source === data.withheld ? `report ${n + 1}` : e.source;
        return make("tr", {}, make("th", { scope: "row", dir: "auto" }, name), make("td", {}, e.label), make("td", {}, shown(e.actor) ? field(e.actor) : "nobody named"), make("td", {}, killed(e.deaths) || "not stated"), make("td", {}, e.r === null || e.r === undefined ? "no place" : length(e.r)));
      });
      told.push(make("h4", {}, "What each source said"), make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "What each source said" }, make("table", { class: "plain said" }, make("thead", {}, head), make("tbody", {}, ...rows))));
    }
    return told;
  };
  const step = (s) => s.n ? make("a", { href: `#f${s.n}` }, `No. ${s.n}: ${s.what}`) : make("span", {}, s.what);
  const answered = (r, a) => {
    if (!data.chained) return [];
    const said = [make("h4", {}, "What it may have answered")];
    if (!a.answers && r.attribution !== "actor") return [...said, make("p", { class: "quiet" }, "Not asked: who acted here is not known.")];
    if (!a.answers) return [...said, make("p", { class: "quiet" }, "No earlier act of the other side that is near enough is reported in this data.")];
    const total = a.answers.total;
    said.push(make("p", { class: "quiet" }, total === 1 ? "One earlier act of the other side was near enough. That it was answered is not shown." : `${total} earlier acts of the other side were near enough; each is an alternative to the others. That any was answered is not shown.`));
    said.push(make("ol", { class: "answers" }, ...a.answers.rows.map((c) => make("li", {}, step(c), list([["basis", c.basis], ["how much earlier", c.when], ["how far apart", c.where], ["sides", c.sides], ["a source’s words", c.quote]])))));
    if (a.answers.chain.length > 1) {
      const parts = a.answers.chain.map((s, n) => make("li", {}, n === 0 ? "this act" : step(s), n === a.answers.chain.length - 1 ? make("small", {}, ` ${a.answers.last} along this chain`) : ""));
      said.push(make("p", {}, "One possible chain, each step the first of its alternatives:"), make("ol", { class: "chain" }, ...parts));
    }
    return said;
  };
  const reviewed = (a) => a.reviews.length ? [make("h4", {}, "What people found"), make("ul", {}, ...a.reviews.map((v) => make("li", {}, `${v.state.replace("-", " ")}, ${v.at}, by `, field(v.who), ": ", field(v.because), v.document ? make("span", { class: "hash" }, ` document ${v.document}`) : "")))] : [];
  const detail = (r, inPanel) => {
    const words = data.words, account = data.accounts[r.n - 1];
    const head = make("p", { class: "head" }, mark(r.verdict), ` ${r.act}, ${r.when}: ${words.verdict[r.verdict]}`, make("span", { class: "ref" }, r.ref), r.sim ? " " : "", r.sim ? make("span", { class: "sim" }, "SIMULATED") : "");
    const because = r.cause ? make("p", {}, `It cannot be told because ${words.cause[r.cause]}.`) : null;
    const reasons = make("ul", { class: "reasons" }, ...r.why.map((k) => {
      const s = data.sentences[k];
      return make("li", {}, make("span", { class: "rule" }, s.rule, make("small", {}, s.outcome)), make("span", { dir: "auto" }, s.detail));
    }));
    const facts = list([["finding", r.id], ["who is said to have acted", r.actor.length ? r.actor : "nobody is named"], ["party", r.party],
      ["attribution", r.attribution === "disputed" ? "disputed: accounts differ on who acted" : r.attribution], ["bound", words.bound[r.bound] ?? r.bound], ["standing", r.standing],
      ["share inside the zone", percent(r.pz)], ["share inside the window", percent(r.pt)], ["place", place(r)], ["how many the report counted", r.count], ["deaths, best figure", deaths(r.deaths)]]);
    const node = make("div", { class: `finding ${r.verdict}` }, head, because, reasons, make("h4", {}, "The finding"), facts, ...reviewed(account), ...several(r, account), ...answered(r, account), ...(clauseWords(r) ?? []),
      make("h4", {}, r.events.length > 1 ? `The ${r.events.length} reports` : "The report"), ...sourceWords(r));
    if (r.lon !== null && data.map) {
      const button = make("button", { type: "button" }, inPanel ? "Show in the table" : "Show on the map");
      button.addEventListener("click", () => inPanel ? reveal(r.n - 1) : document.dispatchEvent(new CustomEvent("showfinding", { detail: r.n - 1 })));
      node.append(make("p", {}, button));
    }
    return node;
  };
  if (!table) return { data, make, mark, detail };

  const STEP = 100;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, k) => ({ row, r: data.records[k], text: row.textContent.toLowerCase() }));
  for (const entry of rows) {
    const e = entry.r.events.map((k) => data.reports[k]);
    entry.text += ` ${entry.r.ref} ${entry.r.id} ${e.map((x) => `${x.place} ${x.text} ${shown(x.target)}`).join(" ")}`.toLowerCase();
  }
  const state = { key: "n", down: false, limit: STEP };
  const form = document.getElementById("filters");
  const value = { verdict: (r) => ["breach", "cannot-tell", "no-breach"].indexOf(r.verdict) + r.cause, start: (r) => Date.parse(r.start), actor: (r) => shown(r.actor), p: (r) => r.pz === null ? -1 : r.pz * r.pt };
  const get = (r) => (value[state.key] ?? ((x) => x[state.key]))(r);
  const order = (a, b) => {
    const x = get(a.r), y = get(b.r);
    const by = typeof x === "number" ? x - y : String(x).localeCompare(String(y));
    return (state.down ? -by : by) || a.r.n - b.r.n;
  };
  const fits = ({ r, text }, wanted) => (!wanted.verdict || r.verdict === wanted.verdict) && (!wanted.cause || r.cause === wanted.cause)
    && (!wanted.standing || r.standing === wanted.standing) && (!wanted.provision || r.provision === wanted.provision) && (!wanted.bound || r.bound === wanted.bound)
    && wanted.words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  const update = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const found = rows.filter((entry) => fits(entry, wanted)).sort(order);
    const parts = document.createDocumentFragment();
    found.forEach((entry, k) => {
      entry.row.hidden = k >= state.limit;
      parts.append(entry.row);
      if (entry.open) { entry.open.hidden = entry.row.hidden; parts.append(entry.open); }
    });
    body.replaceChildren(parts);
    const seen = Math.min(found.length, state.limit);
    document.getElementById("count").textContent = `${found.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} listed findings fit` + (seen < found.length ? `; the first ${seen} are shown.` : ".");
    const more = document.getElementById("more");
    more.parentElement.hidden = seen >= found.length;
    more.textContent = `Show ${Math.min(STEP, found.length - seen)} more`;
    return found;
  };
  const open = (k, wanted) => {
    const entry = rows[k];
    const button = entry.row.querySelector(".why");
    const now = wanted ?? !entry.open;
    if (now && !entry.open) {
      const cell = make("td", { colspan: 9, role: "cell" }, detail(entry.r, false));
      entry.open = make("tr", { class: "detail", role: "row", id: `d${entry.r.n}` }, cell);
      entry.row.after(entry.open);
      button.setAttribute("aria-controls", `d${entry.r.n}`);
    } else if (!now && entry.open) { entry.open.remove(); entry.open = null; button.removeAttribute("aria-controls"); }
    entry.row.classList.toggle("opened", now);
    button.setAttribute("aria-expanded", String(now));
  };
  const reveal = (k) => {
    form.reset();
    const place = update().indexOf(rows[k]);
    if (place >= state.limit) { state.limit = place + 1; update(); }
    open(k, true);
    const button = rows[k].row.querySelector(".why");
    rows[k].row.scrollIntoView({ block: "start" });
    button.focus({ preventScroll: true });
  };
  for (const head of table.tHead.rows[0].cells) {
    const key = head.dataset.key;
    if (!key) continue;
    const button = make("button", { type: "button" }, ...head.childNodes);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      state.down = state.key === key ? !state.down : key === "p";
      state.key = key;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      update();
    });
  }
  body.addEventListener("click", (event) => {
    const button = event.target.closest(".why");
    if (button) open(Number(button.dataset.k));
  });
  form.addEventListener("input", () => { state.limit = STEP; update(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("more").addEventListener("click", () => {
    const first = rows.filter((e) => !e.row.hidden && e.row.isConnected).length;
    state.limit += STEP;
    const found = update();
    found[Math.min(first, found.length - 1)]?.row.querySelector(".why").focus();
  });
  addEventListener("beforeprint", () => { for (const { row } of rows) if (row.isConnected) row.hidden = false; });
  addEventListener("afterprint", update);
  update();
  return { data, make, mark, detail };
})();
