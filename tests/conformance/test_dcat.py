"""The catalogue as DCAT-AP 3.0, judged by shapes in SHACL.

The shapes are our own: they restate every cardinality, kind of node and datatype that the shapes of release 3.0.0 want
of the classes we use (SEMICeu/DCAT-AP, releases/3.0.0/html/shacl/shapes.ttl, whose text is not kept here), and are
stricter in places. Ranges by the EU's authority tables are not judged.
"""

import pytest
from django.test import Client
from pyshacl import validate
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, ODRL2, OWL, RDF, SH, SKOS, XSD
from tests.scenario.test_catalogue import city  # noqa: F401 (the fixture comes from there)
from tests.scenario.test_opening import opened, zone  # noqa: F401 (the fixture comes from there)

ADMS, SPDX = Namespace("http://www.w3.org/ns/adms#"), Namespace("http://spdx.org/rdf/terms#")
LOCN, AVAILABILITY = Namespace("http://www.w3.org/ns/locn#"), URIRef("http://data.europa.eu/r5r/availability")
FORMATS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}
NODE, TEXT, TIME, DECIMAL, ANY = "node", "text", "time", "decimal", "any"
RULES = {  # class: property -> least, most (None: any), kind
    DCAT.Catalog: {
        DCTERMS.title: (1, None, TEXT), DCTERMS.description: (1, None, TEXT), DCTERMS.publisher: (1, 1, NODE),
        DCTERMS.modified: (0, 1, TIME), DCTERMS.issued: (0, 1, TIME), DCTERMS.license: (0, 1, NODE),
        DCTERMS.language: (0, None, NODE), FOAF.homepage: (0, 1, NODE), DCAT.dataset: (0, None, NODE),
        DCAT.service: (0, None, NODE), DCAT.themeTaxonomy: (0, None, NODE), DCTERMS.rights: (0, 1, ANY),
        DCTERMS.isPartOf: (0, 1, ANY),
    },
    DCAT.Dataset: {
        DCTERMS.title: (1, None, TEXT), DCTERMS.description: (1, None, TEXT), DCTERMS.publisher: (0, 1, NODE),
        DCTERMS.accessRights: (0, 1, NODE), DCTERMS.accrualPeriodicity: (0, 1, NODE), DCTERMS.issued: (0, 1, TIME),
        DCTERMS.modified: (0, 1, TIME), DCTERMS.identifier: (0, None, TEXT), DCAT.keyword: (0, None, TEXT),
        DCAT.theme: (0, None, NODE), DCAT.distribution: (1, None, NODE), URIRef(f"{DCAT}version"): (0, 1, TEXT),
        DCTERMS.spatial: (0, None, NODE), DCTERMS.provenance: (0, None, NODE), DCAT.landingPage: (0, None, NODE),
        DCTERMS.relation: (0, None, NODE), DCTERMS.isReferencedBy: (0, None, NODE), OWL.versionInfo: (0, 1, TEXT),
        ADMS.versionNotes: (0, None, TEXT), DCAT.spatialResolutionInMeters: (0, 1, DECIMAL),
    },
    DCAT.Distribution: {
        DCAT.accessURL: (1, None, NODE), DCAT.downloadURL: (0, None, NODE), DCTERMS.format: (0, 1, NODE),
        DCAT.mediaType: (0, 1, NODE), DCTERMS.license: (1, 1, NODE), DCTERMS.modified: (0, 1, TIME),
        DCTERMS.issued: (0, 1, TIME), DCTERMS.title: (0, None, TEXT), DCTERMS.description: (0, None, TEXT),
        DCTERMS.rights: (0, 1, ANY), DCAT.byteSize: (0, 1, DECIMAL), DCAT.compressFormat: (0, 1, NODE),
        DCAT.packageFormat: (0, 1, NODE), ADMS.status: (0, 1, ANY), AVAILABILITY: (0, 1, ANY),
        SPDX.checksum: (0, 1, NODE), ODRL2.hasPolicy: (0, 1, NODE),
    },
    DCAT.DataService: {DCTERMS.title: (1, None, TEXT), DCAT.endpointURL: (1, None, NODE),
                       DCAT.endpointDescription: (0, None, NODE), DCAT.servesDataset: (0, None, NODE),
                       DCTERMS.description: (0, None, TEXT), DCTERMS.license: (0, 1, NODE),
                       DCTERMS.accessRights: (0, 1, NODE)},
    FOAF.Agent: {FOAF.name: (1, None, TEXT), DCTERMS.type: (0, 1, ANY)},
    DCTERMS.Location: {DCAT.bbox: (0, 1, TEXT), DCAT.centroid: (0, 1, TEXT), LOCN.geometry: (0, 1, TEXT)},
    DCTERMS.PeriodOfTime: {DCAT.startDate: (0, 1, TIME), DCAT.endDate: (0, 1, TIME)},
    SKOS.Concept: {SKOS.prefLabel: (1, None, TEXT)},
    SKOS.ConceptScheme: {DCTERMS.title: (1, None, TEXT)},
}  # fmt: skip


