"""The diagrams of all packages, as bpmn-js draws them in a browser."""

from pathlib import Path

from liangxi.kit import schema
from liangxi.systems.onething.actions import reading
from liangxi.systems.onething.rules import bpmn, drawing

ROOT = Path(__file__).parents[2]
CITY = ROOT / "cities" / "wuxi"
VIEWER = ROOT / "frontend" / "node_modules" / "bpmn-js" / "dist" / "bpmn-viewer.production.min.js"
DRAW = """
async (xml) => {
  const viewer = new BpmnJS({ container: document.body, width: 1600, height: 900 });
  const { warnings } = await viewer.importXML(xml);
  const drawn = viewer.get("elementRegistry");
  const process = viewer.getDefinitions().rootElements.find((one) => one.$type === "bpmn:Process");
  const wanted = [...process.flowElements, ...(process.laneSets ?? []).flatMap((set) => set.lanes)];
  const seen = (one) => drawn.getGraphics(one.id)?.getBoundingClientRect().width > 0;
  const said = {
    warnings: warnings.map((one) => one.message),
    lost: wanted.filter((one) => !seen(one)).map((one) => one.id),
    drawn: wanted.length,
  };
  viewer.destroy();
  return said;
}
"""


def drawings():
    matters = {}
    for file in (CITY / "matters").glob("*.yaml"):
        matters |= {one["id"]: one for one in schema.load_yaml(file, reading.MATTERS).data["matters"]}
    for file in sorted((CITY / "onethings").glob("*.yaml")):
        package = reading.read(schema.load_yaml(file, reading.PACKAGE), matters).package
        yield package.id, bpmn.write(drawing.draw(package), {})


def test_bpmn_js_draws_every_element_of_every_package(browser):
    page = browser.new_page()
    page.set_content("<!doctype html><title>BPMN</title><body></body>")
    page.add_script_tag(path=VIEWER)
    said = {name: page.evaluate(DRAW, text) for name, text in drawings()}
    assert len(said) >= 40
    assert {name: one for name, one in said.items() if one["warnings"] or one["lost"] or one["drawn"] < 6} == {}
    page.close()
