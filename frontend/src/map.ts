/** <city-map>: the outlines of the city as an island. No request leaves the city: outlines and names come from it.

`data-source` is the GeoJSON, `data-worker` the script of its worker, `data-names` "zh" or "en", `data-words` what the
map's own controls say. The list beside it (`details[data-division]`, `button[data-division]`) and the map follow each
other; `choose` tells the page the id of the division ("" for the whole city). Names are HTML on the map, since a glyph
server would be a request to strangers. */
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
  const shades = [0.16, 0.3, 0.22, 0.38, 0.26, 0.14, 0.2];
  const shade = ids.flatMap((id, n) => [id, shades[n % shades.length] ?? 0.2]);
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
        paint: { "fill-color": colour("--lake"), "fill-opacity": ["match", ["get", "id"], ...shade, 0.2] as never },
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

/** The centre of gravity of a ring: where its name stands when its seat is not known. */
function middle(ring: GeoJSON.Position[]): [number, number] {
  let [area, x, y] = [0, 0, 0];
  ring.forEach((from, at) => {
    const to = ring[(at + 1) % ring.length] ?? from;
    const cross = (from[0] ?? 0) * (to[1] ?? 0) - (to[0] ?? 0) * (from[1] ?? 0);
    area += cross;
    x += ((from[0] ?? 0) + (to[0] ?? 0)) * cross;
    y += ((from[1] ?? 0) + (to[1] ?? 0)) * cross;
  });
  return area ? [x / (3 * area), y / (3 * area)] : [ring[0]?.[0] ?? 0, ring[0]?.[1] ?? 0];
}

const isStill = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

class CityMap extends HTMLElement {
  #map: maplibregl.Map | null = null;
  #city: City | null = null;
  #chosen = "";
  #names: maplibregl.Marker[] = [];
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #repaint = (): void => this.#paint();

  async connectedCallback(): Promise<void> {
    try {
      const answer = await fetch(this.dataset.source ?? "");
      if (!answer.ok) throw new Error(String(answer.status));
      this.#city = (await answer.json()) as City;
      if (!this.#city.features.length) throw new Error("no outlines");
      this.#draw(this.#city);
    } catch {
      this.dataset.state = "missing"; // no outlines or no WebGL: the list beside the map says the same
    }
  }

  disconnectedCallback(): void {
    this.#dark.removeEventListener("change", this.#repaint);
    this.#map?.remove();
    this.#map = null;
  }

  #draw(city: City): void {
    maplibregl.setWorkerUrl(this.dataset.worker ?? "");
    const map = new maplibregl.Map({
      container: this,
      style: style(city),
      locale: JSON.parse(this.dataset.words ?? "{}") as Record<string, string>,
      bounds: bounds(city.features),
      fitBoundsOptions: { padding: 24 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      cooperativeGestures: this.dataset.page === undefined,
      fadeDuration: isStill() ? 0 : 200,
    });
    this.#map = map;
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "bottom-left");
    this.#label();
    map.on("click", (event: MapMouseEvent) => {
      const hit = map.queryRenderedFeatures(event.point, { layers: this.#chosen ? ["town", "county"] : ["county"] });
      const county = this.#countyOf(this.#chosen);
      const town = hit.find((one) => one.properties.level === "town" && one.properties.parent === county);
      const found = town ?? hit.find((one) => one.properties.level === "county");
      this.choose(found ? String(found.properties.id) : "");
    });
    map.once("idle", () => {
      this.dataset.state = "ready";
    });
    this.#dark.addEventListener("change", this.#repaint);
  }

  #paint(): void {
    if (!this.#map || !this.#city) return;
    this.#map.setStyle(style(this.#city));
    this.#map.once("idle", () => this.#mark(this.#chosen, true));
  }

  #countyOf(id: string): string {
    const place = this.#city?.features.find((one) => one.properties.id === id)?.properties;
    return place?.level === "town" ? place.parent : (place?.id ?? "");
  }

  /** Names of the districts; those of the towns instead where one district is looked at. */
  #label(): void {
    for (const marker of this.#names.splice(0)) marker.remove();
    const county = this.#countyOf(this.#chosen);
    for (const { properties, geometry } of this.#city?.features ?? []) {
      if (properties.level === "town" ? properties.parent !== county : properties.id === county) continue;
      const label = document.createElement("span");
      label.className = properties.level === "town" ? "map__label map__label--town" : "map__label";
      label.toggleAttribute("data-chosen", properties.id === this.#chosen);
      label.textContent = this.dataset.names === "en" ? properties.name_en.replace(/ (District|City|Subdistrict|Town)$/, "") : properties.name;
      const at = middle(geometry.coordinates[0] ?? []);
      const marker = new maplibregl.Marker({ element: label, anchor: "center" }).setLngLat(at);
      label.removeAttribute("role"); // the list beside the map is what screen readers read
      label.removeAttribute("aria-label");
      label.removeAttribute("tabindex");
      label.setAttribute("aria-hidden", "true");
      if (this.#map) this.#names.push(marker.addTo(this.#map));
    }
  }

  #mark(id: string, chosen: boolean): void {
    if (id) this.#map?.setFeatureState({ source: "city", id }, { chosen });
  }

  /** Shows a division: its outline marked, the towns of its district named; "" is the whole city. */
  choose(id: string): void {
    const [map, city] = [this.#map, this.#city];
    if (!map || !city || id === this.#chosen) return;
    const shown = id ? city.features.filter((one) => one.properties.id === id) : city.features;
    if (!shown.length) return;
    this.#mark(this.#chosen, false);
    this.#chosen = id;
    this.#mark(id, true);
    this.#label();
    const isTown = this.#countyOf(id) !== id;
    const around = isTown ? city.features.filter((one) => one.properties.id === this.#countyOf(id)) : shown;
    map.fitBounds(bounds(around), { padding: id ? 40 : 24, animate: !isStill(), duration: 500 });
    this.dispatchEvent(new CustomEvent("choose", { detail: { id, county: this.#countyOf(id) }, bubbles: true }));
  }
}

customElements.define("city-map", CityMap);

const mapOf = (element: Element): CityMap | null => element.closest(".map-panel")?.querySelector<CityMap>("city-map") ?? null;

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("button[data-division]");
  if (button) mapOf(button)?.choose(button.dataset.division ?? "");
});
document.addEventListener(
  "toggle",
  (event) => {
    const district = event.target as HTMLElement;
    if (district instanceof HTMLDetailsElement && district.open && district.dataset.division) {
      const map = mapOf(district);
      if (map && !district.querySelector('[aria-pressed="true"]')) map.choose(district.dataset.division);
    }
  },
  true,
);
document.addEventListener("choose", (event) => {
  const { id, county } = (event as CustomEvent<{ id: string; county: string }>).detail;
  const panel = (event.target as Element).closest(".map-panel");
  for (const button of panel?.querySelectorAll<HTMLElement>("button[data-division]") ?? []) {
    button.setAttribute("aria-pressed", String(button.dataset.division === id));
  }
  for (const district of panel?.querySelectorAll<HTMLDetailsElement>("details[data-division]") ?? []) {
    district.open = district.dataset.division === county;
    if (district.open) district.scrollIntoView({ block: "nearest" });
  }
});
