/* Shared by all map pages: language, safe DOM building, the drawing surface, scale bar, north arrow, printing. */
"use strict";

var gisreg = (function () {
  var SCALE = 1e7;
  var SVG = "http://www.w3.org/2000/svg";
  var DRAWN_AT_ONCE = Math.max(1, Math.min(3, window.devicePixelRatio || 1));
  var PRINT_RATIO = 3.5;
  var INK = "#1c2733";
  var self = { words: {}, ratio: DRAWN_AT_ONCE, maps: [] };

  /* ---- data and DOM: text only ever becomes text ---- */

  self.data = function (id) {
    return JSON.parse(document.getElementById(id).textContent);
  };

  self.el = function (tag, attributes, children) {
    var made = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      made.setAttribute(name, attributes[name]);
    });
    (children || []).forEach(function (child) {
      if (child !== null && child !== undefined) made.append(child);
    });
    return made;
  };

  /* Both languages side by side; the style sheet shows one of them. */
  self.both = function (pair) {
    var fragment = document.createDocumentFragment();
    if (pair[0] === pair[1]) {
      fragment.append(pair[0]);
    } else {
      fragment.append(
        self.el("span", { class: "zh", lang: "zh-CN" }, [pair[0]]),
        self.el("span", { class: "en", lang: "en" }, [pair[1]])
      );
    }
    return fragment;
  };

  self.word = function (key) {
    return self.both(self.words[key]);
  };

  self.filled = function (key, values) {
    return self.both(
      self.words[key].map(function (text) {
        return text.replace(/\{(\w+)\}/g, function (_all, name) {
          return values[name];
        });
      })
    );
  };

  self.svg = function (tag, attributes) {
    var made = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach(function (name) {
      made.setAttribute(name, attributes[name]);
    });
    return made;
  };

  self.swatch = function (colour, hatched, glyph) {
    var box = self.svg("svg", { class: "swatch", width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true", focusable: "false" });
    box.append(self.svg("rect", { x: 0.5, y: 0.5, width: 17, height: 17, rx: 2, fill: colour, stroke: "#5d6873", "stroke-opacity": 0.55 }));
    if (hatched) {
      box.append(self.svg("path", { d: "M0 6L6 0M0 12L12 0M0 18L18 0M6 18L18 6M12 18L18 12", stroke: INK, "stroke-width": 1.3 }));
    }
    if (glyph) {
      var text = self.svg("text", { x: 9, y: 13.5, "text-anchor": "middle", "font-size": 12, "font-weight": 700, fill: "#fff", stroke: INK, "stroke-width": 2, "paint-order": "stroke" });
      text.append(glyph);
      box.append(text);
    }
    return box;
  };

  self.number = function (value, digits) {
    return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  };

  self.mu = function (value) {
    return self.number(value, 2);
  };

  /* ---- language ---- */

  function setLanguage(language) {
    var short = language === "en" ? "en" : "zh";
    document.documentElement.lang = language;
    document.title = document.body.getAttribute("data-title-" + short);
    document.querySelectorAll("[data-language]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-language") === language));
    });
    document.querySelectorAll('a[href*=".html"]').forEach(function (link) {
      link.setAttribute("href", link.getAttribute("href").split("#")[0] + hashOf(short));
    });
    labelAll(document, short);
    self.maps.forEach(function (map) {
      declutter(map);
    });
  }

  /* Pages lead to each other in the reader's language; a mark after the address also works for pages opened from disk.
     In the language that the pages were made for there is none. */
  var MADE_FOR = document.documentElement.lang;

  function hashOf(short) {
    return short === (MADE_FOR === "en" ? "en" : "zh") ? "" : "#" + short;
  }

  self.goTo = function (address) {
    window.location.href = address + hashOf(document.documentElement.lang === "en" ? "en" : "zh");
  };

  function labelAll(root, short) {
    root.querySelectorAll("[data-label-zh]").forEach(function (element) {
      element.setAttribute("aria-label", element.getAttribute("data-label-" + short));
    });
    root.querySelectorAll("[data-placeholder-zh]").forEach(function (element) {
      element.setAttribute("placeholder", element.getAttribute("data-placeholder-" + short));
    });
  }

  self.labelled = function (element, key) {
    element.setAttribute("data-label-zh", self.words[key][0]);
    element.setAttribute("data-label-en", self.words[key][1]);
    return element;
  };

  self.refreshLabels = function () {
    labelAll(document, document.documentElement.lang === "en" ? "en" : "zh");
  };

  /* ---- shapes ---- */

  self.ring = function (steps) {
    var x = 0;
    var y = 0;
    var points = new Array(steps.length / 2);
    for (var i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points[i / 2] = L.latLng(y / SCALE, x / SCALE);
    }
    return points;
  };

  self.rings = function (shape) {
    return shape.map(function (polygon) {
      return polygon.map(self.ring);
    });
  };

  /* A point inside the largest polygon: its centroid, or the middle of the widest stretch at that height. */
  self.inside = function (polygons) {
    var best = null;
    polygons.forEach(function (polygon) {
      var found = centroid(polygon[0]);
      if (best === null || found.area > best.area) best = { area: found.area, at: found.at, rings: polygon };
    });
    return widest(best.rings, best.at);
  };

  function centroid(points) {
    var origin = points[0];
    var sum = 0;
    var x = 0;
    var y = 0;
    for (var i = 0, j = points.length - 1; i < points.length; j = i++) {
      var ax = points[j].lng - origin.lng;
      var ay = points[j].lat - origin.lat;
      var bx = points[i].lng - origin.lng;
      var by = points[i].lat - origin.lat;
      var cross = ax * by - bx * ay;
      sum += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    if (sum === 0) return { area: 0, at: origin };
    return { area: Math.abs(sum), at: L.latLng(origin.lat + y / (3 * sum), origin.lng + x / (3 * sum)) };
  }

  function widest(rings, at) {
    var crossings = [];
    rings.forEach(function (points) {
      for (var i = 0, j = points.length - 1; i < points.length; j = i++) {
        var a = points[j];
        var b = points[i];
        if (a.lat > at.lat !== b.lat > at.lat) {
          crossings.push(a.lng + ((at.lat - a.lat) / (b.lat - a.lat)) * (b.lng - a.lng));
        }
      }
    });
    crossings.sort(function (a, b) {
      return a - b;
    });
    var found = null;
    for (var k = 0; k + 1 < crossings.length; k += 2) {
      var within = crossings[k] <= at.lng && at.lng <= crossings[k + 1];
      if (within) return at;
      if (found === null || crossings[k + 1] - crossings[k] > found[1] - found[0]) found = [crossings[k], crossings[k + 1]];
    }
    return found === null ? at : L.latLng(at.lat, (found[0] + found[1]) / 2);
  }

  /* ---- the drawing surface: Leaflet's canvas with hatching, glyphs, hidden shapes and a least size ---- */

  var SMALLEST = 5;
  var GLYPH_FROM = 24;

  var Surface = L.Canvas.extend({
    options: { padding: 0.25, tolerance: L.Browser.mobile ? 6 : 1 },

    _update: function () {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      var bounds = this._bounds;
      var size = bounds.getSize();
      var canvas = this._container;
      L.DomUtil.setPosition(canvas, bounds.min);
      canvas.width = self.ratio * size.x;
      canvas.height = self.ratio * size.y;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      this._ctx.scale(self.ratio, self.ratio);
      this._ctx.translate(-bounds.min.x, -bounds.min.y);
      this._hatch = null;
      this.fire("update");
    },

    _updatePoly: function (layer, closed) {
      if (!this._drawing || layer.options.hidden) return;
      var box = closed && layer._rawPxBounds;
      var size = box && box.getSize();
      var smallest = self.ratio === PRINT_RATIO ? SMALLEST - 1.6 : SMALLEST;
      if (size && Math.max(size.x, size.y) < smallest) {
        if (!this._bounds.intersects(box)) return;
        var centre = box.getCenter();
        this._ctx.beginPath();
        this._ctx.rect(centre.x - smallest / 2, centre.y - smallest / 2, smallest, smallest);
        this._fillStroke(this._ctx, layer);
        return;
      }
      L.Canvas.prototype._updatePoly.call(this, layer, closed);
    },

    _fillStroke: function (context, layer) {
      var options = layer.options;
      if (options.fill && options.hatched) {
        context.globalAlpha = options.fillOpacity;
        context.fillStyle = options.fillColor;
        context.fill(options.fillRule || "evenodd");
        context.globalAlpha = Math.min(1, options.fillOpacity + 0.1);
        context.fillStyle = this._hatching(context);
        context.fill(options.fillRule || "evenodd");
        this._strokeOnly(context, layer);
      } else {
        L.Canvas.prototype._fillStroke.call(this, context, layer);
      }
      if (options.glyph) this._writeGlyph(context, layer);
    },

    _strokeOnly: function (context, layer) {
      var options = layer.options;
      var fill = options.fill;
      options.fill = false;
      L.Canvas.prototype._fillStroke.call(this, context, layer);
      options.fill = fill;
    },

    _hatching: function (context) {
      if (this._hatch) return this._hatch;
      var side = 7;
      var ratio = self.ratio;
      var tile = document.createElement("canvas");
      tile.width = tile.height = Math.round(side * ratio);
      var pen = tile.getContext("2d");
      pen.strokeStyle = INK;
      pen.lineWidth = 1.3 * ratio;
      pen.beginPath();
      [-1, 0, 1].forEach(function (shift) {
        pen.moveTo((shift - 0.5) * tile.width, tile.height * 1.5);
        pen.lineTo((shift + 1.5) * tile.width, -tile.height * 0.5);
      });
      pen.stroke();
      this._hatch = context.createPattern(tile, "repeat");
      this._hatch.setTransform(new DOMMatrix().scale(1 / ratio));
      return this._hatch;
    },

    _writeGlyph: function (context, layer) {
      var size = layer._rawPxBounds.getSize();
      var printing = self.ratio === PRINT_RATIO;
      if (Math.min(size.x, size.y) < (printing ? GLYPH_FROM - 7 : GLYPH_FROM)) return;
      layer.labelPoint = layer.labelPoint || self.inside(layer.getLatLngs());
      var at = this._map.latLngToLayerPoint(layer.labelPoint);
      context.globalAlpha = Math.min(1, layer.options.fillOpacity + 0.15);
      context.font = "700 " + (printing ? 11 : 14) + "px 'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif";
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.lineJoin = "round";
      context.lineWidth = printing ? 2.4 : 3;
      context.strokeStyle = INK;
      context.setLineDash([]);
      context.strokeText(layer.options.glyph, at.x, at.y);
      context.fillStyle = "#fff";
      context.fillText(layer.options.glyph, at.x, at.y);
    },
  });

  self.Shape = L.Polygon.extend({
    options: { smoothFactor: 0.7 },

    _containsPoint: function (point) {
      if (this.options.hidden || !this._pxBounds || !this._pxBounds.contains(point)) return false;
      var size = this._rawPxBounds.getSize();
      return Math.max(size.x, size.y) < 2 * SMALLEST || L.Polygon.prototype._containsPoint.call(this, point);
    },
  });

  self.surface = function (map, name, zIndex, interactive) {
    var pane = map.createPane(name);
    pane.style.zIndex = zIndex;
    if (!interactive) pane.style.pointerEvents = "none";
    return new Surface({ pane: name });
  };

  /* An outline above everything, moved from shape to shape. */
  self.outline = function (map, name, zIndex, style) {
    var renderer = self.surface(map, name, zIndex, false);
    var drawn = null;
    return function (shape) {
      if (drawn) drawn.remove();
      drawn = shape
        ? L.polygon(shape.getLatLngs(), Object.assign({ renderer: renderer, pane: name, fill: false, interactive: false }, style)).addTo(map)
        : null;
    };
  };

  /* ---- the map ---- */

  self.map = function (id, options) {
    var map = L.map(id, Object.assign({}, options, { preferCanvas: true, zoomAnimation: true, fadeAnimation: false }));
    map.extent = L.latLngBounds([]);
    map.places = [];
    self.maps.push(map);
    map.on("zoomend moveend resize", function () {
      declutter(map);
    });
    return map;
  };

  var MARGINS = { paddingTopLeft: [24, 24], paddingBottomRight: [24, 44] };

  /* Called once everything is drawn. */
  self.ready = function (map) {
    if (map.extent.isValid()) {
      var around = map.extent.pad(0.6);
      map.fitBounds(map.extent, Object.assign({ animate: false }, MARGINS));
      map.setMinZoom(Math.max(1, map.getZoom() - 2));
      map.setMaxBounds(around);
    } else {
      map.setView(map.options.center || [36, 113], 10, { animate: false });
      map.getContainer().append(self.el("p", { class: "no-map" }, [self.word("no_map")]));
    }
    addButtons(map);
    addNorth(map);
    if (map.baseSwitch) map.addControl(new (still("topright", map.baseSwitch))());
    if (map.layerSwitch) map.addControl(new (still("topright", map.layerSwitch))());
    addScale(map);
    if (map.layerLegend) map.addControl(new (still("bottomright", map.layerLegend))());
    var container = map.getContainer();
    var about = "map_of_" + container.getAttribute("data-about");
    self.labelled(container, about);
    document.querySelectorAll("[data-language]").forEach(function (button) {
      button.addEventListener("click", function () {
        setLanguage(button.getAttribute("data-language"));
      });
    });
    setUpPrinting(map);
    setLanguage({ "#en": "en", "#zh": "zh-CN" }[window.location.hash] || MADE_FOR);
    container.setAttribute("data-ready", "true");
  };

  function addButtons(map) {
    var Buttons = L.Control.extend({
      options: { position: "topleft" },
      onAdd: function () {
        var bar = self.el("div", { class: "leaflet-bar zooming" });
        [
          ["+", "zoom_in", function () { map.zoomIn(1); }],
          ["−", "zoom_out", function () { map.zoomOut(1); }],
          ["⤢", "whole", function () { map.fitBounds(map.extent, MARGINS); }],
        ].forEach(function (wanted) {
          var button = self.labelled(self.el("button", { type: "button" }, [wanted[0]]), wanted[1]);
          button.addEventListener("click", wanted[2]);
          bar.append(button);
        });
        L.DomEvent.disableClickPropagation(bar);
        return bar;
      },
    });
    map.addControl(new Buttons());
  }

  function addNorth(map) {
    var North = L.Control.extend({
      options: { position: "topright" },
      onAdd: function () {
        var arrow = self.svg("svg", { width: 34, height: 44, viewBox: "0 0 34 44", "aria-hidden": "true" });
        arrow.append(
          self.svg("path", { d: "M17 2L27 40L17 32Z", fill: INK }),
          self.svg("path", { d: "M17 2L7 40L17 32Z", fill: "#fff", stroke: INK, "stroke-width": 1.4, "stroke-linejoin": "round" })
        );
        return self.el("div", { class: "north" }, [self.el("b", {}, [self.word("north")]), arrow]);
      },
    });
    map.addControl(new North());
  }

  var SCALE_WIDTH = 180;

  function niceLength(most) {
    var power = Math.pow(10, Math.floor(Math.log10(most)));
    var step = [5, 4, 2, 1].find(function (candidate) {
      return candidate * power <= most;
    });
    return step * power;
  }

  function metres(length) {
    return length >= 1000
      ? [length / 1000 + " " + self.words.kilometre[0], length / 1000 + " " + self.words.kilometre[1]]
      : [length + " " + self.words.metre[0], length + " " + self.words.metre[1]];
  }

  function addScale(map) {
    var ends = self.el("div", { class: "ends" });
    var bar = self.el("div", { class: "bar" }, [0, 1, 2, 3].map(function () { return self.el("i"); }));
    var Scale = L.Control.extend({
      options: { position: "bottomright" },
      onAdd: function () {
        return self.el("div", { class: "scale" }, [ends, bar]);
      },
    });
    function update() {
      var middle = map.getSize().y / 2;
      var across = map.distance(map.containerPointToLatLng([0, middle]), map.containerPointToLatLng([SCALE_WIDTH, middle]));
      if (!(across > 0)) return;
      var length = niceLength(across);
      var whole = metres(length);
      var half = metres(length / 2)[0].split(" ")[0];
      if (length >= 1000) half = String(length / 2000);
      bar.style.width = (SCALE_WIDTH * length) / across + "px";
      ends.style.width = bar.style.width;
      ends.replaceChildren(self.el("span", {}, ["0"]), self.el("span", {}, [half]), self.el("span", {}, [self.both(whole)]));
    }
    map.addControl(new Scale());
    map.on("zoomend moveend resize", update);
    update();
  }

  /* ---- names of places: HTML, so that they stay sharp; where two would overlap the less important one hides ---- */

  var TOWNSHIP = 1000;
  var ALWAYS = 1e9;

  self.place = function (map, at, content, style, weight, href) {
    var label = self.el(href ? "a" : "span", href ? { href: href } : {}, [content]);
    var marker = L.marker(at, {
      icon: L.divIcon({ className: "place " + style, html: label, iconSize: null }),
      interactive: Boolean(href),
      keyboard: false,
      pane: "tooltipPane",
    }).addTo(map);
    map.places.push({ marker: marker, label: label, weight: weight });
    return marker;
  };

  /* Where a township's name may also stand, in its own widths and heights, the nearest first. */
  var ASIDE = [[0, 0], [0, -0.5], [0, 0.5], [0.35, 0], [-0.35, 0], [0.35, -0.5], [-0.35, -0.5], [0.35, 0.5], [-0.35, 0.5], [0, -0.9], [0, 0.9]];
  var HERE = [[0, 0]];

  function declutter(map) {
    var kept = controlsOf(map);
    function free(box) {
      return !kept.some(function (other) {
        return box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
      });
    }
    map.places.forEach(function (place) {
      place.label.classList.remove("crowded", "slim", "brief");
      place.label.style.left = place.label.style.top = "0";
    });
    map.places
      .slice()
      .sort(function (a, b) {
        return b.weight - a.weight;
      })
      .map(function (place) {
        return { place: place, box: place.label.getBoundingClientRect() };
      })
      .forEach(function (found) {
        var label = found.place.label;
        var movable = found.place.weight >= TOWNSHIP && found.place.weight < ALWAYS;
        var box = placed(label, found.box, movable ? ASIDE : HERE, free);
        /* No room: the name on lines of its own words, else the figure alone, as the table has the name too. */
        ["slim", "brief"].forEach(function (form) {
          if (box || !movable) return;
          label.classList.add(form);
          box = placed(label, label.getBoundingClientRect(), ASIDE, free);
        });
        if (box) kept.push(box);
        else label.classList.add("crowded");
      });
  }

  /* The first of the places at which a label is free, moved there. */
  function placed(label, box, places, free) {
    var found = null;
    places.some(function (shift) {
      var x = Math.round(shift[0] * box.width);
      var y = Math.round(shift[1] * box.height);
      var moved = { left: box.left + x, right: box.right + x, top: box.top + y, bottom: box.bottom + y };
      if (!free(moved)) return false;
      label.style.left = x + "px";
      label.style.top = y + "px";
      found = moved;
      return true;
    });
    return found;
  }

  /* What names must not run below: legend, scale, buttons, the search box. */
  function controlsOf(map) {
    var frame = map.getContainer().parentElement;
    return Array.from(frame.querySelectorAll(".leaflet-control, .search"))
      .map(function (control) {
        return control.getBoundingClientRect();
      })
      .filter(function (box) {
        return box.width > 0 && box.height > 0;
      });
  }

  /* ---- the base map: tiles below everything, if the office has chosen any; the theme lets them shine through ---- */

  var FARTHEST_IN = 20;

  self.base = function (map, data) {
    var pane = map.createPane("tiles");
    pane.style.zIndex = 150;
    var absent = self.el("em", { hidden: "" }, [" · ", self.word("base_map_absent")]);
    var layers = [null].concat(data.choices).map(function (choice) {
      return choice ? L.layerGroup(choice.layers.map(function (tiles) { return tileLayer(tiles, absent); })) : null;
    });
    var buttons = [["no_base_map"]].concat(data.choices).map(function (choice, place) {
      var button = self.el("button", { type: "button" }, [place ? self.both(choice.title) : self.word("no_base_map")]);
      button.addEventListener("click", function () {
        choose(place);
      });
      return button;
    });
    function choose(place) {
      layers.forEach(function (layer, other) {
        if (layer && other !== place) layer.remove();
        buttons[other].setAttribute("aria-pressed", String(other === place));
      });
      map.based = layers[place];
      if (map.based) map.based.addTo(map);
      credit.hidden = !map.based;
      absent.hidden = true;
      map.getContainer().classList.toggle("on-base", Boolean(map.based));
      map.fire("basechange");
    }
    var credit = self.el("div", { class: "credit" }, [self.both(data.credit), absent]);
    map.addControl(new (still("bottomright", credit))());
    map.baseSwitch = self.labelled(self.el("div", { class: "base-switch", role: "group" }, [self.el("span", {}, [self.word("base_map")])].concat(buttons)), "base_map");
    choose(1);
  };

  function tileLayer(tiles, absent) {
    /* Some services ask where a request comes from: they learn this machine's own address, nothing of the page. */
    var layer = L.tileLayer(tiles.url, {
      pane: "tiles", subdomains: tiles.subdomains || "abc", maxNativeZoom: tiles.maxZoom, maxZoom: FARTHEST_IN, referrerPolicy: "origin",
    });
    layer.on("tileload", function () {
      absent.hidden = true;
    });
    layer.on("tileerror", function () {
      absent.hidden = Boolean(layer.getContainer().querySelector(".leaflet-tile-loaded"));
    });
    return layer;
  }

  /* A control that only shows an element. */
  function still(position, element) {
    return L.Control.extend({
      options: { position: position },
      onAdd: function () {
        L.DomEvent.disableClickPropagation(element);
        return element;
      },
    });
  }

  /* ---- what can be laid over the theme: zones, and approvals as circles by what they were for ---- */

  var LARGEST_CIRCLE = 22;
  var SMALLEST_CIRCLE = 4;

  self.overlays = function (map, data) {
    var pane = map.createPane("overlays");
    pane.style.zIndex = 440;
    var drawing = { renderer: L.svg({ pane: "overlays" }), pane: "overlays" };
    var layers = [];
    if (data.zones.length) layers.push(["zones", zoneLayer(map, data.zones, drawing)]);
    if (data.approvals.length) {
      layers.push(["approvals", approvalLayer(data, drawing)]);
      map.layerLegend = approvalLegend(data.colours);
    }
    if (!layers.length) return;
    var buttons = layers.map(function (layer) {
      var button = self.el("button", { type: "button", "aria-pressed": "false" }, [self.word(layer[0])]);
      button.addEventListener("click", function () {
        var on = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(on));
        layer[1](on);
        declutter(map);
      });
      return button;
    });
    map.layerSwitch = self.labelled(self.el("div", { class: "base-switch", role: "group" }, [self.el("span", {}, [self.word("layers")])].concat(buttons)), "layers");
    function approvalLayer(found, look) {
      var group = L.layerGroup(circles(found, look));
      return function (on) {
        if (on) group.addTo(map);
        else group.remove();
        map.layerLegend.hidden = !on;
      };
    }
  };

  function zoneLayer(map, zones, drawing) {
    var group = L.layerGroup();
    zones.forEach(function (zone) {
      var look = Object.assign({}, LOOKS.zone, { weight: 2.2, dashArray: "6 4", fillOpacity: 0.1, interactive: false }, drawing);
      group.addLayer(L.polygon(self.rings(zone.shape), look));
    });
    var named = [];
    return function (on) {
      if (on) {
        group.addTo(map);
        named = zones.map(function (zone) {
          var left = zone.mu === null ? null : self.el("small", {}, [" " + self.mu(zone.mu) + " ", self.word("mu"), " · " + self.number(zone.count, 0) + " ", self.word("parcels")]);
          return self.place(map, self.inside(self.rings(zone.shape)), self.el("span", {}, [self.both(zone.name), left]), "zone-name", ALWAYS);
        });
        return;
      }
      group.remove();
      named.forEach(function (marker) {
        marker.remove();
      });
      map.places = map.places.filter(function (place) {
        return named.indexOf(place.marker) < 0;
      });
    };
  }

  function circles(data, drawing) {
    var most = data.approvals.reduce(function (largest, approval) {
      return Math.max(largest, approval.approved || 0);
    }, 1);
    return data.approvals.map(function (approval) {
      var colour = data.colours[approval.agrees ? "agrees" : "disagrees"];
      var radius = Math.max(SMALLEST_CIRCLE, LARGEST_CIRCLE * Math.sqrt((approval.approved || 0) / most));
      /* A dashed edge tells a difference to those who cannot tell the colours apart. */
      var edge = { color: approval.agrees ? "#fff" : INK, weight: 1.5, dashArray: approval.agrees ? null : "3 2" };
      var look = Object.assign({ radius: radius, fillColor: colour, fillOpacity: 0.75 }, edge, drawing);
      return L.circleMarker(self.ring(approval.at)[0], look).bindTooltip(function () {
        return balanceOf(approval);
      }, { sticky: true, direction: "top", className: "tip", offset: [0, -6] });
    });
  }

  function approvalLegend(colours) {
    var entries = [["agrees", "approval_agrees"], ["disagrees", "approval_differs"]].map(function (entry) {
      var box = self.svg("svg", { class: "swatch", width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true", focusable: "false" });
      var agrees = entry[0] === "agrees";
      box.append(self.svg("circle", Object.assign({ cx: 9, cy: 9, r: 7.5, fill: colours[entry[0]], "fill-opacity": 0.75, "stroke-width": 1.5 }, agrees ? { stroke: "#fff" } : { stroke: INK, "stroke-dasharray": "3 2" })));
      return self.el("li", {}, [box, self.el("span", {}, [self.word(entry[1])])]);
    });
    return self.el("div", { class: "map-legend layer-legend", hidden: "" }, [
      self.el("b", {}, [self.word("approvals")]),
      self.el("ul", {}, entries),
      self.el("small", {}, [self.word("approval_size")]),
    ]);
  }

  function balanceOf(approval) {
    function line(key, value) {
      return self.el("div", {}, [self.word(key), value === null ? " —" : " " + self.mu(value) + " ", value === null ? null : self.word("mu")]);
    }
    return self.el("div", {}, [
      self.el("b", {}, [approval.no]),
      line("approved", approval.approved), line("supplied", approval.supplied), line("withdrawn", approval.withdrawn),
      line("remaining", approval.remaining), line("by_parcels", approval.byParcels),
      self.el("div", {}, [self.number(approval.parcels, 0) + " ", self.word("parcels"), " · ", self.word(approval.agrees ? "approval_agrees" : "approval_differs")]),
    ]);
  }

  /* ---- what lies under or around the theme ---- */

  var LOOKS = {
    water: { color: "#9fc3d9", weight: 0.8, fillColor: "#d5e7f1", fillOpacity: 1, fill: true },
    river: { color: "#8fbbd6", weight: 2.2, fill: false },
    zone: { color: "#6a5a9c", weight: 1.4, dashArray: "2 4", fillColor: "#6a5a9c", fillOpacity: 0.05, fill: true },
    railway: { color: "#6d757c", weight: 1.4, dashArray: "7 4", fill: false },
    motorway: { color: "#c9a13b", weight: 3, fill: false },
    road: { color: "#b4aa99", weight: 1.5, fill: false },
  };

  self.backdrop = function (map, features) {
    var below = self.surface(map, "below", 350, false);
    features.forEach(function (feature) {
      var look = Object.assign({ renderer: below, pane: "below", interactive: false, smoothFactor: 1 }, LOOKS[feature.kind] || LOOKS.road);
      if (feature.areas) L.polygon(self.rings(feature.areas), look).addTo(map);
      if (feature.lines) L.polyline(feature.lines.map(self.ring), look).addTo(map);
      if (feature.lines && feature.name && feature.kind !== "road") {
        var line = self.ring(feature.lines[0]);
        self.place(map, line[Math.floor(line.length / 2)], self.both(feature.name), feature.kind === "river" ? "water-name" : "road-name", 0.5);
      }
      if (feature.areas && feature.name) self.place(map, self.inside(self.rings(feature.areas)), self.both(feature.name), feature.kind === "zone" ? "zone-name" : "water-name", 1);
      if (feature.point) addTown(map, feature, below);
    });
    if (map.finish) map.finish();
  };

  function addTown(map, feature, renderer) {
    var at = self.ring(feature.point)[0];
    var big = feature.kind !== "village";
    L.circleMarker(at, {
      renderer: renderer, pane: "below", interactive: false, radius: big ? 3.5 : 2, color: INK, weight: 1.2, fillColor: "#fff", fillOpacity: 1,
    }).addTo(map);
    if (feature.name) self.place(map, at, self.both(feature.name), "town-name", { seat: 4, town: 3, village: 0 }[feature.kind] || 0);

  }

  /* ---- printing: the page is laid out for the paper first, so that the map is drawn for it, at three times the dots ---- */

  var TILES_WAIT_MS = 4000;

  function setUpPrinting(map) {
    var before = null;
    function lay(on) {
      var root = document.documentElement;
      var figures = document.getElementById("figures");
      root.classList.remove("long");
      root.classList.toggle("printing", on);
      /* Figures that one sheet cannot hold go on to the next. */
      if (on) root.classList.toggle("long", figures.scrollHeight > figures.clientHeight + 1);
      self.ratio = on ? PRINT_RATIO : DRAWN_AT_ONCE;
      map.setMaxBounds(null);
      map.invalidateSize({ animate: false, pan: false });
    }
    /* Tiles for the sheet's scale come over the wire: wait for them, but not for ever. */
    function whenDrawn(then) {
      if (!map.based) return then();
      prepare();
      var waiting = 0;
      var timer = setTimeout(finish, TILES_WAIT_MS);
      function finish() {
        clearTimeout(timer);
        waiting = -1;
        then();
      }
      map.based.eachLayer(function (layer) {
        if (!layer.isLoading()) return;
        waiting += 1;
        layer.once("load", function () {
          waiting -= 1;
          if (waiting === 0) finish();
        });
      });
      if (waiting === 0) finish();
    }
    function prepare() {
      if (before) return;
      before = { bounds: map.getBounds(), centre: map.getCenter(), zoom: map.getZoom(), limits: map.options.maxBounds };
      lay(true);
      /* A reader who sees the whole prints the whole, fitted to the sheet; one who has zoomed in prints that part. */
      var whole = map.extent.isValid() && before.bounds.contains(map.extent);
      map.fitBounds(whole ? map.extent : before.bounds, { padding: whole ? [12, 12] : [0, 0], animate: false });
      declutter(map);
    }
    window.addEventListener("beforeprint", prepare);
    window.addEventListener("afterprint", function () {
      if (!before) return;
      lay(false);
      map.setView(before.centre, before.zoom, { animate: false });
      map.setMaxBounds(before.limits);
      before = null;
    });
    document.querySelectorAll("[data-print]").forEach(function (button) {
      button.addEventListener("click", function () {
        document.documentElement.classList.toggle("a3", button.getAttribute("data-print") === "a3");
        whenDrawn(function () {
          window.print();
        });
      });
    });
  }

  return self;
})();
