/* The township page: parcels by label, kind or state; filters in the legend; search, list and details. */
"use strict";

gisreg.outlines = function (map, townships) {
  var renderer = gisreg.surface(map, "land", 200, false);
  var drawn = [];
  townships.forEach(function (township) {
    var rings = gisreg.rings(township.shape);
    var outline = L.polygon(rings, {
      renderer: renderer, pane: "land", interactive: false,
      color: township.own ? "#4b5763" : "#a7aca6", weight: township.own ? 2.2 : 1, dashArray: township.own ? null : "5 4",
      fillColor: township.own ? "#ffffff" : "#eceee9",
    }).addTo(map);
    drawn.push([outline, township.own ? 0.1 : 0.62]);
    if (township.own) {
      rings.forEach(function (polygon) {
        map.extent.extend(polygon[0]);
      });
    } else {
      gisreg.place(map, gisreg.inside(rings), gisreg.both(township.name), "neighbour-name", 2, township.href);
    }
  });
  /* Over a base map the township is clear and its neighbours are veiled. */
  function veil() {
    drawn.forEach(function (entry) {
      entry[0].setStyle({ fillOpacity: map.based ? entry[1] : 1 });
    });
  }
  map.on("basechange", veil);
  veil();
};

gisreg.parcels = function (map, page) {
  var el = gisreg.el;
  var both = gisreg.both;
  var word = gisreg.word;
  var parcels = page.parcels;
  var COLOURED_BY = ["label", "kind", "state"];
  var FACETS = ["label", "kind", "state", "gate"];
  var LISTED = 50;
  var FOUND = 8;
  var MU_PER_M2 = 0.0015;

  function column(name) {
    var packed = parcels.packed[name];
    return function (i) {
      return packed.values[packed.rows[i]];
    };
  }

  function flag(name) {
    return function (i) {
      return parcels[name].charAt(i) === "1";
    };
  }

  var get = {};
  Object.keys(parcels.packed).forEach(function (name) {
    get[name] = column(name);
  });
  ["official", "left", "open", "gated", "person"].forEach(function (name) {
    get[name] = flag(name);
  });
  get.gate = function (i) {
    return get.gated(i) ? "gated" : "free";
  };

  function mu(i) {
    return (parcels.landM2[i] || 0) * MU_PER_M2;
  }

  /* ---- legend entries: those of the vocabulary that occur, and any token that the vocabulary lacks ---- */

  var entries = {};
  var byToken = {};
  FACETS.forEach(function (facet) {
    var seen = new Set();
    for (var i = 0; i < parcels.count; i++) seen.add(get[facet](i));
    entries[facet] = page.legend[facet].filter(function (entry) {
      return seen.delete(entry.token);
    });
    seen.forEach(function (token) {
      entries[facet].push({ token: token, title: [token, token], colour: "#aab3bf" });
    });
    byToken[facet] = {};
    entries[facet].forEach(function (entry) {
      byToken[facet][entry.token] = entry;
      entry.visible = true;
    });
  });

  /* ---- drawing ---- */

  var renderer = gisreg.surface(map, "parcels", 400, true);
  var hover = gisreg.outline(map, "hover", 430, { color: "#12395c", weight: 3 });
  var select = gisreg.outline(map, "selected", 440, { color: "#c2185b", weight: 3.5 });
  var tip = L.tooltip({ sticky: true, direction: "top", className: "tip", offset: [0, -6] });
  var shapes = [];
  var colouredBy = "label";

  function style(i) {
    var entry = byToken[colouredBy][get[colouredBy](i)];
    var faded = colouredBy !== "state" && !get.left(i);
    return {
      fillColor: entry.colour,
      glyph: entry.glyph || null,
      hatched: get.gated(i),
      fillOpacity: faded ? 0.22 : 0.86,
      opacity: faded ? 0.55 : 0.95,
    };
  }

  function draw() {
    for (var i = 0; i < parcels.count; i++) {
      if (!parcels.shape[i]) continue;
      var shape = new gisreg.Shape(gisreg.rings(parcels.shape[i]), Object.assign({ renderer: renderer, pane: "parcels", color: "#2a333c", weight: 0.9 }, style(i)));
      shape.row = i;
      shapes[i] = shape;
      shape.on({ mouseover: onOver, mousemove: onMove, mouseout: onOut, click: onClick });
      shape.addTo(map);
      if (!map.extent.isValid() || !map.hasOutline) map.extent.extend(shape.getBounds());
    }
  }

  function redraw() {
    shapes.forEach(function (shape) {
      Object.assign(shape.options, style(shape.row));
    });
    refresh();
  }

  /* One pass over the surface, whatever changed. */
  function refresh() {
    renderer._redrawBounds = null;
    if (renderer._ctx) renderer._redraw();
  }

  /* "Advice: none yet" says it twice. */
  function advice(i) {
    var title = both(byToken.label[get.label(i)].title);
    return get.label(i) === "none" ? [title] : [word("label"), " ", title];
  }

  function titleOf(i) {
    return parcels.name[i] || parcels.code[i];
  }

  function onOver(event) {
    var i = event.target.row;
    hover(event.target);
    tip.setContent(el("div", {}, [
      el("b", {}, [titleOf(i)]),
      el("div", {}, [both(byToken.kind[get.kind(i)].title), " · " + gisreg.mu(mu(i)) + " ", word("mu")]),
      el("div", {}, advice(i)),
    ])).setLatLng(event.latlng);
    map.openTooltip(tip);
  }

  function onMove(event) {
    tip.setLatLng(event.latlng);
  }

  function onOut() {
    hover(null);
    map.closeTooltip(tip);
  }

  function onClick(event) {
    open(event.target.row, event.latlng);
  }

  /* ---- details ---- */

  function line(key, value) {
    return value === null || value === undefined ? [] : [el("dt", {}, [word(key)]), el("dd", {}, [].concat(value))];
  }

  function optional(pair) {
    return pair ? both(pair) : null;
  }

  function areaOf(i) {
    if (parcels.landM2[i] === null) return null;
    var parts = [el("b", {}, [gisreg.mu(mu(i)) + " "]), word("mu"), " (" + gisreg.mu(parcels.landM2[i]) + " m²)"];
    parts.push(" ", el("small", {}, [word(get.official(i) ? "official" : "measured")]));
    if (parcels.mapM2[i] !== null) parts.push(el("br"), el("small", {}, [word("measured"), " " + gisreg.mu(parcels.mapM2[i]) + " m²"]));
    return parts;
  }

  function dated(due, i) {
    return due < page.asOf && get.open(i) ? [due, " ", el("strong", { class: "late" }, [word("overdue")])] : [due];
  }

  function dueOf(i) {
    return get.due(i) ? dated(get.due(i), i) : null;
  }

  function stepOf(i) {
    if (!get.step(i)) return null;
    return [both(get.step(i))].concat(get.stepDue(i) ? [" · "].concat(dated(get.stepDue(i), i)) : []);
  }

  /* What a person wrote stands as it was written, in either language. */
  function reasonOf(i) {
    var reason = get.reason(i);
    if (!reason || !get.person(i) || reason[0] !== reason[1]) return line("reason", optional(reason));
    return line("reason_written", both([reason[0], "“" + reason[1] + "”"]));
  }

  function details(i) {
    var label = byToken.label[get.label(i)];
    var state = byToken.state[get.state(i)];
    var blockers = get.blockers(i);
    var listed = el("dl", {}, [].concat(
      line("area", areaOf(i)),
      line("floor_area", parcels.floorM2[i] === null ? null : [gisreg.mu(parcels.floorM2[i]) + " m²"]),
      line("ownership", optional(get.ownership(i))),
      line("holder", optional(get.holder(i))),
      line("address", get.address(i)),
      line("measure", get.measure(i) ? [both(get.measure(i)), get.person(i) ? el("small", {}, [" ", word("by_person")]) : null] : null),
      reasonOf(i),
      line("basis", optional(get.basis(i))),
      line("agency", optional(get.agency(i))),
      line("due", dueOf(i)),
      line("next_step", stepOf(i)),
      line("finance", optional(get.finance(i)))
    ));
    return el("article", { class: "details", tabindex: "-1" }, [
      el("h2", {}, [titleOf(i)]),
      el("p", { class: "code" }, [parcels.code[i], parcels.shape[i] ? null : el("em", {}, [" ", word("not_on_map")])]),
      el("p", { class: "badges" }, [
        el("span", { class: "badge advice" }, [gisreg.swatch(label.colour, false, label.glyph)].concat(advice(i))),
        el("span", { class: "badge" }, [both(byToken.kind[get.kind(i)].title), get.subkind(i) ? " · " : null, optional(get.subkind(i))]),
        el("span", { class: "badge" }, [both(state.title)]),
      ]),
      get.gated(i)
        ? el("p", { class: "held" }, [gisreg.swatch("#fff", true), el("span", {}, [word("blockers"), " ", el("b", {}, joined(blockers))])])
        : null,
      get.guided(i) ? el("p", { class: "guidance" }, [word("guidance")]) : null,
      listed,
    ]);
  }

  function joined(pairs) {
    return pairs.reduce(function (parts, pair, place) {
      return parts.concat(place ? ["、"] : [], [both(pair)]);
    }, []);
  }

  var NARROW = 860;
  var sheet = el("section", { class: "sheet", hidden: "" });
  document.body.append(sheet);

  function closeSheet() {
    sheet.hidden = true;
    select(null);
  }

  /* On a narrow screen a bubble would hide the map: details stand at the foot of the screen instead. */
  function openSheet(i) {
    var close = gisreg.labelled(el("button", { type: "button", class: "sheet-close" }, ["×"]), "close");
    close.addEventListener("click", closeSheet);
    sheet.replaceChildren(close, details(i));
    sheet.hidden = false;
    sheet.scrollTop = 0;
    if (shapes[i]) bringAbove(shapes[i]);
  }

  /* Move page and map so that the parcel stands in the middle of what the sheet leaves of the map. */
  function bringAbove(shape) {
    map.getContainer().scrollIntoView({ block: "start", behavior: "instant" });
    var frame = map.getContainer().getBoundingClientRect();
    var free = Math.min(frame.bottom, sheet.getBoundingClientRect().top);
    var at = frame.top + map.latLngToContainerPoint(gisreg.inside(shape.getLatLngs())).y;
    map.panBy([0, at - (frame.top + free) / 2], { animate: false });
  }

  function openPopup(i, shape, at) {
    var size = map.getSize();
    var popup = L.popup({
      maxWidth: Math.min(380, size.x - 40), minWidth: Math.min(300, size.x - 60), maxHeight: Math.max(180, size.y - 110),
      autoPanPaddingTopLeft: [60, 56], autoPanPaddingBottomRight: [60, 14],
    });
    popup.setLatLng(at || (shape ? gisreg.inside(shape.getLatLngs()) : map.getCenter())).setContent(details(i));
    popup.on("remove", function () {
      select(null);
    });
    map.openPopup(popup);
    gisreg.labelled(popup.getElement().querySelector(".leaflet-popup-close-button"), "close");
  }

  function open(i, at) {
    var shape = shapes[i];
    if (shape && shape.options.hidden) showAll();
    map.closeTooltip(tip);
    map.closePopup();
    if (window.innerWidth <= NARROW) openSheet(i);
    else openPopup(i, shape, at);
    select(shape || null);
    gisreg.refreshLabels();
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && !sheet.hidden) closeSheet();
  });

  /* From the search box or a list: who uses the keyboard goes on in the details. */
  function goTo(i) {
    if (shapes[i]) map.fitBounds(shapes[i].getBounds().pad(3), { maxZoom: 17, animate: false });
    open(i);
    document.querySelector(".details").focus({ preventScroll: true });
  }

  /* ---- filters ---- */

  var panel = document.getElementById("legend");
  var shown = document.getElementById("shown");
  var reset = document.getElementById("reset");
  var tabs = {};
  var presets = {};

  function makeButton(entry, facet) {
    entry.count = el("span", { class: "number" });
    entry.mu = el("span", { class: "number" });
    entry.button = el("button", { type: "button", class: "entry-button", "aria-pressed": "true", "data-token": entry.token }, [
      gisreg.swatch(entry.colour, entry.token === "gated", entry.glyph), el("span", { class: "title" }, [both(entry.legend || entry.title)]), entry.count, entry.mu,
    ]);
    entry.button.addEventListener("click", function () {
      entry.visible = !entry.visible;
      apply();
    });
    return el("li", {}, [entry.button]);
  }

  function buildLegend() {
    var heading = el("div", { class: "entry-heading", "aria-hidden": "true" }, [el("span"), el("span", { class: "number" }, [word("parcels")]), el("span", { class: "number" }, [word("mu")])]);
    panel.append(heading);
    FACETS.forEach(function (facet) {
      var list = el("ul", { "data-facet": facet }, entries[facet].map(function (entry) {
        return makeButton(entry, facet);
      }));
      panel.append(gisreg.labelled(list, facet));
    });
  }

  function buildTabs() {
    var bar = document.getElementById("colour-by");
    COLOURED_BY.forEach(function (facet) {
      tabs[facet] = el("button", { type: "button", "data-colour": facet }, [word(facet)]);
      tabs[facet].addEventListener("click", function () {
        colouredBy = facet;
        apply();
        redraw();
      });
      bar.append(tabs[facet]);
    });
  }

  function buildPresets() {
    var bar = document.getElementById("presets");
    [["left", get.left], ["not_closed", get.open], ["everything", function () { return true; }]].forEach(function (wanted) {
      var states = new Set();
      for (var i = 0; i < parcels.count; i++) if (wanted[1](i)) states.add(get.state(i));
      var button = el("button", { type: "button", "data-preset": wanted[0] }, [word(wanted[0])]);
      presets[wanted[0]] = { button: button, states: states };
      button.addEventListener("click", function () {
        entries.state.forEach(function (entry) {
          entry.visible = states.has(entry.token);
        });
        apply();
      });
      bar.append(button);
    });
  }

  function showAll() {
    FACETS.forEach(function (facet) {
      entries[facet].forEach(function (entry) {
        entry.visible = true;
      });
    });
    apply();
  }

  /* A parcel is shown if every facet lets it pass; an entry counts the parcels that all other facets let pass. */
  function apply() {
    var visible = 0;
    FACETS.forEach(function (facet) {
      entries[facet].forEach(function (entry) {
        entry.counted = 0;
        entry.summed = 0;
      });
    });
    for (var i = 0; i < parcels.count; i++) {
      var own = FACETS.map(function (facet) {
        return byToken[facet][get[facet](i)];
      });
      var refusing = own.filter(function (entry) {
        return !entry.visible;
      });
      if (shapes[i]) shapes[i].options.hidden = refusing.length > 0;
      if (refusing.length === 0) visible++;
      (refusing.length === 0 ? own : refusing.length === 1 ? refusing : []).forEach(function (entry) {
        entry.counted++;
        entry.summed += mu(i);
      });
    }
    tell(visible);
    refresh();
    fillList();
  }

  function tell(visible) {
    FACETS.forEach(function (facet) {
      var some = false;
      entries[facet].forEach(function (entry) {
        entry.button.setAttribute("aria-pressed", String(entry.visible));
        entry.count.textContent = gisreg.number(entry.counted, 0);
        entry.mu.textContent = gisreg.mu(entry.summed);
        some = some || !entry.visible;
      });
      panel.querySelector('[data-facet="' + facet + '"]').hidden = facet !== colouredBy && facet !== "gate";
      if (tabs[facet]) {
        tabs[facet].setAttribute("aria-pressed", String(facet === colouredBy));
        tabs[facet].classList.toggle("filtered", some);
      }
    });
    var chosen = null;
    Object.keys(presets).forEach(function (name) {
      var same = entries.state.every(function (entry) {
        return entry.visible === presets[name].states.has(entry.token);
      });
      if (same) chosen = name;
    });
    Object.keys(presets).forEach(function (name) {
      presets[name].button.setAttribute("aria-pressed", String(name === chosen));
    });
    shown.replaceChildren(gisreg.filled("shown", { shown: gisreg.number(visible, 0), all: gisreg.number(parcels.count, 0) }));
    reset.hidden = visible === parcels.count;
  }

  reset.addEventListener("click", showAll);

  /* ---- lists and search: the way to every parcel without a mouse ---- */

  var list = document.getElementById("list");
  var unmapped = document.getElementById("unmapped");

  function item(i) {
    var button = el("button", { type: "button", class: "link" }, [titleOf(i)]);
    button.addEventListener("click", function () {
      goTo(i);
    });
    return el("li", {}, [button, el("span", { class: "number" }, [gisreg.mu(mu(i)) + " ", word("mu")]), el("small", {}, [parcels.code[i], " · ", both(byToken.kind[get.kind(i)].title), " · ", both(byToken.label[get.label(i)].title)])]);
  }

  function isShown(i) {
    return FACETS.every(function (facet) {
      return byToken[facet][get[facet](i)].visible;
    });
  }

  function fillList() {
    if (!list.open) return;
    var items = [];
    for (var i = 0; i < parcels.count && items.length < LISTED; i++) if (isShown(i)) items.push(item(i));
    list.querySelector("ol").replaceChildren.apply(list.querySelector("ol"), items);
  }

  list.addEventListener("toggle", fillList);

  function fillUnmapped() {
    var items = [];
    for (var i = 0; i < parcels.count; i++) if (!parcels.shape[i]) items.push(item(i));
    unmapped.hidden = items.length === 0;
    unmapped.querySelector("summary").append(" " + gisreg.number(items.length, 0) + " ", word("parcels"));
    unmapped.querySelector("ol").append.apply(unmapped.querySelector("ol"), items);
  }

  var input = document.getElementById("search");
  var found = document.getElementById("found");
  var active = -1;

  function matches(text) {
    var wanted = text.trim().toLowerCase();
    var hits = [];
    if (!wanted) return hits;
    for (var i = 0; i < parcels.count && hits.length < FOUND; i++) {
      if (parcels.code[i].toLowerCase().includes(wanted) || (parcels.name[i] || "").toLowerCase().includes(wanted)) hits.push(i);
    }
    return hits;
  }

  function choose(i) {
    closeFound();
    goTo(i);
  }

  function closeFound() {
    found.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function offer() {
    var hits = matches(input.value);
    active = -1;
    found.replaceChildren.apply(found, hits.map(function (i, place) {
      var option = el("li", { role: "option", id: "found-" + place, "data-row": i }, [el("b", {}, [titleOf(i)]), el("small", {}, [parcels.code[i] + " · " + gisreg.mu(mu(i)) + " ", word("mu")])]);
      option.addEventListener("mousedown", function (event) {
        event.preventDefault();
        choose(i);
      });
      return option;
    }));
    if (!hits.length && input.value.trim()) found.append(el("li", { class: "nothing" }, [word("nothing_found")]));
    found.hidden = !input.value.trim();
    input.setAttribute("aria-expanded", String(!found.hidden));
  }

  function step(by) {
    var options = found.querySelectorAll("[role=option]");
    if (!options.length) return;
    active = (active + by + options.length) % options.length;
    options.forEach(function (option, place) {
      option.setAttribute("aria-selected", String(place === active));
    });
    input.setAttribute("aria-activedescendant", options[active].id);
  }

  input.addEventListener("input", offer);
  input.addEventListener("blur", closeFound);
  input.addEventListener("keydown", function (event) {
    var options = found.querySelectorAll("[role=option]");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && options.length) {
      event.preventDefault();
      choose(Number(options[Math.max(0, active)].getAttribute("data-row")));
    } else if (event.key === "Escape") {
      closeFound();
    }
  });

  map.hasOutline = map.extent.isValid();
  draw();
  buildLegend();
  buildTabs();
  buildPresets();
  fillUnmapped();
  gisreg.ready(map);
  apply();
};
