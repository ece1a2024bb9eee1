/* The preview page: what a file would make of the registry; outcomes and findings in the legend, a list, details. */
"use strict";

gisreg.preview = function (map, page) {
  var el = gisreg.el;
  var both = gisreg.both;
  var rows = page.rows;
  var FACETS = ["fate", "finding"];
  var NARROW = 860;

  Object.assign(gisreg.words, page.words, { map_of_preview: page.words.preview_map_of_preview });

  function word(key) {
    return gisreg.word("preview_" + key);
  }

  function filled(key, values) {
    return gisreg.filled("preview_" + key, values);
  }

  var byToken = { fate: {}, finding: {} };
  FACETS.forEach(function (facet) {
    page.legend[facet].forEach(function (entry) {
      byToken[facet][entry.token] = entry;
      entry.visible = true;
      entry.drawn = 0;
    });
  });

  function isShown(row) {
    return byToken.fate[row.fate].visible && row.found.some(function (token) {
      return byToken.finding[token].visible;
    });
  }

  /* ---- drawing: the file's shapes, above them the outlines that the registry has now ---- */

  var surface = gisreg.surface(map, "rows", 400, true);
  var above = gisreg.surface(map, "before", 410, false);
  var hover = gisreg.outline(map, "hover", 430, { color: "#12395c", weight: 3 });
  var select = gisreg.outline(map, "selected", 440, { color: "#c2185b", weight: 3.5 });
  var tip = L.tooltip({ sticky: true, direction: "top", className: "tip", offset: [0, -6] });
  var FINDING_LINES = { repaired: { color: "#174a7c", weight: 2.4 }, warned: { color: "#8a6a00", weight: 2.4 }, clean: { color: "#2a333c", weight: 0.9 } };

  function draw(row, place) {
    if (!row.shape) return;
    var entry = byToken.fate[row.fate];
    row.drawn = new gisreg.Shape(gisreg.rings(row.shape), Object.assign({
      renderer: surface, pane: "rows", fillColor: entry.colour, glyph: entry.glyph || null, hatched: row.fate === "refused",
      fillOpacity: row.fate === "same" ? 0.5 : 0.78, opacity: 0.95,
    }, FINDING_LINES[row.found[0]]));
    row.drawn.row = place;
    row.drawn.on({
      mouseover: function (event) { onOver(row, event); },
      mousemove: function (event) { tip.setLatLng(event.latlng); },
      mouseout: function () { hover(null); map.closeTooltip(tip); },
      click: function (event) { open(row, event.latlng); },
    });
    row.drawn.addTo(map);
    if (row.before) {
      row.old = L.polygon(gisreg.rings(row.before), {
        renderer: above, pane: "before", interactive: false, fill: false, color: "#1c2733", weight: 2, dashArray: "6 4",
      }).addTo(map);
    }
    entry.drawn += 1;
    row.found.forEach(function (token) {
      byToken.finding[token].drawn += 1;
    });
  }

  /* Refused rows may lie anywhere: they set the frame only where nothing else does. */
  function frame() {
    [false, true].forEach(function (refused) {
      if (map.extent.isValid()) return;
      rows.forEach(function (row) {
        if (row.drawn && (row.fate === "refused") === refused && row.fate !== "missing") map.extent.extend(row.drawn.getBounds());
      });
    });
    if (map.extent.isValid()) return;
    rows.forEach(function (row) {
      if (row.drawn) map.extent.extend(row.drawn.getBounds());
    });
  }

  /* From far away a dashed outline would only hide the colour below it. */
  var DASHED_FROM = 14;

  function isTiny(outline) {
    var bounds = outline.getBounds();
    var size = map.latLngToLayerPoint(bounds.getSouthEast()).subtract(map.latLngToLayerPoint(bounds.getNorthWest()));
    return Math.max(Math.abs(size.x), Math.abs(size.y)) < DASHED_FROM;
  }

  function dashOutlines() {
    rows.forEach(function (row) {
      if (row.old) row.old.options.hidden = row.drawn.options.hidden || isTiny(row.old);
    });
    refresh();
  }

  function refresh() {
    [surface, above].forEach(function (renderer) {
      renderer._redrawBounds = null;
      if (renderer._ctx) renderer._redraw();
    });
  }

  /* ---- words about a row ---- */

  function titleOf(row) {
    var name = row.id || row.code;
    return row.row === undefined ? [name || ""] : [filled("row", { row: row.row }), name ? " · " + name : ""];
  }

  function onOver(row, event) {
    hover(row.drawn);
    tip.setContent(el("div", {}, [
      el("b", {}, titleOf(row)),
      el("div", {}, [both(byToken.fate[row.fate].title)]),
      row.moved ? el("div", {}, [word("moved"), " " + gisreg.number(row.moved, 2) + " m"]) : null,
      row.told ? el("div", {}, [both(row.told[0][1])]) : null,
    ])).setLatLng(event.latlng);
    map.openTooltip(tip);
  }

  function line(key, value) {
    return value === undefined || value === null ? [] : [el("dt", {}, [word(key)]), el("dd", {}, [].concat(value))];
  }

  function signed(value) {
    return (value > 0 ? "+" : "") + gisreg.number(value, 1) + " m²";
  }

  function movedOf(row) {
    if (row.fate !== "changed") return null;
    if (row.rounding) return [word("rounding")];
    return row.moved ? [el("b", {}, [gisreg.number(row.moved, 2) + " m"])] : [word("not_moved")];
  }

  function shown(value) {
    if (value === null) return word("empty");
    return Array.isArray(value) ? both(value) : value;
  }

  function fieldsOf(row) {
    if (!row.fields) return null;
    return el("table", { class: "fields" }, [
      el("thead", {}, [el("tr", {}, ["field", "registered", "in_file"].map(function (key) {
        return el("th", { scope: "col" }, [word(key)]);
      }))]),
      el("tbody", {}, row.fields.map(function (field) {
        return el("tr", {}, [el("th", { scope: "row" }, [both(field[0])]), el("td", {}, [shown(field[1])]), el("td", {}, [shown(field[2])])]);
      })),
    ]);
  }

  function toldOf(row) {
    if (!row.told) return null;
    var items = row.told.map(function (one) {
      var entry = byToken.fate[one[0]] || byToken.finding[one[0]];
      return el("li", {}, [
        gisreg.swatch(entry ? entry.colour : "#fff", one[0] === "refused"), " ",
        el("b", {}, [both(one[1])]), one[3] ? " (" + one[3] + ")" : null,
        el("small", {}, [" ", both(one[2]), one[4] ? el("span", {}, [" · ", word("place"), " " + one[4]]) : null]),
      ]);
    });
    if (row.more) items.push(el("li", {}, [filled("more_findings", { count: row.more })]));
    return el("ul", { class: "told" }, items);
  }

  function details(row) {
    var entry = byToken.fate[row.fate];
    return el("article", { class: "details", tabindex: "-1" }, [
      el("h2", {}, titleOf(row)),
      el("p", { class: "badges" }, [el("span", { class: "badge advice" }, [gisreg.swatch(entry.colour, row.fate === "refused", entry.glyph), both(entry.title)])]),
      el("dl", {}, [].concat(
        line("parcel", row.code), line("id", row.id), line("moved", movedOf(row)),
        line("area_m2", row.area === undefined ? null : gisreg.number(row.area, 1) + " m²"),
        line("area_change", row.change === undefined ? null : signed(row.change)),
        line("place", row.shape ? null : [word("no_shape")])
      )),
      fieldsOf(row),
      toldOf(row),
    ]);
  }

  /* ---- details: a bubble, or a sheet at the foot of a narrow screen ---- */

  var sheet = el("section", { class: "sheet", hidden: "" });
  document.body.append(sheet);

  function closeSheet() {
    sheet.hidden = true;
    select(null);
  }

  function openSheet(row) {
    var close = gisreg.labelled(el("button", { type: "button", class: "sheet-close" }, ["×"]), "close");
    close.addEventListener("click", closeSheet);
    sheet.replaceChildren(close, details(row));
    sheet.hidden = false;
    sheet.scrollTop = 0;
    if (!row.drawn) return;
    map.getContainer().scrollIntoView({ block: "start", behavior: "instant" });
    var box = map.getContainer().getBoundingClientRect();
    var free = Math.min(box.bottom, sheet.getBoundingClientRect().top);
    var at = box.top + map.latLngToContainerPoint(gisreg.inside(row.drawn.getLatLngs())).y;
    map.panBy([0, at - (box.top + free) / 2], { animate: false });
  }

  function openPopup(row, at) {
    var size = map.getSize();
    var popup = L.popup({
      maxWidth: Math.min(420, size.x - 40), minWidth: Math.min(300, size.x - 60), maxHeight: Math.max(180, size.y - 110),
      autoPanPaddingTopLeft: [60, 56], autoPanPaddingBottomRight: [60, 14],
    });
    popup.setLatLng(at || (row.drawn ? gisreg.inside(row.drawn.getLatLngs()) : map.getCenter())).setContent(details(row));
    popup.on("remove", function () {
      select(null);
    });
    map.openPopup(popup);
    gisreg.labelled(popup.getElement().querySelector(".leaflet-popup-close-button"), "close");
  }

  function open(row, at) {
    if (!isShown(row)) showAll();
    map.closeTooltip(tip);
    map.closePopup();
    if (window.innerWidth <= NARROW) openSheet(row);
    else openPopup(row, at);
    select(row.drawn || null);
    gisreg.refreshLabels();
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && !sheet.hidden) closeSheet();
  });

  function goTo(row) {
    if (row.drawn) map.fitBounds(row.drawn.getBounds().pad(3), { maxZoom: 18, animate: false });
    open(row);
    document.querySelector(".details").focus({ preventScroll: true });
  }

  /* ---- legend and list ---- */

  var panel = document.getElementById("legend");
  var status = document.getElementById("shown");
  var reset = document.getElementById("reset");
  var input = document.getElementById("filter");
  var list = document.querySelector("#list ol");

  function makeButton(entry) {
    entry.button = el("button", { type: "button", class: "entry-button", "aria-pressed": "true", "data-token": entry.token }, [
      gisreg.swatch(entry.colour, entry.token === "refused", entry.glyph), el("span", { class: "title" }, [both(entry.title)]),
      el("span", { class: "number" }, [entry.count === null ? "" : gisreg.number(entry.count, 0)]),
      el("span", { class: "number" }, [gisreg.number(entry.drawn, 0)]),
    ]);
    entry.button.addEventListener("click", function () {
      entry.visible = !entry.visible;
      apply();
    });
    return el("li", {}, [entry.button]);
  }

  function buildLegend() {
    panel.append(el("div", { class: "entry-heading", "aria-hidden": "true" }, [el("span"), el("span", { class: "number" }, [word("rows")]), el("span", { class: "number" }, [word("drawn")])]));
    FACETS.forEach(function (facet) {
      panel.append(gisreg.labelled(el("ul", { "data-facet": facet }, page.legend[facet].map(makeButton)), "preview_" + facet));
    });
  }

  /* What needs a look first; within each outcome by the file's rows. */
  var LIST_ORDER = ["refused", "changed", "new", "same", "missing"];
  var listed = [].concat.apply([], LIST_ORDER.map(function (fate) {
    return rows.filter(function (row) {
      return row.fate === fate;
    });
  }));

  function matches(row, wanted) {
    if (!wanted) return true;
    return [String(row.row === undefined ? "" : row.row), row.id || "", row.code || ""].concat((row.told || []).map(function (one) {
      return one[1].join(" ");
    })).some(function (text, place) {
      return place === 0 ? text === wanted : text.toLowerCase().includes(wanted);
    });
  }

  function item(row) {
    var button = el("button", { type: "button", class: "link" }, titleOf(row));
    button.addEventListener("click", function () {
      goTo(row);
    });
    var detail = row.told ? both(row.told[0][1]) : row.moved ? el("span", {}, [word("moved"), " " + gisreg.number(row.moved, 2) + " m"]) : null;
    return el("li", {}, [button, el("span", {}, [gisreg.swatch(byToken.fate[row.fate].colour, row.fate === "refused", byToken.fate[row.fate].glyph)]), detail ? el("small", {}, [detail]) : null]);
  }

  function fillList() {
    var wanted = input.value.trim().toLowerCase();
    var items = [];
    for (var i = 0; i < listed.length && items.length < page.listed; i++) {
      if (isShown(listed[i]) && matches(listed[i], wanted)) items.push(item(listed[i]));
    }
    list.replaceChildren.apply(list, items.length ? items : [el("li", { class: "nothing" }, [word("none")])]);
  }

  function showAll() {
    FACETS.forEach(function (facet) {
      page.legend[facet].forEach(function (entry) {
        entry.visible = true;
      });
    });
    apply();
  }

  function apply() {
    var visible = 0;
    var all = 0;
    rows.forEach(function (row) {
      if (!row.drawn) return;
      all += 1;
      var on = isShown(row);
      if (on) visible += 1;
      row.drawn.options.hidden = !on;
    });
    FACETS.forEach(function (facet) {
      page.legend[facet].forEach(function (entry) {
        entry.button.setAttribute("aria-pressed", String(entry.visible));
      });
    });
    status.replaceChildren(filled("showing", { shown: gisreg.number(visible, 0), all: gisreg.number(all, 0) }));
    reset.hidden = visible === all;
    dashOutlines();
    fillList();
  }

  reset.addEventListener("click", showAll);
  input.addEventListener("input", fillList);

  rows.forEach(draw);
  frame();
  buildLegend();
  gisreg.ready(map);
  map.on("zoomend", dashOutlines);
  apply();
};
