// The map of a collection's vector tiles. Texts of the registry are only ever written as text.
"use strict";
(() => {
  const place = document.getElementById("map");
  const chinese = place.dataset.lang === "zh";
  const words = {
    n: chinese ? "宗数" : "Parcels", area_mu: chinese ? "面积(亩)" : "Area (mu)",
    left_n: chinese ? "剩余宗数" : "Left", left_mu: chinese ? "剩余面积(亩)" : "Left (mu)",
    label: chinese ? "建议" : "Advice", parcel_code: chinese ? "编号" : "Number", name: chinese ? "名称" : "Name",
    kind: chinese ? "类型" : "Kind", state: chinese ? "状态" : "State",
  };
  const terms = JSON.parse(place.dataset.terms);
  const asked = ["clusters", "parcels", "parcel-points", "totals", "total-points", "units"];

  maplibregl.setWorkerUrl("/ogc/maplibre/maplibre-gl-csp-worker.js");
  const options = { container: place, style: place.dataset.style, attributionControl: false, maxZoom: 20 };
  if (place.dataset.extent) {
    const [west, south, east, north] = place.dataset.extent.split(",").map(Number);
    options.bounds = [[west, south], [east, north]];
    options.fitBoundsOptions = { padding: 30 };
  }
  const map = new maplibregl.Map(options);
  window.tile_map = map;
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
  map.on("idle", () => { place.dataset.ready = "1"; });

  function told(properties) {
    const list = document.createElement("dl");
    for (const [name, title] of Object.entries(words)) {
      if (properties[name] === undefined || properties[name] === null) continue;
      const term = document.createElement("dt"), value = document.createElement("dd");
      term.textContent = title;
      if (name === "parcel_code") {
        const link = document.createElement("a");
        link.href = `${place.dataset.item}${encodeURIComponent(properties[name])}?f=html`;
        link.textContent = properties[name];
        value.append(link);
      } else {
        value.textContent = terms[name]?.[properties[name]] ?? properties[name];
      }
      list.append(term, value);
    }
    return list;
  }

  map.on("click", (event) => {
    const layers = asked.filter((name) => map.getLayer(name));
    const found = map.queryRenderedFeatures(event.point, { layers });
    if (found.length) new maplibregl.Popup().setLngLat(event.lngLat).setDOMContent(told(found[0].properties)).addTo(map);
  });
})();
