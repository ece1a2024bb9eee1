/* The county page: shaded townships and the table light up together. */
"use strict";

gisreg.choropleth = function (map, data) {
  var el = gisreg.el;
  var renderer = gisreg.surface(map, "theme", 300, true);
  var light = gisreg.outline(map, "light", 420, { color: "#12395c", weight: 3.5 });
  var rows = {};
  document.querySelectorAll("tr[data-code]").forEach(function (row) {
    rows[row.getAttribute("data-code")] = row;
  });
  var shapes = {};
  var tip = L.tooltip({ sticky: true, direction: "top", className: "tip", offset: [0, -6] });

  function content(township) {
    return el("div", {}, [
      el("b", {}, [gisreg.both(township.name)]),
      el("div", {}, [gisreg.word("left"), " " + gisreg.mu(township.mu) + " ", gisreg.word("mu"), " · " + gisreg.number(township.count, 0) + " ", gisreg.word("parcels")]),
      el("div", {}, [gisreg.word("not_closed"), " " + gisreg.mu(township.openMu) + " ", gisreg.word("mu"), " · " + gisreg.number(township.openCount, 0) + " ", gisreg.word("parcels")]),
    ]);
  }

  function highlight(code) {
    light(code === null ? null : shapes[code]);
    Object.keys(rows).forEach(function (key) {
      rows[key].classList.toggle("lit", key === code);
    });
  }

  data.townships.forEach(function (township) {
    var rings = gisreg.rings(township.shape);
    var shape = new gisreg.Shape(rings, {
      renderer: renderer, pane: "theme", color: "#7d7468", weight: 1.1, fillColor: township.shade, fillOpacity: 1,
    });
    shapes[township.code] = shape;
    shape
      .on("mouseover", function (event) {
        highlight(township.code);
        tip.setContent(content(township)).setLatLng(event.latlng);
        map.openTooltip(tip);
      })
      .on("mousemove", function (event) {
        tip.setLatLng(event.latlng);
      })
      .on("mouseout", function () {
        highlight(null);
        map.closeTooltip(tip);
      })
      .on("click", function () {
        if (township.href) gisreg.goTo(township.href);
      })
      .addTo(map);
    map.extent.extend(shape.getBounds());
    var label = el("span", { class: "figure" }, [
      el("b", {}, [gisreg.both(township.name)]),
      el("small", {}, township.nothing ? [gisreg.both(township.nothing)] : [gisreg.number(township.mu, township.mu < 10 ? 1 : 0) + " ", gisreg.word("mu")]),
    ]);
    gisreg.place(map, gisreg.inside(rings), label, "township-name", 1000 + township.mu);
  });

  function shade() {
    Object.keys(shapes).forEach(function (code) {
      shapes[code].setStyle({ fillOpacity: map.based ? 0.66 : 1 });
    });
  }
  map.on("basechange", shade);
  shade();

  Object.keys(rows).forEach(function (code) {
    if (!shapes[code]) return;
    ["mouseenter", "focusin"].forEach(function (name) {
      rows[code].addEventListener(name, function () {
        highlight(code);
      });
    });
    ["mouseleave", "focusout"].forEach(function (name) {
      rows[code].addEventListener(name, function () {
        highlight(null);
      });
    });
  });

  function legend() {
    var entries = [];
    if (data.none) entries.push([data.none, gisreg.both(data.noneWords)]);
    data.shades.forEach(function (shade, place) {
      var low = place === 0 ? null : gisreg.number(data.breaks[place - 1], data.breaks[place - 1] % 1 ? 1 : 0);
      var high = place < data.breaks.length ? gisreg.number(data.breaks[place], data.breaks[place] % 1 ? 1 : 0) : null;
      var text = low === null ? (high === null ? "> 0" : "≤ " + high) : high === null ? "> " + low : low + " – " + high;
      entries.push([shade, text]);
    });
    return el("div", { class: "map-legend" }, [
      el("b", {}, [gisreg.word("legend_left")]),
      el("ul", {}, entries.map(function (entry) {
        return el("li", {}, [gisreg.swatch(entry[0], false), el("span", {}, [entry[1]])]);
      })),
    ]);
  }

  var Legend = L.Control.extend({ options: { position: "bottomleft" }, onAdd: legend });
  map.finish = function () {
    if (data.townships.length) map.addControl(new Legend());
    gisreg.ready(map);
  };
};
