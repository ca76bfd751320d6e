"use strict";
// The live map. Where WebGL is missing the plain drawing stays.
(() => {
  const { data, make, mark, detail } = truceline;
  const figure = document.getElementById("map-figure");
  const holder = document.getElementById("map");
  const panel = document.getElementById("panel");
  const VERDICTS = ["breach", "cannot-tell", "no-breach"];
  const rings = document.getElementById("rings");
  const { zones, lines, places, marks, bounds, step } = data.map;
  const collection = (features) => ({ type: "FeatureCollection", features });
  const webgl = () => { try { return Boolean(document.createElement("canvas").getContext("webgl2")); } catch { return false; } };
  if (!webgl() || typeof maplibregl === "undefined") { listOnly(); return; }

  const colour = (name) => {
    // MapLibre knows no custom properties: ask the browser for the colour itself.
    const probe = make("span", { style: `color: var(--${name})` });
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // Metres to pixels at zoom 0 (a world of 512 px), at a latitude.
  const pixels = (metres, lat) => metres * 512 / (40075016.686 * Math.cos(lat * Math.PI / 180));
  const growing = (expression) => ["interpolate", ["exponential", 2], ["zoom"], 0, expression, 24, ["*", expression, 2 ** 24]];
  const middle = (bounds[1] + bounds[3]) / 2;
  const points = collection(marks.map(([lon, lat, r, v, n, listed], k) => ({
    type: "Feature", id: k, geometry: { type: "Point", coordinates: [lon, lat] },
    properties: { k, v, n, r0: pixels(r, lat), vague: r >= 1500 ? 1 : 0, b: v === 0 ? n : 0, c: v === 1 ? n : 0, o: v === 2 ? n : 0, listed: listed.length },
  })));
  rings.checked = points.features.filter((f) => f.properties.vague).length <= 40;
  const grid = () => {
    const found = [];
    const [w, s, e, n] = [bounds[0] - 20 * step, bounds[1] - 20 * step, bounds[2] + 20 * step, bounds[3] + 20 * step];
    for (let x = Math.ceil(w / step) * step; x <= e; x += step) found.push([[x, Math.max(s, -85)], [x, Math.min(n, 85)]]);
    for (let y = Math.ceil(s / step) * step; y <= n; y += step) if (Math.abs(y) < 85) found.push([[w, y], [e, y]]);
    return collection(found.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } })));
  };
  const CODES = ["breach-bar", "cannot-bar", "no-breach"];
  const verdictColour = () => ["match", ["get", "v"], 0, colour(CODES[0]), 1, colour(CODES[1]), colour(CODES[2])];
  const style = () => ({
    version: 8,
    sources: {
      grid: { type: "geojson", data: grid() },
      zones: { type: "geojson", data: collection(zones) },
      lines: { type: "geojson", data: collection(lines.map((l) => ({ ...l, properties: { ...l.properties, w0: 2 * pixels(l.properties.accuracy, middle) } }))) },
      all: { type: "geojson", data: points },
      marks: { type: "geojson", maxzoom: 20, data: points, cluster: true, clusterRadius: 30, clusterMaxZoom: 19,
        clusterProperties: { n: ["+", ["get", "n"]], b: ["+", ["get", "b"]], c: ["+", ["get", "c"]], o: ["+", ["get", "o"]] } },
      places: { type: "geojson", data: collection(places.map((p) => ({ type: "Feature", properties: { icon: `p|${p.name}` }, geometry: { type: "Point", coordinates: [p.lon, p.lat] } }))) },
      names: { type: "geojson", data: collection(zones.map((z) => ({ type: "Feature", properties: { icon: `z|${z.properties.id}` }, geometry: { type: "Point", coordinates: z.properties.at } }))) },
      chosen: { type: "geojson", data: collection([]) },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour("land") } },
      { id: "grid", type: "line", source: "grid", paint: { "line-color": colour("grid"), "line-width": 1 } },
      { id: "zone", type: "fill", source: "zones", paint: { "fill-color": colour("zone"), "fill-opacity": 0.11 } },
      { id: "zone-edge", type: "line", source: "zones", paint: { "line-color": colour("zone"), "line-width": 1.5 } },
      { id: "band", type: "line", source: "lines", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour("line"), "line-opacity": 0.13, "line-width": growing(["get", "w0"]) } },
      { id: "line", type: "line", source: "lines", layout: { "line-join": "round" }, paint: { "line-color": colour("line"), "line-width": 2 } },
      { id: "rings", type: "circle", source: "all", filter: ["==", ["get", "vague"], 1], layout: { visibility: rings.checked ? "visible" : "none" },
        paint: { "circle-radius": growing(["get", "r0"]), "circle-color": verdictColour(), "circle-opacity": 0.05, "circle-stroke-color": verdictColour(), "circle-stroke-opacity": 0.45, "circle-stroke-width": 1 } },
      { id: "chosen", type: "circle", source: "chosen",
        paint: { "circle-radius": growing(["get", "r0"]), "circle-color": verdictColour(), "circle-opacity": 0.16, "circle-stroke-color": verdictColour(), "circle-stroke-width": 2 } },
      { id: "dots", type: "circle", source: "places", paint: { "circle-radius": 2.6, "circle-color": colour("ink") } },
      { id: "places", type: "symbol", source: "places", layout: { "icon-image": ["get", "icon"], "icon-anchor": "left", "icon-offset": [6, 0] } },
      { id: "names", type: "symbol", source: "names", layout: { "icon-image": ["get", "icon"] } },
      { id: "marks", type: "symbol", source: "marks", layout: { "icon-image": ["concat", "m|", ["to-string", ["get", "b"]], "|", ["to-string", ["get", "c"]], "|", ["to-string", ["get", "o"]]], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["-", 0, ["get", "n"]] } },
      { id: "here", type: "circle", source: "chosen", paint: { "circle-radius": 13, "circle-opacity": 0, "circle-stroke-color": colour("ink"), "circle-stroke-width": 2.5 } },
    ],
  });
  // The name of a place or a zone as the browser writes it, in any script: no font is asked for.
  const nameImage = (id) => {
    const place = id[0] === "p";
    const name = id.slice(2), font = (place ? "500" : "italic 500") + " 12.5px system-ui, 'Noto Sans', 'Noto Sans Arabic', sans-serif";
    const canvas = make("canvas"), scale = 2;
    let pen = canvas.getContext("2d");
    pen.font = font;
    canvas.width = (Math.ceil(pen.measureText(name).width) + 8) * scale;
    canvas.height = 20 * scale;
    pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    Object.assign(pen, { font, textBaseline: "middle", lineJoin: "round", lineWidth: 4, strokeStyle: colour("land"), fillStyle: colour(place ? "ink" : "soft") });
    pen.strokeText(name, 4, 10);
    pen.fillText(name, 4, 10);
    return [pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: scale }];
  };
  // One mark: its own shape. Several: a ring shared out by verdict, with their number.
  const image = (id) => {
    const counts = id.split("|").slice(1).map(Number);
    const total = counts[0] + counts[1] + counts[2];
    const radius = total === 1 ? 9 : Math.min(12 + 3.2 * Math.log2(total), 34);
    const scale = 2, size = Math.ceil(radius + 7) * 2;
    const canvas = make("canvas", { width: size * scale, height: size * scale });
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.translate(size / 2, size / 2);
    const colours = CODES.map(colour);
    if (total === 1) {
      shape(pen, counts.indexOf(1), 7, colours, colour("land"));
    } else {
      pen.fillStyle = colour("sheet");
      pen.beginPath(); pen.arc(0, 0, radius, 0, 7); pen.fill();
      const wide = Math.max(4, radius * 0.26);
      let from = -Math.PI / 2;
      counts.forEach((count, v) => {
        if (!count) return;
        const to = from + count / total * 2 * Math.PI;
        pen.strokeStyle = colours[v]; pen.lineWidth = wide;
        pen.setLineDash(v === 1 ? [2.6, 1.6] : []);
        pen.beginPath(); pen.arc(0, 0, radius - wide / 2, from, to); pen.stroke();
        from = to;
      });
      pen.setLineDash([]);
      if (counts[0] && counts[0] / total < 0.1) {
        // So few among so many would vanish from the ring: a diamond says that they are there.
        pen.save(); pen.translate(0, wide / 2 - radius); shape(pen, 0, 6, colours, colour("land")); pen.restore();
      }
      pen.fillStyle = colour("ink");
      pen.font = `600 ${total > 999 ? 10 : 11.5}px system-ui, sans-serif`;
      pen.textAlign = "center"; pen.textBaseline = "middle";
      pen.fillText(total > 9999 ? `${Math.round(total / 1000)}k` : String(total), 0, 0.5);
    }
    const pixelsOf = pen.getImageData(0, 0, canvas.width, canvas.height);
    return [pixelsOf, { pixelRatio: scale }];
  };
  function shape(pen, v, r, colours, land) {
    pen.lineJoin = "round"; pen.strokeStyle = land; pen.lineWidth = 3; pen.fillStyle = colours[v];
    pen.beginPath();
    if (v === 0) { pen.moveTo(0, -r); pen.lineTo(r, 0); pen.lineTo(0, r); pen.lineTo(-r, 0); pen.closePath(); pen.stroke(); pen.fill(); }
    if (v === 1) { pen.arc(0, 0, r - 1.6, 0, 7); pen.lineWidth = 6; pen.stroke(); pen.strokeStyle = colours[1]; pen.lineWidth = 3; pen.setLineDash([5, 2.2]); pen.stroke(); pen.setLineDash([]); }
    if (v === 2) { pen.rect(-r + 2, -r + 2, 2 * r - 4, 2 * r - 4); pen.stroke(); pen.fill(); }
  }

  holder.hidden = false;
  figure.classList.add("live");
  let map;
  try {
    map = new maplibregl.Map({
      container: holder, style: style(), bounds, fitBoundsOptions: { padding: 24 }, attributionControl: false, dragRotate: false, pitchWithRotate: false,
      touchPitch: false, cooperativeGestures: true, renderWorldCopies: true, maxZoom: 17, fadeDuration: 0,
    });
  } catch { holder.hidden = true; figure.classList.remove("live"); listOnly(); return; }
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-left");
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 140 }), "bottom-right");
  map.getCanvas().setAttribute("aria-label", "Map. Arrow keys move it, plus and minus zoom. The table below holds the same findings.");
  map.on("styleimagemissing", ({ id }) => { if (!map.hasImage(id)) map.addImage(id, ...(id.startsWith("m|") ? image(id) : nameImage(id))); });
  map.on("load", () => { figure.dataset.ready = "yes"; });
  document.addEventListener("themechange", () => { for (const id of map.listImages()) map.removeImage(id); map.setStyle(style(), { diff: false }); });
  rings.addEventListener("change", () => map.setLayoutProperty("rings", "visibility", rings.checked ? "visible" : "none"));

  const choose = (list) => map.getSource("chosen").setData(collection(list.map(({ lon, lat, r, v }) => ({
    type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { v, r0: pixels(r, lat) } }))));
  const one = (k, back) => {
    const r = data.records[k];
    const parts = [];
    if (back) {
      const button = make("button", { type: "button" }, "Back to the list");
      button.addEventListener("click", back);
      parts.push(make("p", {}, button));
    }
    panel.replaceChildren(...parts, detail(r, true));
    panel.scrollTop = 0;
    if (r.lon !== null) choose([{ lon: r.lon, lat: r.lat, r: r.r, v: VERDICTS.indexOf(r.verdict) }]);
  };
  const several = (listed, total) => {
    const items = listed.map((k) => {
      const r = data.records[k];
      const button = make("button", { type: "button" }, mark(r.verdict), ` ${data.words.verdict[r.verdict]}${r.cause ? ` (${r.cause})` : ""}: ${r.act}, ${r.when}`, r.sim ? " " : "", r.sim ? make("span", { class: "sim" }, "SIMULATED") : "");
      button.addEventListener("click", () => one(k, () => several(listed, total)));
      return make("li", {}, button);
    });
    const more = total - listed.length;
    panel.replaceChildren(make("p", {}, make("b", {}, `${total.toLocaleString("en")} findings here`), more > 0 ? `, ${more.toLocaleString("en")} of them counted but not listed on this page` : ""), make("ol", {}, ...items));
    panel.scrollTop = 0;
  };
  map.on("click", "marks", async ({ features: [feature] }) => {
    const inside = feature.properties.cluster
      ? (await map.getSource("marks").getClusterLeaves(feature.properties.cluster_id, 400, 0)).map((f) => f.properties.k) : [feature.properties.k];
    const listed = [...new Set(inside.flatMap((k) => marks[k][5]))].sort((a, b) => a - b);
    choose(inside.slice(0, 60).map((k) => ({ lon: marks[k][0], lat: marks[k][1], r: marks[k][2], v: marks[k][3] })));
    const total = inside.reduce((sum, k) => sum + marks[k][4], 0);
    if (total === 1 && listed.length === 1) one(listed[0]); else several(listed, feature.properties.n ?? total);
  });
  map.on("mouseenter", "marks", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "marks", () => { map.getCanvas().style.cursor = ""; });
  document.addEventListener("showfinding", ({ detail: k }) => {
    const r = data.records[k];
    one(k);
    // Far enough out to see the report's whole region, and where the zone's edge is.
    const zoom = Math.min(10.5, Math.log2(110 / pixels(Math.max(r.r, 500), r.lat)));
    map[still ? "jumpTo" : "easeTo"]({ center: [r.lon, r.lat], zoom });
    figure.scrollIntoView({ block: "start" });
    map.getCanvas().focus({ preventScroll: true });
  });

  function listOnly() {
    document.getElementById("rings").closest("p").hidden = true;
    panel.replaceChildren(make("p", { class: "quiet" }, "This browser has no WebGL, so the map is a plain drawing. The table below opens every finding."));
    document.addEventListener("showfinding", ({ detail: k }) => { panel.replaceChildren(detail(data.records[k], true)); panel.scrollIntoView({ block: "start" }); });
  }
})();
