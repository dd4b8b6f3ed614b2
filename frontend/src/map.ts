/** <city-map>: the outlines of the city as an island. No request leaves the city: outlines and names come from it.

`data-source` is the GeoJSON, `data-worker` the script of its worker, `data-names` "zh" or "en"; it fires `select` with the id of a division and obeys
`select(id)`. Names are HTML on the map, since a glyph server would be a request to strangers. */
import * as maplibregl from "maplibre-gl";
import type { MapMouseEvent, StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";

interface Place {
  id: string;
  name: string;
  name_en: string;
  level: string;
  parent: string;
  lon: number | null;
  lat: number | null;
}
type City = GeoJSON.FeatureCollection<GeoJSON.Polygon, Place>;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function style(city: City): StyleSpecification {
  const ids = city.features.filter((one) => one.properties.level === "county").map((one) => one.properties.id);
  const tints = ["--lake-tint", "--camphor-tint", "--paper-3", "--amber-tint", "--lake-line", "--camphor-line", "--paper-2"];
  const fill = ids.flatMap((id, n) => [id, colour(tints[n % tints.length] ?? "--paper-3")]);
  return {
    version: 8,
    sources: { city: { type: "geojson", data: city, promoteId: "id" } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour("--paper-2") } },
      {
        id: "county",
        type: "fill",
        source: "city",
        filter: ["==", ["get", "level"], "county"],
        paint: { "fill-color": ["match", ["get", "id"], ...fill, colour("--paper-3")] as never },
      },
      {
        id: "town",
        type: "fill",
        source: "city",
        filter: ["==", ["get", "level"], "town"],
        paint: { "fill-color": colour("--lake"), "fill-opacity": ["case", ["boolean", ["feature-state", "chosen"], false], 0.35, 0] },
      },
      {
        id: "town-line",
        type: "line",
        source: "city",
        filter: ["==", ["get", "level"], "town"],
        paint: { "line-color": colour("--line-strong"), "line-width": 0.6, "line-opacity": 0.6 },
      },
      {
        id: "county-line",
        type: "line",
        source: "city",
        filter: ["==", ["get", "level"], "county"],
        paint: {
          "line-color": ["case", ["boolean", ["feature-state", "chosen"], false], colour("--azalea"), colour("--lake")] as never,
          "line-width": ["case", ["boolean", ["feature-state", "chosen"], false], 3, 1.6],
        },
      },
    ],
  };
}

function bounds(features: City["features"]): maplibregl.LngLatBounds {
  const box = new maplibregl.LngLatBounds();
  for (const one of features) for (const point of one.geometry.coordinates[0] ?? []) box.extend(point as [number, number]);
  return box;
}

class CityMap extends HTMLElement {
  #map: maplibregl.Map | null = null;
  #city: City | null = null;
  #chosen: string | null = null;
  #names: maplibregl.Marker[] = [];

  async connectedCallback(): Promise<void> {
    try {
      const answer = await fetch(this.dataset.source ?? "");
      if (!answer.ok) throw new Error(String(answer.status));
      this.#city = (await answer.json()) as City;
      if (!this.#city.features.length) throw new Error("no outlines");
      this.#draw(this.#city);
    } catch {
      this.dataset.state = "missing";
    }
  }

  disconnectedCallback(): void {
    this.#map?.remove();
    this.#map = null;
  }

  #draw(city: City): void {
    maplibregl.setWorkerUrl(this.dataset.worker ?? "");
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = new maplibregl.Map({
      container: this,
      style: style(city),
      bounds: bounds(city.features),
      fitBoundsOptions: { padding: 24 },
      attributionControl: false,
      dragRotate: false,
      cooperativeGestures: this.dataset.page === undefined,
      fadeDuration: still ? 0 : 200,
    });
    this.#map = map;
    map.touchZoomRotate.disableRotation();
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "bottom-left");
    this.#name(city.features.filter((one) => one.properties.level === "county"), "map__label");
    map.on("click", (event: MapMouseEvent) => {
      const layers = this.#chosen ? ["town", "county"] : ["county"];
      const hit = map.queryRenderedFeatures(event.point, { layers })[0];
      if (hit) this.choose(String(hit.properties.id));
    });
    map.once("idle", () => {
      this.dataset.state = "ready";
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => map.setStyle(style(city)));
  }

  #name(features: City["features"], kind: string): void {
    for (const one of features) {
      const label = document.createElement("span");
      label.className = kind;
      label.textContent = this.dataset.names === "en" ? one.properties.name_en : one.properties.name;
      const middle = bounds([one]).getCenter();
      const at: [number, number] = one.properties.lon === null ? [middle.lng, middle.lat] : [one.properties.lon, one.properties.lat ?? middle.lat];
      const marker = new maplibregl.Marker({ element: label, anchor: "center" }).setLngLat(at);
      if (this.#map) this.#names.push(marker.addTo(this.#map));
    }
  }

  /** Shows a division: its outline marked, its towns named. Fires `select` unless it was chosen already. */
  choose(id: string): void {
    const [map, city] = [this.#map, this.#city];
    const place = city?.features.find((one) => one.properties.id === id);
    if (!map || !city || !place || id === this.#chosen) return;
    if (this.#chosen) map.setFeatureState({ source: "city", id: this.#chosen }, { chosen: false });
    this.#chosen = id;
    map.setFeatureState({ source: "city", id }, { chosen: true });
    for (const marker of this.#names.splice(0)) marker.remove();
    const county = place.properties.level === "county" ? id : place.properties.parent;
    this.#name(city.features.filter((one) => one.properties.level === "county" && one.properties.id !== county), "map__label");
    this.#name(city.features.filter((one) => one.properties.parent === county), "map__label map__label--town");
    map.fitBounds(bounds([place]), { padding: 48, animate: !matchMedia("(prefers-reduced-motion: reduce)").matches });
    this.dispatchEvent(new CustomEvent("select", { detail: id, bubbles: true }));
  }
}

customElements.define("city-map", CityMap);

const map = document.querySelector<CityMap>("city-map");
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-division]");
  if (button && map) map.choose(button.dataset.division ?? "");
});
document.addEventListener("select", (event) => {
  const id = (event as CustomEvent<string>).detail;
  for (const button of document.querySelectorAll<HTMLElement>("[data-division]")) {
    button.setAttribute("aria-pressed", String(button.dataset.division === id));
  }
});