def shapes():
    """RULES as a graph of SHACL."""
    graph = Graph()
    for target, properties in RULES.items():
        shape = URIRef(f"urn:shape:{target.fragment or target.rpartition('/')[2]}")
        graph.add((shape, RDF.type, SH.NodeShape))
        graph.add((shape, SH.targetClass, target))
        for path, (least, most, kind) in properties.items():
            rule = BNode()
            graph.add((shape, SH.property, rule))
            graph.add((rule, SH.path, path))
            graph.add((rule, SH.minCount, Literal(least)))
            if kind != ANY:
                graph.add((rule, SH.nodeKind, SH.BlankNodeOrIRI if kind == NODE else SH.Literal))
            if kind in (TIME, DECIMAL):
                graph.add((rule, SH.datatype, XSD.dateTime if kind == TIME else XSD.decimal))
            if most is not None:
                graph.add((rule, SH.maxCount, Literal(most)))
    return graph


def graph_of(path, format):
    answer = Client().get(path)
    assert answer.status_code == 200, answer.content
    return Graph().parse(data=answer.content, format=FORMATS[format])


def judged(graph):
    conforms, _, said = validate(graph, shacl_graph=shapes(), inference="none")
    return [] if conforms else said


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_catalogue_keeps_the_shapes_in_every_format(zone):  # noqa: F811
    assert judged(graph_of("/dcat/catalog.ttl", "ttl")) == []  # an empty catalogue is one as well
    opened()
    graphs = {format: graph_of(f"/dcat/catalog.{format}", format) for format in FORMATS}
    for format, graph in graphs.items():
        assert judged(graph) == []
        (me,) = graph.subjects(RDF.type, DCAT.Dataset)
        assert len(list(graph.objects(me, DCAT.distribution))) == 3 and len(graph) == len(graphs["ttl"])
        one = graph_of(f"/dcat/sets/bus-position.{format}", format)
        assert judged(one) == [] and (me, DCTERMS.identifier, Literal("bus-position")) in one
    (catalog,) = graphs["ttl"].subjects(RDF.type, DCAT.Catalog)
    assert len(list(graphs["ttl"].objects(catalog, DCTERMS.title))) == 2
    broken = graph_of("/dcat/catalog.ttl", "ttl")
    broken.remove((None, DCTERMS.description, None))
    assert judged(broken)  # the shapes do find what is missing

    far = graph_of("/dcat/catalog.ttl?page=7", "ttl")
    assert not list(far.subjects(RDF.type, DCAT.Dataset)) and judged(far) == []
    sent = Client().get("/dcat/catalog", headers={"accept": "application/ld+json"})
    assert sent.status_code == 302 and sent["Location"].endswith(".jsonld")
    for path in ("/dcat/catalog.exe", "/dcat/sets/food-licence.ttl", "/dcat/sets/bus-position.n3"):
        assert Client().get(path).status_code == 404
